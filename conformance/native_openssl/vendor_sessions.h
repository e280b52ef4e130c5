// Two sessions, one of which has the vendor's key and waits for it as a program may.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_SESSIONS_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_SESSIONS_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/native_openssl/vendor.h"
#include "conformance/world/link.h"
#include "tandem/session.h"

namespace tandem::conformance {

/// How a program learns that a suspended call is worth repeating.
enum class WaitBy : std::uint8_t { kRuntime, kCallback, kWaitFds, kPolling };

/// What a VendorSessions is made for.
struct VendorCase {
  const Backend& backend;
  Version version;
  Role holder;           ///< The end that has the vendor's key.
  std::string key_type;  ///< "rsa" or "ecdsa".
  std::string mode;      ///< Of the vendor's: see vendor_provider/vendor.h.
  WaitBy wait_by = WaitBy::kRuntime;
};

class VendorSessions {
 public:
  /// `runtime` must outlive this.
  VendorSessions(const Vendor& vendor, engine::Runtime& runtime, const VendorCase& what);
  VendorSessions(const VendorSessions&) = delete;
  VendorSessions& operator=(const VendorSessions&) = delete;

  Session& holder() { return *holder_; }
  Session& peer() { return *peer_; }

  /// Runs the handshake until the holder is suspended, done or over; says which.
  Status Start();

  /// Runs the handshake to its end, and waits for the vendor's device, which it lets go on; says
  /// whether both are done.
  bool Finish();

  /// Has the two exchange a few bytes.
  bool Exchange();

  /// Destroys the session that has the key.
  void EndHolder() { holder_.reset(); }

  /// Returns what async_status() said at each suspension that Finish() has met.
  const std::vector<engine::AsyncStatus>& statuses() const { return statuses_; }

 private:
  void Wait();

  const Vendor& vendor_;
  engine::Runtime& runtime_;
  const WaitBy wait_by_;
  Random random_{1};
  Link to_server_{random_};
  Link to_client_{random_};
  WireEnd server_end_{to_client_, to_server_};
  WireEnd client_end_{to_server_, to_client_};
  std::vector<engine::AsyncStatus> statuses_;
  bool ready_ = false;
  std::atomic<std::uint32_t> calls_ = 0;
  std::uint32_t calls_seen_ = 0;
  std::optional<Session> holder_;
  std::optional<Session> peer_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_SESSIONS_H_
