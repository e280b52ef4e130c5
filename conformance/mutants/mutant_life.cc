// Backends that are wrong about when a handshake begins, goes on and ends.

#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/mutant.h"

namespace tandem::conformance {
namespace {

class ThrowsWhenItStarts final : public DecoratedSession {
 public:
  explicit ThrowsWhenItStarts(const SessionParts& parts) : DecoratedSession(parts) {
    throw std::runtime_error("no session today");
  }
};

class BelongsToOneThread final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Handshake() override { return at_home() ? inner().Handshake() : Step::Failed(); }
  Step Read(std::span<std::byte> plaintext) override {
    return at_home() ? inner().Read(plaintext) : Step::Failed();
  }
  Step Write(std::span<const std::byte> plaintext) override {
    return at_home() ? inner().Write(plaintext) : Step::Failed();
  }

 private:
  bool at_home() const { return std::this_thread::get_id() == home_; }

  std::thread::id home_ = std::this_thread::get_id();
};

class IsDoneTooEarly final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;

  Step Handshake() override {
    const Step step = GoOn();
    const bool answered = parts().wire.records_pulled() > 0;
    return step.outcome == Step::Outcome::kAgain && answered ? Step::Done() : step;
  }
  Step Read(std::span<std::byte> plaintext) override {
    const Step step = done_ ? Step::Done() : GoOn();
    return done_ ? inner().Read(plaintext) : step;
  }
  Step Write(std::span<const std::byte> plaintext) override {
    return done_ ? inner().Write(plaintext) : Step::Again();
  }
  Step CloseNotify() override { return done_ ? inner().CloseNotify() : Step::Done(); }
  Step Rekey(bool both) override { return done_ ? inner().Rekey(both) : Step::Again(); }
  std::size_t pending() const override { return done_ ? inner().pending() : 0; }
  ConnectionInfo Describe() const override { return done_ ? inner().Describe() : ConnectionInfo(); }
  bool Export(std::string_view label, std::optional<std::span<const std::byte>> context,
              std::span<std::byte> material) const override {
    return done_ && inner().Export(label, context, material);
  }
  std::vector<std::byte> FirstFinished() const override {
    return done_ ? inner().FirstFinished() : std::vector<std::byte>();
  }

 private:
  Step GoOn() {
    const Step step = inner().Handshake();
    done_ = step.outcome == Step::Outcome::kDone;
    return step;
  }

  bool done_ = false;
};

class TakesAWarningForFatal final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Handshake() override {
    const Step step = inner().Handshake();
    const bool warned = parts().events.added(Event::Type::kWarningAlert) > 0;
    return warned ? Step::Failed() : step;
  }
};

class GoesOnBehindAnAlert final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Handshake() override {
    const Step step = inner().Handshake();
    const auto alert = parts().wire.last_plaintext_alert();
    return alert.has_value() && step.outcome == Step::Outcome::kFailed ? Step::Again() : step;
  }
};

class WaitsForASecondCall final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Step Handshake() override {
    const bool first = !called_;
    called_ = true;
    if (!first) return inner().Handshake();
    std::byte byte{};
    static_cast<void>(parts().wire.Pull(std::span(&byte, 1)));
    return Step::Again();
  }

 private:
  bool called_ = false;
};

constexpr Bug kBugs[] = {
    {"throws-when-it-starts",
     "Throws an exception instead of starting a session.",
     {"Tls13/HandshakeWithP256IdentitySucceeds", Role::kClient, Outcome::kCrashed},
     MakeSession<ThrowsWhenItStarts>},
    {"belongs-to-one-thread",
     "Fails on any thread but the one that made the session.",
     {"Tls13/SessionMayChangeThreads", Role::kClient},
     MakeSession<BelongsToOneThread>},
    {"is-done-too-early",
     "Ends the handshake one flight too early.",
     {"Tls13/HandshakeTakesOneTurnPerCall", Role::kServer},
     MakeSession<IsDoneTooEarly>},
    {"waits-for-a-second-call",
     "Looks for input before it has said anything.",
     {"Tls13/HandshakeTakesOneTurnPerCall", Role::kClient},
     MakeSession<WaitsForASecondCall>},
    {"takes-a-warning-for-fatal",
     "Gives up at a warning.",
     {"Tls13/WarningInTheHandshakeIsAnEventAndNoMore", Role::kClient},
     MakeSession<TakesAWarningForFatal>},
    {"goes-on-behind-an-alert",
     "Waits for more where the peer has given up.",
     {"Tls13/AlertInPlaintextEndsTheHandshakeUnauthenticated", Role::kClient},
     MakeSession<GoesOnBehindAnAlert>},
};

}  // namespace

std::span<const Bug> LifeBugs() { return kBugs; }

}  // namespace tandem::conformance
