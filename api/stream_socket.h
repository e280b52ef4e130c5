// A transport over a connected stream socket that the program owns.

#ifndef TANDEM_STREAM_SOCKET_H_
#define TANDEM_STREAM_SOCKET_H_

#include <cstddef>
#include <span>

#include "tandem/transport.h"

namespace tandem {

/// Carries records over a connected TCP or Unix stream socket, after recv(2) and send(2).
///
/// The descriptor stays the program's: it is never closed, never made blocking or non-blocking.
/// Calls never wait, even on a blocking descriptor (MSG_DONTWAIT), and never raise SIGPIPE
/// (MSG_NOSIGNAL).
class StreamSocket final : public Transport {
 public:
  /// Uses `descriptor`, which must stay open as long as the session lives.
  explicit StreamSocket(int descriptor) : descriptor_(descriptor) {}

  int descriptor() const { return descriptor_; }

  TransportResult Receive(std::span<std::byte> into) override;
  TransportResult Send(std::span<const std::byte> records) override;

 private:
  int descriptor_;
};

}  // namespace tandem

#endif  // TANDEM_STREAM_SOCKET_H_
