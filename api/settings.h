// What a Config says, as plain values: filled by Config::Builder, read by backends.

#ifndef TANDEM_SETTINGS_H_
#define TANDEM_SETTINGS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/algorithms.h"
#include "tandem/client_hello.h"
#include "tandem/engine/reply.h"
#include "tandem/engine/waker.h"
#include "tandem/identity.h"
#include "tandem/trust.h"
#include "tandem/version.h"

namespace tandem {

/// Which end of a connection.
enum class Role : std::uint8_t { kClient, kServer };

/// What ALPN (RFC 7301) must come to.
enum class AlpnPolicy : std::uint8_t {
  kIgnore,       ///< No common protocol: go on without one.
  kMustMatch,    ///< If both sides name protocols, one must be common; else the server refuses.
  kMustPresent,  ///< A protocol must be agreed on.
};

/// What a server asks of its clients.
enum class ClientCertificate : std::uint8_t {
  kNone,      ///< Nothing is asked.
  kOptional,  ///< Asked; a client without one is served, one that is not trusted is not.
  kRequired,  ///< Asked; a client without one is not served.
};

/// Chooses who a server is for this client. Runs on the thread of the call that read the
/// ClientHello. A failed reply ends the handshake with the alert unrecognized_name.
///
/// The identity must have been loaded for the Config's backend. Answer now or later, from any
/// thread: the handshake waits, if the session has a Runtime. Without one an open reply ends it as
/// kMisuse. The hook must not call its session, and
/// copies what it needs of `hello` for later.
using ChooseIdentity = std::function<void(const ClientHello& hello,
                                          engine::Reply<std::shared_ptr<const Identity>> reply)>;

/// Where a rule of the machine's administrator and a rule of the program meet.
enum class SystemPolicy : std::uint8_t {
  kHonour,    ///< Both hold: what either forbids is not spoken.
  kOverride,  ///< The program's hold alone.
};

/// Rules in one library's own language, for what has no portable form. OpenSslCommands() and
/// GnuTlsPriority() make them.
struct RawRules {
  std::string_view backend;  ///< Backend::name() of the only one that understands them.
  std::string text;
};

/// Receives one line of a key log (the format of SSLKEYLOGFILE), without its end. It decrypts the
/// connection: keep it as you keep keys. Runs inside a library; it must not call the session.
using KeyLog = std::function<void(std::string_view line)>;

/// Bytes of UDP payload that DatagramRules::max_payload may be: what a handshake needs at least,
/// and what UDP over IPv4 carries at most.
inline constexpr std::size_t kMinPayload = 256;
inline constexpr std::size_t kMaxPayload = 65'507;

/// How datagrams are used (DTLS).
struct DatagramRules {
  /// Bytes of UDP payload that no datagram of ours exceeds, 256 to 65,507. Default: what an IPv6
  /// path must carry, with room for a tunnel. Raise it on networks that you know.
  std::size_t max_payload = 1200;

  /// How long the first answer is waited for before a flight is sent again; the time doubles with
  /// each, up to a minute (RFC 6347 section 4.2.4.1). 50 ms to 60 s. Default: 1 s, for any path.
  std::chrono::milliseconds first_timeout{1000};
};

/// Tells the time that deadlines run on.
using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

/// Tells the time that certificates are judged by.
using WallClock = std::function<std::chrono::system_clock::time_point()>;

/// The values behind a Config. Config::Builder documents each: default, why, when to deviate.
struct Settings {
  Role role = Role::kClient;
  std::optional<Trust> trust;
  std::shared_ptr<const Identity> identity;
  ChooseIdentity choose_identity;
  ClientCertificate client_certificate = ClientCertificate::kNone;
  Version version_min = Version::kTls12;
  Version version_max = Version::kTls13;
  std::vector<CipherSuite> cipher_suites{kDefaultCipherSuites.begin(), kDefaultCipherSuites.end()};
  std::vector<Group> groups{kDefaultGroups.begin(), kDefaultGroups.end()};
  std::vector<SignatureScheme> signature_schemes{kDefaultSignatureSchemes.begin(),
                                                 kDefaultSignatureSchemes.end()};
  SystemPolicy system_policy = SystemPolicy::kHonour;
  std::vector<RawRules> raw_rules;
  std::optional<DatagramRules> datagrams;  ///< Then 1.2 is DTLS 1.2, and there is no 1.3.
  std::vector<SrtpProfile> srtp;
  std::vector<std::string> alpn;
  AlpnPolicy alpn_policy = AlpnPolicy::kMustMatch;
  std::chrono::milliseconds handshake_timeout{60'000};
  SteadyClock steady_clock;
  WallClock wall_clock;
  KeyLog key_log;
  engine::AsyncCallback async_callback;
  std::uintptr_t async_argument = 0;
};

}  // namespace tandem

#endif  // TANDEM_SETTINGS_H_
