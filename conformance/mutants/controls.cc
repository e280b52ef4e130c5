#include "conformance/mutants/controls.h"

#include <optional>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/lax_session.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/own_policy_session.h"
#include "conformance/mutants/relayed_session.h"

namespace tandem::conformance {
namespace {

class HonestSession final : public LaxSession {
 public:
  using LaxSession::LaxSession;

 private:
  std::optional<Verdict> JudgeInTime(std::span<const Der> sent) override {
    return Judge(sent, examiner());
  }
};

// `Wrong`, which is not, under the name of what it decorates: the exceptions hold for it too.
template <typename Wrong>
class Renamed final : public Wrong {
 public:
  explicit Renamed(const Backend& inner) : Wrong(inner, Bug()) {}
  std::string_view name() const override { return this->inner().name(); }
};

template <typename Made>
std::unique_ptr<const Backend> MakeControl(const Backend& inner) {
  return std::make_unique<Made>(inner);
}

constexpr Control kControls[] = {
    {"decorated", MakeControl<DecoratedBackend>, true},
    {"relayed", MakeControl<Renamed<SessionMutant<RelayedSession>>>, true},
    {"own-policy", MakeControl<Renamed<PolicyMutant<HonestSession>>>, false},
};

}  // namespace

std::span<const Control> Controls() { return kControls; }

}  // namespace tandem::conformance
