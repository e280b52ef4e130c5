// The library's I/O on a Wire: one BIO_METHOD for the whole process.

#include "backends/openssl/wire_callbacks.h"

#include <cstddef>
#include <span>

#include <openssl/bio.h>

#include "backends/openssl/call.h"
#include "backends/openssl/handles.h"

namespace tandem::openssl {
namespace {

Wire& WireOf(BIO* bio) { return *static_cast<Wire*>(BIO_get_data(bio)); }

int OnPull(BIO* bio, char* into, std::size_t size, std::size_t* taken) noexcept {
  BIO_clear_retry_flags(bio);
  const OutsideCall outside;
  const TransportResult result = WireOf(bio).Pull(std::as_writable_bytes(std::span(into, size)));
  *taken = result.bytes;
  if (result.outcome == TransportResult::Outcome::kMoved) return 1;
  if (result.outcome == TransportResult::Outcome::kWouldBlock) BIO_set_retry_read(bio);
  return 0;
}

int OnPush(BIO* bio, const char* records, std::size_t size, std::size_t* taken) noexcept {
  BIO_clear_retry_flags(bio);
  const OutsideCall outside;
  WireOf(bio).Push(std::as_bytes(std::span(records, size)));
  *taken = size;
  return 1;
}

long OnControl(BIO* bio, int command, long number, void* /*pointer*/) noexcept {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_DGRAM_SET_PEEK_MODE) {
    WireOf(bio).set_peeking(number != 0);
    return 1;
  }
  // Without an answer to this the library cannot tell the end of the stream from a failure.
  if (command == BIO_CTRL_EOF) return WireOf(bio).saw_end() ? 1 : 0;
  return 0;
}

// There are only 127 types of BIO in a process, so there is one method, and it is never freed:
// sessions may outlive any static object.
const BIO_METHOD* WireMethod() {
  static const BIO_METHOD* const kMethod = []() -> const BIO_METHOD* {
    MethodHandle method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tandem wire"));
    const bool ok = method != nullptr && BIO_meth_set_read_ex(method.get(), OnPull) == 1 &&
                    BIO_meth_set_write_ex(method.get(), OnPush) == 1 &&
                    BIO_meth_set_ctrl(method.get(), OnControl) == 1;
    return ok ? method.release() : nullptr;
  }();
  return kMethod;
}

}  // namespace

bool AttachWire(SSL* ssl, Wire& wire) {
  const BIO_METHOD* method = WireMethod();
  BIO* bio = method == nullptr ? nullptr : BIO_new(method);
  if (bio == nullptr) return false;
  BIO_set_data(bio, &wire);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);  // One reference serves both directions.
  return true;
}

}  // namespace tandem::openssl
