// A decorated session whose inside has a Wire of its own, so that records pass by here.
//
//     library --Push()--> [ own Wire ] --Send()-->  RelayedSession --Push()--> [ the session's Wire
//     ] library <--Pull()-- [ own Wire ] <--Receive() RelayedSession <--Pull()-- [ the session's
//     Wire ]

#ifndef TANDEM_CONFORMANCE_MUTANTS_RELAYED_SESSION_H_
#define TANDEM_CONFORMANCE_MUTANTS_RELAYED_SESSION_H_

#include <array>
#include <cstddef>
#include <span>

#include "conformance/mutants/decorated_backend.h"
#include "tandem/stream_wire.h"
#include "tandem/transport.h"

namespace tandem::conformance {

/// Passes records on as they come. Override Receive() and Send() for what is to be different on the
/// way, and Around...() for what is to be different about a call.
class RelayedSession : public DecoratedSession, protected Transport {
 public:
  explicit RelayedSession(const SessionParts& parts) : DecoratedSession(parts), wire_(*this) {}
  ~RelayedSession() override { DropInner(); }

  SessionParts PartsOfInner() override {
    return {parts().role, parts().server, wire_, parts().policy, parts().events};
  }

  Step Handshake() override;
  Step Read(std::span<std::byte> plaintext) override;
  Step Write(std::span<const std::byte> plaintext) override;
  Step CloseNotify() override;
  Step Rekey(bool both) override;
  bool SendAlert(Alert alert) override;

 protected:
  /// Is told before each call that may move records.
  virtual void Begin() {}

  /// Is told how it ended, when the last record of it has passed.
  virtual void Conclude(bool /*failed*/) {}

  /// Pulls no more than the rest of a record, so that nothing is ever held in the Wire inside,
  /// where the session cannot see it.
  TransportResult Receive(std::span<std::byte> into) override;

  TransportResult Send(std::span<const std::byte> records) override;

  /// Says whether a part of a record has come.
  bool holds_half_a_record() const { return header_size_ > 0 || body_left_ > 0; }

 private:
  template <typename Call>
  Step Around(Call call);
  void Watch(std::span<const std::byte> bytes);

  StreamWire wire_;
  std::array<std::byte, 5> header_{};
  std::size_t header_size_ = 0;
  std::size_t body_left_ = 0;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MUTANTS_RELAYED_SESSION_H_
