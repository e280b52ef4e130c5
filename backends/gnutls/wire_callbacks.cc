// The library's I/O on a Wire.

#include "backends/gnutls/wire_callbacks.h"

#include <cerrno>
#include <span>

#include "backends/gnutls/session.h"

namespace tandem::gnutls {
namespace {

// Never plain errno: GnuTLS would read what another call left there.
ssize_t FailPull(gnutls_session_t session, int code) {
  gnutls_transport_set_errno(session, code);
  return -1;
}

ssize_t OnPull(gnutls_transport_ptr_t transport, void* into, std::size_t size) noexcept {
  const auto session = static_cast<gnutls_session_t>(transport);
  LibrarySession& owner = LibrarySession::Of(session);
  const TransportResult result = owner.wire().Pull({static_cast<std::byte*>(into), size});
  owner.NotePulled(result.bytes);
  switch (result.outcome) {
    case TransportResult::Outcome::kMoved: return static_cast<ssize_t>(result.bytes);
    case TransportResult::Outcome::kEnd: return 0;
    case TransportResult::Outcome::kWouldBlock: return FailPull(session, EAGAIN);
    case TransportResult::Outcome::kFailed: break;
  }
  return FailPull(session, EIO);
}

// GnuTLS asks before it waits, and before it sends a flight again; it is never to wait.
int OnPullTimeout(gnutls_transport_ptr_t transport, unsigned int /*milliseconds*/) noexcept {
  const auto session = static_cast<gnutls_session_t>(transport);
  return LibrarySession::Of(session).wire().HasInput() ? 1 : 0;
}

ssize_t OnPush(gnutls_transport_ptr_t transport, const void* records, std::size_t size) noexcept {
  const auto session = static_cast<gnutls_session_t>(transport);
  LibrarySession::Of(session).wire().Push({static_cast<const std::byte*>(records), size});
  return static_cast<ssize_t>(size);
}

}  // namespace

void AttachWire(gnutls_session_t session) {
  gnutls_transport_set_ptr(session, session);
  gnutls_transport_set_pull_function(session, OnPull);
  gnutls_transport_set_pull_timeout_function(session, OnPullTimeout);
  gnutls_transport_set_push_function(session, OnPush);
}

}  // namespace tandem::gnutls
