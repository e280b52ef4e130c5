// The TLS programs of the machine that are our peers, and how each is told what to do.
//
// What a tool prints, sends and can be asked for is its own affair, and stands here as data. What
// our end must come to does not: scenarios check it the same for every tool and every backend.

#ifndef TANDEM_CONFORMANCE_OUTSIDE_TOOL_H_
#define TANDEM_CONFORMANCE_OUTSIDE_TOOL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/outside/pki_folder.h"
#include "tandem/alert.h"
#include "tandem/settings.h"
#include "tandem/version.h"

namespace tandem::conformance {

/// What a peer from outside is told to do. Identities and roots are names in make_pki.
struct PeerRules {
  Version version = Version::kTls13;

  /// Who it is. Empty: the plainest server, or a client that has no certificate.
  std::string identity;

  /// Whom it believes; empty: anybody.
  std::string roots = "root_a";

  /// The server that a client wants: its SNI, and the name that it looks for.
  std::string name = "server.test";

  /// Its ALPN names, best first, separated by commas. A server that shares none refuses.
  std::string alpn;

  /// Whether a server asks for certificates, which it judges by `roots`.
  ClientCertificate asks = ClientCertificate::kNone;

  /// A server serves only clients whose SNI is this, where it can be told to; empty: all of them.
  std::string serves = {};

  /// It will be asked to close by the end of its input, and to do nothing else.
  bool closes = false;

  /// Bytes of plaintext that a record of its own has at most; 0: as it likes.
  unsigned record_size = 0;
};

/// How a client or server that is not ours is started.
struct Launch {
  const PeerRules& rules;
  PkiFolder& pki;
  std::string port;  ///< Where a client finds us.
};

/// A peer's reason to refuse ours, in PeerRules::roots and ::name.
enum class Flaw : std::uint8_t { kIssuer, kName, kDate, kMissing };

/// What a TLS program of the machine is like.
struct Tool {
  std::string_view name;     ///< As in the names of tests.
  std::string_view program;  ///< As in PATH.
  std::string_view package;  ///< Debian's, which brings it.
  Role role;                 ///< Which it plays; ours is the other one.

  /// Returns the words that start it.
  std::vector<std::string> (*command)(const Launch& launch);

  /// What it prints into what it gets, at any place.
  std::array<std::string_view, 2> noise = {};

  /// It writes what it gets to its standard output, and nothing else before or behind it.
  bool pure_output = false;

  /// It can send smaller records than it likes, without losing what does not fit into one.
  bool cuts_records = true;

  /// What it prints of a connection.
  std::string_view tls12_words;
  std::string_view tls13_words;

  /// It sends back each line that it gets, and cannot be told to say anything else. Others send
  /// their standard input, and write what they get to their standard output.
  bool echoes = false;

  /// Lines of its standard input that make it renew its key, ask for ours too, and renegotiate; of
  /// the plaintext where it echoes. Empty: it cannot.
  std::string_view renew = {};
  std::string_view renew_both = {};
  std::string_view renegotiate = {};

  /// The alert with which it ends when it was told no_renegotiation, and got data; nothing: it ends
  /// the stream without a word. None goes on.
  std::optional<Alert> renegotiation_alert = {};

  /// What it prints when the stream ends without a close_notify.
  std::string_view truncated = {};

  /// It ends by itself, with a close_notify, when its standard input does.
  bool closes = true;

  /// It answers our close_notify with its own before it ends the stream.
  bool answers_close = true;

  /// Returns the alert that it refuses ours with.
  Alert (*refusal)(Flaw flaw, Version version);

  /// The alert with which a server refuses a client that shares no version.
  Alert no_version_alert = Alert::kProtocolVersion;
};

/// Returns all four, servers and clients.
std::span<const Tool> Tools();

/// Says whether `printed`, all that a tool has written, tells that it received `alert`.
bool TellsOfAlert(std::string_view printed, Alert alert);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_OUTSIDE_TOOL_H_
