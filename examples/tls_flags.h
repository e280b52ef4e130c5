// The flags that get, serve and connect share: which backend and versions, who we are, how to part.

#ifndef TANDEM_EXAMPLES_TLS_FLAGS_H_
#define TANDEM_EXAMPLES_TLS_FLAGS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "examples/flags.h"
#include "tandem/backend.h"
#include "tandem/connection_info.h"
#include "tandem/identity.h"
#include "tandem/result.h"
#include "tandem/version.h"

namespace tandem_examples {

/// How a program ends a connection that it has no more use for.
enum class CloseStyle : std::uint8_t {
  kNotify,  ///< Say close_notify, then close.
  kAbrupt,  ///< Close without a word. The peer cannot tell this from an attacker who cut the wire.
  kHalf,    ///< Say close_notify as soon as there is nothing more to say, and go on listening.
};

/// What the shared flags said.
struct TlsOptions {
  const tandem::Backend* backend = nullptr;  ///< Not null after AddTlsFlags().
  tandem::Version min = tandem::Version::kTls12;
  tandem::Version max = tandem::Version::kTls13;
  std::vector<std::string> alpn;
  std::string cert;
  std::string key;
  CloseStyle close = CloseStyle::kNotify;
  bool verbose = false;
};

/// Declares the shared flags. `close_help` says what the styles mean in this program.
void AddTlsFlags(Flags& flags, TlsOptions& options, const std::string& close_help);

/// Declares the shared flags but for --backend and --verbose, which some programs mean otherwise.
void AddProtocolFlags(Flags& flags, TlsOptions& options, const std::string& close_help);

/// Loads the identity in two PEM files; `key_path` may be empty: then both are in the first.
tandem::Result<std::shared_ptr<const tandem::Identity>> LoadIdentity(const tandem::Backend& backend,
                                                                     const std::string& cert_path,
                                                                     const std::string& key_path);

/// Returns the facts of a connection on one line, `version=... suite=... ...`, without spaces
/// inside a value.
std::string DescribeConnection(const tandem::Backend& backend, const tandem::ConnectionInfo& info);

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_TLS_FLAGS_H_
