// A simulated wire: two links, one for each direction.
//
//      client Session                                         server Session
//           |  Send()                                    Receive()  ^
//           v                                                       |
//        WireEnd ----------------> [ Link to_server ] ----------> WireEnd
//        WireEnd <---------------- [ Link to_client ] <---------- WireEnd

#ifndef TANDEM_CONFORMANCE_WORLD_LINK_H_
#define TANDEM_CONFORMANCE_WORLD_LINK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "conformance/world/check.h"
#include "conformance/world/link_knobs.h"
#include "conformance/world/random.h"
#include "tandem/engine/job.h"
#include "tandem/transport.h"

namespace tandem::conformance {

/// One direction of a wire.
class Link {
 public:
  explicit Link(Random& random) : random_(random) {}

  LinkKnobs knobs;

  TransportResult Send(std::span<const std::byte> records);
  TransportResult Receive(std::span<std::byte> into);

  /// Say whether the next call would move bytes, or tell of an end or a failure.
  bool readable() const;
  bool writable() const;

  /// Say whether the last call would block for no reason, so that the next may not.
  bool receive_stalled() const { return receive_stalled_; }
  bool send_stalled() const { return send_stalled_; }

  /// Gives the receiver what waits for more to come, and says whether there was any: nobody will
  /// send more.
  bool LetGo();

  /// Puts bytes in flight as though the sender had sent them.
  void Inject(std::span<const std::byte> bytes);

  /// Ends the stream behind what is in flight.
  void End() { ended_ = true; }

  /// Breaks the wire for the receiver, behind what is in flight.
  void FailReceive(int system_error) { receive_failure_ = system_error; }

  /// Breaks the wire for the sender, at once.
  void FailSend(int system_error) { send_failure_ = system_error; }

  /// Returns what has been sent and not received, to look at and to corrupt.
  std::span<std::byte> in_flight();

  /// Loses what is in flight.
  void DropInFlight() { delivered_ = bytes_.size(); }

  std::size_t sent() const { return bytes_.size(); }
  std::size_t received() const { return delivered_; }
  CallNumber send_calls() const { return send_calls_; }
  CallNumber receive_calls() const { return receive_calls_; }

  /// Returns everything that was ever sent, as it left the sender or was put in flight.
  const Bytes& history() const { return bytes_; }

 private:
  std::size_t Deliverable() const;
  std::size_t Acceptable() const;
  std::size_t Amount(std::size_t most);
  bool Stalls(CallNumber call, CallNumber chosen);
  TransportResult Nothing() const;
  void Deliver(std::span<std::byte> into);

  Random& random_;
  Bytes bytes_;
  std::size_t delivered_ = 0;
  std::size_t let_go_ = 0;
  CallNumber send_calls_ = 0;
  CallNumber receive_calls_ = 0;
  bool send_stalled_ = false;
  bool receive_stalled_ = false;
  bool ended_ = false;
  std::optional<int> receive_failure_;
  std::optional<int> send_failure_;
};

/// The transport of one session: sends on one link and receives from the other.
class WireEnd final : public Transport {
 public:
  WireEnd(Link& out, Link& in) : out_(out), in_(in) {}

  TransportResult Receive(std::span<std::byte> into) override {
    NoteCall();
    return in_.Receive(into);
  }
  TransportResult Send(std::span<const std::byte> records) override {
    NoteCall();
    return out_.Send(records);
  }

  const Link& out() const { return out_; }
  const Link& in() const { return in_; }

  /// Returns how many calls came from inside a job: a program's transport runs on its own stack.
  std::size_t calls_in_jobs() const { return calls_in_jobs_; }

 private:
  void NoteCall() {
    if (engine::Job::current() != nullptr) ++calls_in_jobs_;
  }

  Link& out_;
  Link& in_;
  std::size_t calls_in_jobs_ = 0;
};

/// Returns the content types of the complete records at the start of `stream`, RFC 8446
/// section 5.1.
Bytes RecordTypes(std::span<const std::byte> stream);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WORLD_LINK_H_
