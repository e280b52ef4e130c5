// What one call on a session achieved, and what the session waits for.

#ifndef TANDEM_STATUS_H_
#define TANDEM_STATUS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tandem {

/// What one call achieved. Having to wait is an outcome, not an error.
enum class Status : std::uint8_t {
  kOk,         ///< Done; or at least one byte moved.
  kWantRead,   ///< The transport has no bytes for us yet.
  kWantWrite,  ///< Output waits for the transport; no byte of this call was taken.
  kWantAsync,  ///< A key operation or a hook has not answered.
  kClosed,     ///< Read: the peer's close_notify, after everything else. Write: we have shut down.
  kRefused,    ///< This call cannot be served; the session is unharmed. refusal() says why.
  kError,      ///< The session is over. error() says why, and will not change.
};

/// Returns "ok", "want_read" and so on, for logs and tests.
std::string_view StatusName(Status status);

/// How far a Read() or Write() came.
struct [[nodiscard]] IoResult {
  Status status = Status::kOk;
  std::size_t bytes = 0;   ///< Moved by this call.
  bool truncated = false;  ///< Datagram read: the rest of the datagram did not fit and is gone.
};

/// What stands between a session and progress. Any combination may hold; none means that it waits
/// for the application.
struct Interest {
  bool now = false;    ///< Progress is possible without I/O: call again before you wait.
  bool read = false;   ///< Wait until the transport is readable.
  bool write = false;  ///< Wait until the transport is writable; set until all output has left.
  bool async = false;  ///< Wait for the answer of a key operation or a hook.

  friend bool operator==(const Interest&, const Interest&) = default;
};

}  // namespace tandem

#endif  // TANDEM_STATUS_H_
