// Backends that are wrong about the alerts that they send.

#include <span>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/relayed_session.h"
#include "conformance/world/check.h"

namespace tandem::conformance {
namespace {

using Records = std::span<const std::byte>;

// Holds what a call says until it is known how the call ended.
class Hesitating : public RelayedSession {
 public:
  using RelayedSession::RelayedSession;

 protected:
  TransportResult Send(Records records) final {
    said_.insert(said_.end(), records.begin(), records.end());
    return TransportResult::Moved(records.size());
  }
  void Conclude(bool failed) final {
    if (failed) ChangeLastWords(said_);
    parts().wire.Push(said_);
    said_.clear();
  }

  // Is given what was said in a call that failed.
  virtual void ChangeLastWords(Bytes& records) = 0;

 private:
  Bytes said_;
};

class ForgetsTheAlert final : public Hesitating {
 public:
  using Hesitating::Hesitating;

 protected:
  void ChangeLastWords(Bytes& records) override { records.clear(); }
};

class SendsTheAlertTwice final : public Hesitating {
 public:
  using Hesitating::Hesitating;

 protected:
  void ChangeLastWords(Bytes& records) override {
    const Bytes once = records;
    records.insert(records.end(), once.begin(), once.end());
  }
};

class SendsAnotherAlert final : public Hesitating {
 public:
  using Hesitating::Hesitating;
  bool SendAlert(Alert /*alert*/) override { return Hesitating::SendAlert(Alert::kInternalError); }

 protected:
  // What is protected cannot be changed here; an alert in plaintext is a record of seven bytes.
  void ChangeLastWords(Bytes& records) override {
    constexpr std::size_t size = 7;
    if (records.size() < size) return;
    const std::span<std::byte> last = std::span(records).last(size);
    const bool is_alert = last[0] == std::byte{21} && last[3] == std::byte{0} &&
                          last[4] == std::byte{2} && last[5] == std::byte{2};
    if (is_alert) last[6] = static_cast<std::byte>(Alert::kInternalError);
  }
};

class WarnsInsteadOfFailing final : public Hesitating {
 public:
  using Hesitating::Hesitating;

 protected:
  void ChangeLastWords(Bytes& records) override {
    constexpr std::size_t size = 7;
    if (records.size() < size) return;
    const std::span<std::byte> last = std::span(records).last(size);
    const bool is_alert = last[0] == std::byte{21} && last[3] == std::byte{0} &&
                          last[4] == std::byte{2} && last[5] == std::byte{2};
    if (is_alert) last[5] = std::byte{1};
  }
};

class DoesNotSayWhichAlert final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  bool SendAlert(Alert alert) override {
    static_cast<void>(inner().SendAlert(alert));
    return false;
  }
  Failure TakeFailure() override {
    Failure failure = inner().TakeFailure();
    failure.error.alert_sent.reset();
    return failure;
  }
};

class SaysThatItSentAnotherAlert final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Failure TakeFailure() override {
    Failure failure = inner().TakeFailure();
    const bool told = failure.error.alert_sent.has_value() || failure.alert_due.has_value();
    if (told) failure.error.alert_sent = Alert::kInternalError;
    failure.alert_due.reset();
    return failure;
  }
};

constexpr Bug kBugs[] = {
    {"forgets-the-alert",
     "Says that it has told the peer why it goes away, and has not.",
     {"Tls13/FlippedBitIsBadRecordMacAtBothEnds", Role::kClient},
     MakeSession<ForgetsTheAlert>},
    {"sends-the-alert-twice",
     "Says its last words twice.",
     {"Tls13/NoCommonSuiteIsIncompatible", Role::kServer},
     MakeSession<SendsTheAlertTwice>},
    {"sends-another-alert",
     "Sends internal_error where it can, whatever has happened.",
     {"Tls13/NoCommonSuiteIsIncompatible", Role::kServer},
     MakeSession<SendsAnotherAlert>},
    {"warns-instead-of-failing",
     "Sends fatal alerts as warnings.",
     {"Tls13/NoCommonSuiteIsIncompatible", Role::kServer},
     MakeSession<WarnsInsteadOfFailing>},
    {"does-not-say-which-alert",
     "Sends an alert and does not report it.",
     {"Tls13/FlippedBitIsBadRecordMacAtBothEnds", Role::kClient},
     MakeSession<DoesNotSayWhichAlert>},
    {"says-that-it-sent-another-alert",
     "Sends one alert and reports another.",
     {"Tls13/FlippedBitIsBadRecordMacAtBothEnds", Role::kClient},
     MakeSession<SaysThatItSentAnotherAlert>},
};

}  // namespace

std::span<const Bug> AlertBugs() { return kBugs; }

}  // namespace tandem::conformance
