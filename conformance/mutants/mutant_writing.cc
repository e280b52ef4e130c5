// Backends that are wrong about what they send.

#include <algorithm>
#include <span>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/relayed_session.h"
#include "conformance/world/check.h"

namespace tandem::conformance {
namespace {

using Plaintext = std::span<const std::byte>;
using Records = std::span<const std::byte>;

class EncryptsTwice final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Write(Plaintext plaintext) override {
    const Step step = inner().Write(plaintext);
    return step.outcome == Step::Outcome::kDone ? inner().Write(plaintext) : step;
  }
};

class EncryptsAgainWhatIsBlocked final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Write(Plaintext plaintext) override {
    const Step step = inner().Write(plaintext);
    return parts().wire.holds_output() ? inner().Write(plaintext) : step;
  }
};

class SendsWhatIsOfferedNext final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Write(Plaintext plaintext) override {
    constexpr unsigned good_writes = 4;
    const std::size_t owed = std::min(owed_, plaintext.size());
    owed_ = 0;
    if (owed > 0) static_cast<void>(inner().Write(plaintext.first(owed)));
    if (++writes_ % good_writes != 0) return inner().Write(plaintext);
    owed_ = plaintext.size();
    return Step::Done(owed_);
  }

 private:
  std::size_t owed_ = 0;
  unsigned writes_ = 0;
};

class ClaimsMoreThanItTook final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Write(Plaintext plaintext) override {
    if (plaintext.size() < kRecordBytes) return inner().Write(plaintext);
    const Step step = inner().Write(plaintext.first(kRecordBytes - 1));
    return step.outcome == Step::Outcome::kDone ? Step::Done(kRecordBytes) : step;
  }
};

class ClaimsLessThanItTook final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Write(Plaintext plaintext) override {
    const Step step = inner().Write(plaintext);
    return step.bytes == kRecordBytes ? Step::Done(kRecordBytes - 1) : step;
  }
};

class RefusesAFullRecord final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Write(Plaintext plaintext) override {
    return plaintext.size() == kRecordBytes ? Step::Again() : inner().Write(plaintext);
  }
};

// Holds what a call said until another begins, once the handshake is done.
class LeavesOutputBehind final : public RelayedSession {
 public:
  using RelayedSession::RelayedSession;
  Step Handshake() override {
    const Step step = RelayedSession::Handshake();
    if (step.outcome == Step::Outcome::kDone) done_ = true;
    return step;
  }

 protected:
  void Begin() override {
    parts().wire.Push(held_);
    held_.clear();
  }
  TransportResult Send(Records records) override {
    if (!done_) return RelayedSession::Send(records);
    held_.insert(held_.end(), records.begin(), records.end());
    return TransportResult::Moved(records.size());
  }

 private:
  bool done_ = false;
  Bytes held_;
};

class DuplicatesARecord final : public RelayedSession {
 public:
  using RelayedSession::RelayedSession;

 protected:
  TransportResult Send(Records records) override {
    constexpr unsigned good_records = 10;
    const bool again = ++pieces_ % good_records == 0;
    if (again) static_cast<void>(RelayedSession::Send(records));
    return RelayedSession::Send(records);
  }

 private:
  unsigned pieces_ = 0;
};

class NeverSaysGoodbye final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step CloseNotify() override { return Step::Done(); }
};

class SaysGoodbyeTwice final : public RelayedSession {
 public:
  using RelayedSession::RelayedSession;
  Step CloseNotify() override {
    closing_ = true;
    return RelayedSession::CloseNotify();
  }

 protected:
  TransportResult Send(Records records) override {
    if (closing_) static_cast<void>(RelayedSession::Send(records));
    return RelayedSession::Send(records);
  }

 private:
  bool closing_ = false;
};

class NeverRekeys final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Rekey(bool /*both*/) override { return Step::Done(); }
};

class RekeysAlone final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Rekey(bool /*both*/) override { return inner().Rekey(false); }
};

class AlwaysAsksForARekey final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Rekey(bool /*both*/) override { return inner().Rekey(true); }
};

class RekeysTwice final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Rekey(bool both) override {
    const Step step = inner().Rekey(false);
    return step.outcome == Step::Outcome::kDone ? inner().Rekey(both) : step;
  }
};

class AnswersNoRekey final : public RelayedSession {
 public:
  using RelayedSession::RelayedSession;
  Step Read(std::span<std::byte> plaintext) override {
    mute_ = true;
    const Step step = RelayedSession::Read(plaintext);
    mute_ = false;
    return step;
  }

 protected:
  void Conclude(bool failed) override {
    if (failed) parts().wire.Push(unsaid_);
    unsaid_.clear();
  }
  TransportResult Send(Records records) override {
    if (!mute_) return RelayedSession::Send(records);
    unsaid_.insert(unsaid_.end(), records.begin(), records.end());
    return TransportResult::Moved(records.size());
  }

 private:
  bool mute_ = false;
  Bytes unsaid_;
};

constexpr Bug kBugs[] = {
    {"encrypts-twice",
     "Encrypts every Write() twice.",
     {"Tls13/EverySizeArrivesWholeInBothDirectionsAtOnce", Role::kClient},
     MakeSession<EncryptsTwice>},
    {"encrypts-again-what-is-blocked",
     "Encrypts once more what the transport did not take.",
     {"Tls13/RefusedBytesNeverAppear", Role::kClient},
     MakeSession<EncryptsAgainWhatIsBlocked>},
    {"sends-what-is-offered-next",
     "Takes bytes, and sends those of the next Write() for them.",
     {"Tls13/EverySizeArrivesWholeInBothDirectionsAtOnce", Role::kClient},
     MakeSession<SendsWhatIsOfferedNext>},
    {"claims-more-than-it-took",
     "Leaves the last byte of a full record out.",
     {"Tls13/EverySizeArrivesWholeInBothDirectionsAtOnce", Role::kClient},
     MakeSession<ClaimsMoreThanItTook>},
    {"claims-less-than-it-took",
     "Has the last byte of a full record offered again.",
     {"Tls13/EverySizeArrivesWholeInBothDirectionsAtOnce", Role::kClient},
     MakeSession<ClaimsLessThanItTook>},
    {"refuses-a-full-record",
     "Says \"not now\" to a record of 16384 bytes.",
     {"Tls13/EverySizeArrivesWholeInBothDirectionsAtOnce", Role::kClient},
     MakeSession<RefusesAFullRecord>},
    {"leaves-output-behind",
     "Pushes what it has to say when it is called the next time.",
     {"Tls13/HalfCloseLeavesTheOtherDirectionOpen", Role::kClient},
     MakeSession<LeavesOutputBehind>},
    {"duplicates-a-record",
     "Sends every tenth piece of output twice.",
     {"Tls13/EverySizeArrivesWholeInBothDirectionsAtOnce", Role::kClient},
     MakeSession<DuplicatesARecord>},
    {"never-says-goodbye",
     "Sends no close_notify.",
     {"Tls13/OneClosesAndTheOtherFollows", Role::kClient},
     MakeSession<NeverSaysGoodbye>},
    {"says-goodbye-twice",
     "Sends its close_notify twice.",
     {"Tls13/StreamToTheServerCutAtAnyByteIsTruncatedUnlessCloseNotifyCame", Role::kClient},
     MakeSession<SaysGoodbyeTwice>},
    {"never-rekeys",
     "Says that it has changed its key, and has not.",
     {"Tls13/RekeyKeepsTheStream", Role::kClient},
     MakeSession<NeverRekeys>},
    {"rekeys-alone",
     "Does not ask for the peer's new key.",
     {"Tls13/RekeyKeepsTheStream", Role::kClient},
     MakeSession<RekeysAlone>},
    {"always-asks-for-a-rekey",
     "Asks for the peer's new key unbidden.",
     {"Tls13/RekeyKeepsTheStream", Role::kClient},
     MakeSession<AlwaysAsksForARekey>},
    {"rekeys-twice",
     "Changes its key twice at a time.",
     {"Tls13/RekeyKeepsTheStream", Role::kClient},
     MakeSession<RekeysTwice>},
    {"answers-no-rekey",
     "Loses the key update that answers the peer's.",
     {"Tls13/RequestedRekeyIsAnsweredOnceByOneWhoOnlyReads", Role::kClient},
     MakeSession<AnswersNoRekey>},
};

}  // namespace

std::span<const Bug> WriteBugs() { return kBugs; }

}  // namespace tandem::conformance
