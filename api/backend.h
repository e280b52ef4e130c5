// What a TLS library must do for tandem: three interfaces, nothing optional.
//
//     Backend        --LoadIdentity()-->  BackendIdentity   a parsed chain and key
//        |           --Compile()------->  BackendConfig     the rules in the library's own form
//     BackendConfig  --NewSession()---->  BackendSession    one connection inside the library
//
// A backend holds no policy. It translates calls, moves bytes through the Wire it is given, asks
// the HandshakePolicy, and reports what the library said by its one error table. Which calls may be
// made when, what a want is, when an error is final: that is the session's business (api/), so it
// cannot differ. docs/adding-a-backend.md walks through writing one.

#ifndef TANDEM_BACKEND_H_
#define TANDEM_BACKEND_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/capabilities.h"
#include "tandem/connection_info.h"
#include "tandem/engine/job.h"
#include "tandem/engine/thread_pool.h"
#include "tandem/event.h"
#include "tandem/handshake_policy.h"
#include "tandem/result.h"
#include "tandem/settings.h"
#include "tandem/wire.h"

namespace tandem {

/// How one call into a library ended.
struct [[nodiscard]] Step {
  enum class Outcome : std::uint8_t {
    kDone,    ///< It did what was asked; `bytes` were moved.
    kAgain,   ///< Not now. The Wire knows whether for want of input or for other reasons.
    kClosed,  ///< Read: the peer's close_notify has come.
    kFailed,  ///< The connection is over; TakeFailure() says why.
  };

  static Step Done(std::size_t bytes = 0) { return {Outcome::kDone, bytes}; }
  static Step Again() { return {Outcome::kAgain, 0}; }
  static Step Closed() { return {Outcome::kClosed, 0}; }
  static Step Failed() { return {Outcome::kFailed, 0}; }

  Outcome outcome = Outcome::kDone;
  std::size_t bytes = 0;
};

/// Why a library gave up.
struct [[nodiscard]] Failure {
  Error error;                     ///< By the backend's error table; alerts filled in if known.
  std::optional<Alert> alert_due;  ///< What the peer should be told; nothing if it has been told.
};

/// One connection inside a library. Called from one thread at a time, never re-entered, and not
/// called again after kFailed but for SendAlert().
class BackendSession {
 public:
  virtual ~BackendSession() = default;

  /// Drives the handshake. Not called once it is done.
  virtual Step Handshake() = 0;

  /// Reads at most one record's plaintext. `plaintext` is not empty. Only after the handshake.
  virtual Step Read(std::span<std::byte> plaintext) = 0;

  /// Encrypts at most one record; `plaintext` is 1 to kRecordBytes long. Only after the handshake.
  /// The Wire accepts everything, so kAgain is not an answer here.
  virtual Step Write(std::span<const std::byte> plaintext) = 0;

  /// Sends close_notify for our direction. Called at most once, after the handshake.
  virtual Step CloseNotify() = 0;

  /// Changes our sending key, and asks for the peer's if `both`. TLS 1.3, after the handshake.
  virtual Step Rekey(bool both) = 0;

  /// Datagrams: sends the last flight again, if its timer is due by the library's own clock. Only
  /// during the handshake, which is gone on with afterwards. After SSL_handle_events(3).
  virtual Step HandleTimeout() = 0;

  /// Datagrams: returns how long from now that is due, by the library's own clock; nothing if no
  /// flight is unanswered. After SSL_get_event_timeout(3).
  virtual std::optional<std::chrono::milliseconds> retransmit_in() const = 0;

  /// Datagrams: uses at most so many bytes of UDP payload from now on.
  virtual void SetMaxPayload(std::size_t bytes) = 0;

  /// Datagrams: returns how much plaintext one datagram has room for. After the handshake.
  virtual std::size_t max_datagram() const = 0;

  /// Sends a fatal alert. False if the library has no way to.
  virtual bool SendAlert(Alert alert) = 0;

  /// Returns the decrypted bytes that the library holds.
  virtual std::size_t pending() const = 0;

  /// Returns the facts of the connection. After the handshake.
  virtual ConnectionInfo Describe() const = 0;

  /// Derives keying material (RFC 5705, RFC 8446 section 7.5). After the handshake. False if the
  /// library refuses.
  virtual bool Export(std::string_view label, std::optional<std::span<const std::byte>> context,
                      std::span<std::byte> material) const = 0;

  /// Returns the first Finished message of the handshake (RFC 5929 section 3.1). TLS 1.2, after the
  /// handshake; empty otherwise.
  virtual std::vector<std::byte> FirstFinished() const = 0;

  /// Takes the reason of the last kFailed.
  virtual Failure TakeFailure() = 0;

  /// Returns what saves and restores what the library keeps per thread, for a Handshake() that runs
  /// in a job and takes turns with others; null if it keeps nothing.
  virtual engine::ThreadState* thread_state() = 0;

  /// A TLS record's plaintext, RFC 8446 section 5.1.
  static constexpr std::size_t kRecordBytes = 16384;
};

class AcceptedHello;

/// What a session lends to its BackendSession, which it outlives.
struct SessionParts {
  Role role;
  const ServerName* server;  ///< Clients only, else null.
  Wire& wire;
  HandshakePolicy& policy;
  EventQueue& events;  ///< For kRekeyedByPeer, kWarningAlert, kRenegotiationRefused.
  const AcceptedHello* accepted = nullptr;  ///< Datagram servers behind a listener, else null.
};

/// What the rules have become inside a library, read back from it where it tells.
struct CompiledRules {
  Version version_min = Version::kTls12;
  Version version_max = Version::kTls13;
  std::vector<CipherSuite> cipher_suites;
  std::vector<Group> groups;
  std::vector<SignatureScheme> signature_schemes;
  std::size_t roots = 0;      ///< Certificates that are trusted. For directories: files in them.
  std::string system_policy;  ///< What the system's policy has changed, or where it is; or empty.
  std::string native;         ///< The library's own form, such as a priority string.
};

/// The rules in a library's own form. Immutable; shared among threads.
class BackendConfig : public ChainExaminer {
 public:
  ~BackendConfig() override = default;

  /// Returns what the rules have become.
  virtual CompiledRules Compiled() const = 0;

  /// Starts a connection. kInternal if the library is out of memory or worse.
  virtual Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const = 0;
};

/// A parsed chain and key. Immutable; shared among threads.
class BackendIdentity {
 public:
  virtual ~BackendIdentity() = default;

  /// Returns its key as one that the library uses at once, on any thread; null if it is external.
  virtual std::shared_ptr<const engine::BlockingKey> BlockingKey() const = 0;
};

/// The hash functions that tandem itself asks for.
enum class Hash : std::uint8_t { kSha256, kSha384, kSha512 };

/// A TLS library. There is one object of each, without state; pass it by reference.
class Backend {
 public:
  virtual ~Backend() = default;

  /// Returns "openssl" or "gnutls".
  virtual std::string_view name() const = 0;

  /// Returns the library's own name and version, as it runs, such as "OpenSSL 3.0.19".
  virtual std::string version() const = 0;

  virtual const Capabilities& capabilities() const = 0;

  /// Parses a chain and key and checks that they belong together.
  virtual Result<std::shared_ptr<const BackendIdentity>> LoadIdentity(
      const IdentityMaterial& material) const = 0;

  /// Opens an encrypted PKCS#8 key and returns the plain one. kMisuse for a wrong passphrase or
  /// what does not parse, kUnsupported for an encryption that the library lacks.
  virtual Result<Der> DecryptKey(std::span<const std::byte> encrypted,
                                 std::string_view passphrase) const = 0;

  /// Opens a PKCS#12 file: its key as plain PKCS#8, the key's certificate first, then the others in
  /// any order. Fails as DecryptKey() does; kMisuse too if it holds no key, or several.
  virtual Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte> content,
                                              std::string_view passphrase) const = 0;

  /// Returns the hash of `content`.
  virtual std::vector<std::byte> Digest(Hash hash, std::span<const std::byte> content) const = 0;

  /// Says whether the key of the certificate `issuer` has signed the revocation list `list`, both
  /// DER, by an algorithm that is not weak.
  virtual bool HasSigned(std::span<const std::byte> issuer,
                         std::span<const std::byte> list) const = 0;

  /// Compiles `settings`, which have been checked for sense, and outlive the result.
  virtual Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const = 0;
};

}  // namespace tandem

#endif  // TANDEM_BACKEND_H_
