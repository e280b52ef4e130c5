// What connect is told on its command line, and the Config that comes of it.

#ifndef TANDEM_EXAMPLES_CONNECT_OPTIONS_H_
#define TANDEM_EXAMPLES_CONNECT_OPTIONS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "examples/flags.h"
#include "examples/net.h"
#include "examples/starttls.h"
#include "examples/tls_flags.h"
#include "tandem/algorithms.h"
#include "tandem/config.h"
#include "tandem/pin.h"
#include "tandem/result.h"

namespace tandem_examples {

/// The values of the flags.
struct ConnectOptions {
  TlsOptions tls;                                ///< Without a backend.
  std::vector<const tandem::Backend*> backends;  ///< One, or both in the order of their columns.

  // Whom to reach, and who it must be.
  Endpoint server;
  std::string name;  ///< Empty: the server's host.
  PlainProtocol starttls = PlainProtocol::kNone;

  // Whom to believe.
  std::string ca;
  bool danger_no_verify = false;
  std::vector<tandem::Pin> pins;
  bool pins_only = false;
  std::vector<std::string> revocation_lists;
  tandem::Revocation revocation = tandem::Revocation::kWhereListed;
  std::string intermediates;

  // Who we are; see also tls.cert and tls.key.
  std::string pkcs12;
  std::string passphrase_file;

  // What to speak.
  tandem::Level level = tandem::Level::kModern;
  std::vector<tandem::CipherSuite> suites;  ///< Empty, as the two below: those of the level.
  std::vector<tandem::Group> groups;
  std::vector<tandem::SignatureScheme> schemes;

  // What to do.
  std::string key_log;
  bool facts_only = false;
  bool describe = false;
  int timeout = 30;
};

/// Declares connect's flags.
void AddConnectFlags(Flags& flags, ConnectOptions& options);

/// Returns what is wrong with the flags as a whole, or nothing.
std::optional<std::string> Contradiction(const ConnectOptions& options);

/// Builds the rules for one of the backends. Fails as Config::Builder does, and as the files do.
tandem::Result<std::shared_ptr<const tandem::Config>> BuildClientConfig(
    const ConnectOptions& options, const tandem::Backend& backend);

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_CONNECT_OPTIONS_H_
