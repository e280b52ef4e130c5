// Backends that are wrong about what they read.

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/relayed_session.h"
#include "conformance/world/check.h"

namespace tandem::conformance {
namespace {

using Outcome = Step::Outcome;
using Plaintext = std::span<std::byte>;

// Moves what fits from the front of `held`.
Step Deliver(Bytes& held, Plaintext plaintext) {
  const std::size_t bytes = std::min(held.size(), plaintext.size());
  const auto end = held.begin() + static_cast<std::ptrdiff_t>(bytes);
  std::copy(held.begin(), end, plaintext.begin());
  held.erase(held.begin(), end);
  return Step::Done(bytes);
}

void Append(Bytes& held, std::span<const std::byte> more) {
  held.insert(held.end(), more.begin(), more.end());
}

class ForgetsWhatItHolds final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;

  Step Read(Plaintext plaintext) override {
    Bytes record(kRecordBytes);
    if (!last_.has_value()) {
      const Step step = inner().Read(record);
      if (step.outcome == Outcome::kAgain) return step;
      if (step.outcome == Outcome::kDone) Append(held_, std::span(record).first(step.bytes));
      if (step.outcome != Outcome::kDone) last_ = step;
    }
    return held_.empty() && last_.has_value() ? *last_ : Deliver(held_, plaintext);
  }

 private:
  Bytes held_;
  std::optional<Step> last_;
};

class LeaksAnInternalAgain final : public RelayedSession {
 public:
  using RelayedSession::RelayedSession;

  Step Read(Plaintext plaintext) override {
    if (!held_.empty()) return Deliver(held_, plaintext);
    Bytes record(plaintext.size());
    const Step step = RelayedSession::Read(record);
    if (step.outcome != Outcome::kDone) return step;
    Append(held_, std::span(record).first(step.bytes));
    LookAhead();
    return Step::Again();
  }

 protected:
  TransportResult Receive(Plaintext into) override {
    if (ahead_.empty()) return RelayedSession::Receive(into);
    return TransportResult::Moved(Deliver(ahead_, into).bytes);
  }

 private:
  void LookAhead() {
    Bytes piece(StreamWire::kInputBufferBytes);
    for (;;) {
      const TransportResult result = parts().wire.Pull(piece);
      if (result.outcome != TransportResult::Outcome::kMoved) return;
      Append(ahead_, std::span(piece).first(result.bytes));
    }
  }

  Bytes held_;
  Bytes ahead_;
};

class ReadsAhead final : public RelayedSession {
 public:
  using RelayedSession::RelayedSession;

 protected:
  TransportResult Receive(Plaintext into) override { return parts().wire.Pull(into); }
};

class HasNothingPending final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  std::size_t pending() const override { return 0; }
};

class CountsTheTagAsPending final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  std::size_t pending() const override {
    constexpr std::size_t tag = 16;
    return inner().pending() == 0 ? 0 : inner().pending() + tag;
  }
};

class AlwaysHasSomethingPending final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  std::size_t pending() const override { return inner().pending() + 1; }
};

class TakesTruncationForTheEnd final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    const Step step = inner().Read(plaintext);
    const bool cut = step.outcome == Outcome::kFailed && parts().wire.saw_end();
    return cut ? Step::Closed() : step;
  }
};

class TakesABrokenTransportForTheEnd final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    const Step step = inner().Read(plaintext);
    const bool broke = step.outcome == Outcome::kFailed && parts().wire.receive_failure();
    return broke ? Step::Closed() : step;
  }
};

class TakesWouldBlockForTheEnd final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    const Step step = inner().Read(plaintext);
    const bool empty = step.outcome == Outcome::kAgain && parts().wire.input_was_empty();
    return empty ? Step::Closed() : step;
  }
};

class TakesAnAlertForTheEnd final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    const Step step = inner().Read(plaintext);
    if (step.outcome != Outcome::kFailed) return step;
    failure_ = inner().TakeFailure();
    return failure_->error.kind == ErrorKind::kPeerAlert ? Step::Closed() : step;
  }
  Failure TakeFailure() override { return failure_.value_or(inner().TakeFailure()); }

 private:
  std::optional<Failure> failure_;
};

class SwallowsCloseNotify final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    const Step step = inner().Read(plaintext);
    if (step.outcome != Outcome::kClosed) return step;
    std::byte byte{};
    const TransportResult behind = parts().wire.Pull(std::span(&byte, 1));
    return behind.outcome == TransportResult::Outcome::kEnd ? step : Step::Again();
  }
};

class DropsTheLastByteOfALongRead final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    constexpr std::size_t long_read = 4096;
    Step step = inner().Read(plaintext);
    if (step.outcome == Outcome::kDone && step.bytes > long_read) --step.bytes;
    return step;
  }
};

class CountsAByteThatDidNotCome final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    Step step = inner().Read(plaintext);
    if (step.outcome == Outcome::kDone && step.bytes == plaintext.size()) ++step.bytes;
    return step;
  }
};

class DeliversTwice final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    constexpr unsigned good_reads = 4;
    if (!again_.empty()) return Deliver(again_, plaintext);
    const Step step = inner().Read(plaintext);
    if (step.outcome == Outcome::kDone && ++reads_ % good_reads == 0) {
      Append(again_, plaintext.first(step.bytes));
    }
    return step;
  }

 private:
  Bytes again_;
  unsigned reads_ = 0;
};

class JoinsRecords final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    if (next_.has_value()) return *std::exchange(next_, std::nullopt);
    const Step first = inner().Read(plaintext);
    if (first.outcome != Outcome::kDone || first.bytes == plaintext.size()) return first;
    const Step second = inner().Read(plaintext.subspan(first.bytes));
    if (second.outcome == Outcome::kDone) return Step::Done(first.bytes + second.bytes);
    if (second.outcome != Outcome::kAgain) next_ = second;
    return first;
  }

 private:
  std::optional<Step> next_;
};

// The defect is that it has a buffer for all sessions: theirs get mixed up.
Bytes& BufferOfAll() {
  static thread_local Bytes buffer;
  return buffer;
}

class SharesItsBuffer final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    if (!BufferOfAll().empty()) return Deliver(BufferOfAll(), plaintext);
    Bytes record(kRecordBytes);
    const Step step = inner().Read(record);
    if (step.outcome != Outcome::kDone) return step;
    BufferOfAll().assign(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(step.bytes));
    return Deliver(BufferOfAll(), plaintext);
  }
  std::size_t pending() const override { return BufferOfAll().size(); }
};

class ReadsNothingWhileOutputWaits final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    return parts().wire.holds_output() ? Step::Again() : inner().Read(plaintext);
  }
};

class BelievesErrno final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    const int stale = errno;
    const Step step = inner().Read(plaintext);
    const bool fails = step.outcome == Outcome::kAgain && (stale == ECONNRESET || stale == EPIPE);
    return fails ? Step::Failed() : step;
  }
};

class SpinsOnHalfARecord final : public RelayedSession {
 public:
  using RelayedSession::RelayedSession;
  Step Read(Plaintext plaintext) override {
    for (;;) {
      const Step step = RelayedSession::Read(plaintext);
      if (step.outcome != Outcome::kAgain || !holds_half_a_record()) return step;
    }
  }
};

class CrashesOnAnOddRead final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Read(Plaintext plaintext) override {
    if (plaintext.size() % 2 == 1) std::abort();
    return inner().Read(plaintext);
  }
};

constexpr Bug kBugs[] = {
    {"forgets-what-it-holds",
     "Holds plaintext, says \"not now\" for want of input, and wakes nobody.",
     {"Tls13/SmallReadsGetAllOfARecord", Role::kClient},
     MakeSession<ForgetsWhatItHolds>},
    {"leaks-an-internal-again",
     "Says \"not now\" with a record at hand, once the wire is empty.",
     {"Tls13/RecordsInOneFeedLoseNoWakeup", Role::kClient},
     MakeSession<LeaksAnInternalAgain>},
    {"reads-ahead",
     "Pulls more than a record and keeps it where the session cannot see it.",
     {"Tls13/RecordsInOneFeedLoseNoWakeup", Role::kClient},
     MakeSession<ReadsAhead>},
    {"has-nothing-pending",
     "Never counts the plaintext that it holds.",
     {"Tls13/LoopThatReadsOncePerWakeupGetsEverything", Role::kClient},
     MakeSession<HasNothingPending>},
    {"counts-the-tag-as-pending",
     "Counts bytes as plaintext that are not.",
     {"Tls13/SmallReadsGetAllOfARecord", Role::kClient},
     MakeSession<CountsTheTagAsPending>},
    {"always-has-something-pending",
     "Always promises one byte more than it holds.",
     {"Tls13/WantReadIsHonest", Role::kClient},
     MakeSession<AlwaysHasSomethingPending>},
    {"takes-truncation-for-the-end",
     "Reports a stream that is cut as a clean end.",
     {"Tls13/EndWithoutCloseNotifyIsTruncatedAfterOwnShutdownToo", Role::kClient},
     MakeSession<TakesTruncationForTheEnd>},
    {"takes-a-broken-transport-for-the-end",
     "Reports a connection that is reset as a clean end.",
     {"Tls13/ResetWhileReadingIsATransportErrorBehindTheLastBytes", Role::kClient},
     MakeSession<TakesABrokenTransportForTheEnd>},
    {"takes-would-block-for-the-end",
     "Reports an empty wire as a clean end.",
     {"Tls13/WantReadIsHonest", Role::kClient},
     MakeSession<TakesWouldBlockForTheEnd>},
    {"takes-an-alert-for-the-end",
     "Reports a peer's fatal alert as a clean end.",
     {"Tls13/FlippedBitIsBadRecordMacAtBothEnds", Role::kServer},
     MakeSession<TakesAnAlertForTheEnd>},
    {"swallows-close-notify",
     "Waits for the end of the stream behind a close_notify.",
     {"Tls13/OneClosesAndTheOtherFollows", Role::kClient},
     MakeSession<SwallowsCloseNotify>},
    {"drops-the-last-byte-of-a-long-read",
     "Loses the last byte of what is longer than 4096.",
     {"Tls13/EverySizeArrivesWholeInBothDirectionsAtOnce", Role::kClient},
     MakeSession<DropsTheLastByteOfALongRead>},
    {"counts-a-byte-that-did-not-come",
     "Says one byte too many when the buffer is full.",
     {"Tls13/SmallReadsGetAllOfARecord", Role::kClient},
     MakeSession<CountsAByteThatDidNotCome>},
    {"delivers-twice",
     "Delivers what the fourth Read() brought a second time.",
     {"Tls13/EverySizeArrivesWholeInBothDirectionsAtOnce", Role::kClient},
     MakeSession<DeliversTwice>},
    {"joins-records",
     "Fills the buffer from two records in one Read().",
     {"Tls13/ReadBringsOneRecordAtMost", Role::kClient},
     MakeSession<JoinsRecords>},
    {"shares-its-buffer",
     "Keeps the plaintext of all sessions in one buffer.",
     {"Tls13/GarbageInOneSessionChangesNoCallOfTheOthers", Role::kClient},
     MakeSession<SharesItsBuffer>},
    {"reads-nothing-while-output-waits",
     "Does not read before all of its output is sent.",
     {"Tls13/ReadsGoOnWhileOutputIsBlocked", Role::kClient},
     MakeSession<ReadsNothingWhileOutputWaits>},
    {"believes-errno",
     "Takes an errno that somebody left behind for the transport's.",
     {"Tls13/ExchangeIsTheSameWhateverErrnoWas", Role::kClient},
     MakeSession<BelievesErrno>},
    {"spins-on-half-a-record",
     "Waits inside Read() for the rest of a record.",
     {"Tls13/WantReadIsHonest", Role::kClient, conformance::Outcome::kTimedOut},
     MakeSession<SpinsOnHalfARecord>},
    {"crashes-on-an-odd-read",
     "Dies when a buffer has an odd size.",
     {"Tls13/SmallReadsGetAllOfARecord", Role::kClient, conformance::Outcome::kCrashed},
     MakeSession<CrashesOnAnOddRead>},
};

}  // namespace

std::span<const Bug> ReadBugs() { return kBugs; }

}  // namespace tandem::conformance
