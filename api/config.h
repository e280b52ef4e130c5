// Whom to trust, who we are, what to speak, and which backend does the work.

#ifndef TANDEM_CONFIG_H_
#define TANDEM_CONFIG_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tandem/backend.h"
#include "tandem/result.h"
#include "tandem/settings.h"

namespace tandem {

/// How far a Config goes to meet old peers.
enum class Level : std::uint8_t {
  kModern,  ///< Forward secrecy and authenticated encryption only; TLS 1.2 and 1.3. The default.
  kCompatible,  ///< Also CBC, and RSA key exchange, in TLS 1.2: for peers of before 2014. Who
                ///< records such a connection can read it when the server's key is found.
};

/// An immutable set of rules for sessions. Build it once, share it among sessions and threads; to
/// change a rule, build another.
///
///     auto config = Config::ForClient(OpenSsl(), Trust::System()).Alpn({"h2"}).Build();
///
/// Every rule is enforced by the backend or Build() fails: none is ever ignored.
class Config {
 public:
  class Builder;

  /// Starts the rules of a client. It must say whom it trusts: there is no default.
  static Builder ForClient(const Backend& backend, Trust trust);

  /// Starts the rules of a server that is always `identity`.
  static Builder ForServer(const Backend& backend, std::shared_ptr<const Identity> identity);

  /// Starts the rules of a server that chooses who it is by the ClientHello.
  static Builder ForServer(const Backend& backend, ChooseIdentity choose);

  /// Returns what the rules mean on this backend, a line for each, for people and logs: what is
  /// spoken as the library has it, how many roots there are, what the system's policy has changed.
  std::string Describe() const;

  const Backend& backend() const { return *backend_; }
  const Settings& settings() const { return settings_; }

  /// The backend's own form of the rules.
  const BackendConfig& compiled() const { return *compiled_; }

 private:
  Config(const Backend& backend, Settings settings)
      : backend_(&backend), settings_(std::move(settings)) {}

  const Backend* backend_;
  Settings settings_;
  std::shared_ptr<const BackendConfig> compiled_;
};

/// Collects rules and checks them.
class Config::Builder {
 public:
  /// Shows a certificate to a server that asks for one. Client only; a server names its identity at
  /// the start. Default: none.
  Builder& ClientIdentity(std::shared_ptr<const Identity> identity);

  /// Asks clients for a certificate and judges it by `trust`. Server only. Default: kNone.
  Builder& ClientCertificates(ClientCertificate mode, Trust trust);

  /// Speaks only the versions from `min` to `max`. Default: TLS 1.2 to 1.3. Narrow it to prove
  /// something about one version, or when a regulation says so.
  Builder& Versions(Version min, Version max);

  /// Speaks DTLS 1.2 over a datagram transport instead of TLS over a stream. kUnsupported at
  /// Build() where Capabilities does not have it. Versions() cannot be asked for then. Default:
  /// TLS.
  Builder& Datagrams(DatagramRules rules = {});

  /// Agrees on one of these profiles for SRTP, the best first; the server's order decides. For
  /// Datagrams() alone. kUnsupported at Build() for one that the backend lacks. A peer that wants
  /// none is no failure: look at ConnectionInfo::srtp. Default: none.
  Builder& Srtp(std::vector<SrtpProfile> profiles);

  /// Sets cipher suites, groups and signature schemes to those of `level`; what is named after it
  /// replaces them. Default: kModern.
  Builder& SecurityLevel(Level level);

  /// Speaks only these cipher suites, the best first. kUnsupported at Build() for one, or for a
  /// set, that the backend cannot enforce. Default: kDefaultCipherSuites, which SecurityLevel()
  /// changes.
  Builder& CipherSuites(std::vector<CipherSuite> suites);

  /// Exchanges keys in these groups only, the best first. Default: kDefaultGroups. Put
  /// kX25519MlKem768 first where Capabilities::HasGroup() says that it is there.
  Builder& Groups(std::vector<Group> groups);

  /// Accepts and makes signatures only by these schemes, the best first. A client signs by the best
  /// in the server's order, but for raw rules; whose order a server follows is its library's affair
  /// (docs/parity.md). TLS 1.3 is not left for 1.2 for want of a scheme: it fails.
  /// Default: kDefaultSignatureSchemes.
  Builder& SignatureSchemes(std::vector<SignatureScheme> schemes);

  /// Says whether the machine's crypto policy (openssl.cnf; GnuTLS's config) narrows these rules.
  /// Default: kHonour. Override it knowingly: somebody wrote it for a reason. kUnsupported at
  /// Build() when the library does not let a program override a policy that is there.
  Builder& MachinePolicy(SystemPolicy policy);

  /// Adds rules in one library's own language, applied last, for what has no portable form. kMisuse
  /// at Build() if they are another backend's, or not understood. Default: none.
  Builder& Raw(RawRules rules);

  /// Hands every secret of every session to `hook`, for tools that decrypt captures. Default: none.
  /// If it throws, the line is lost and nothing else.
  /// (GnuTLS writes to the file that the variable SSLKEYLOGFILE names, whatever is said here.)
  Builder& DangerKeyLog(KeyLog hook);

  /// Names the application protocols, best first: 1 to 255 bytes each, at most 16. On both backends
  /// the server's order decides. Default: none, and ALPN is not spoken.
  /// GnuTLS has room for names of 31 bytes, and on a client for 8; Build() says kUnsupported for
  /// more.
  ///
  /// `policy` is kMustMatch by default, as RFC 7301 section 3.2 asks. Take kMustPresent where a
  /// missing ALPN would be a cross-protocol hole, kIgnore only for old clients that name nonsense.
  Builder& Alpn(std::vector<std::string> protocols, AlpnPolicy policy = AlpnPolicy::kMustMatch);

  /// Gives up a handshake after this long. Default 60 s: slow links and slow keys fit, and a peer
  /// that says nothing does not hold a session for ever. At least 1 ms, at most a day.
  Builder& HandshakeTimeout(std::chrono::milliseconds timeout);

  /// Calls `callback` with `argument` for each session whose suspended call is worth calling again;
  /// a session can replace both. See Session::SetAsyncCallback(). Default: none. After
  /// SSL_CTX_set_async_callback(3).
  Builder& OnAsync(engine::AsyncCallback callback, std::uintptr_t argument = 0);

  /// Replaces the clock that deadlines run on. Default: std::chrono::steady_clock. For simulations.
  Builder& ReplaceSteadyClock(SteadyClock clock);

  /// Replaces the clock that certificate dates are judged by. Default: std::chrono::system_clock.
  /// For tests, and for devices that know the date better than their system clock does.
  Builder& ReplaceWallClock(WallClock clock);

  /// Checks the rules and has the backend compile them. kMisuse when they contradict each other,
  /// kUnsupported when this backend cannot enforce one. The network is never the reason.
  Result<std::shared_ptr<const Config>> Build() const;

 private:
  friend class Config;

  Builder(const Backend& backend, Settings settings)
      : backend_(&backend), settings_(std::move(settings)) {}

  Builder& Reject(const char* why);

  const Backend* backend_;
  Settings settings_;
  std::optional<Error> rejected_;
};

}  // namespace tandem

#endif  // TANDEM_CONFIG_H_
