#include "conformance/world/event_loop.h"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace tandem::conformance {

std::string Show(Waiting waiting) {
  switch (waiting) {
    case Waiting::kReadyHandler: return "ready handler";
    case Waiting::kCallback: return "callback";
    case Waiting::kWaitFds: return "wait fds";
    case Waiting::kPolling: return "polling";
  }
  return "?";
}

bool AnyReadable(std::span<const int> fds) {
  return std::ranges::any_of(fds, [](int fd) {
    pollfd one{fd, POLLIN, 0};
    return ::poll(&one, 1, 0) == 1 && (one.revents & POLLIN) != 0;
  });
}

engine::Runtime& EventLoop::MakeRuntime(const engine::Runtime::Options& options) {
  runtime_.reset();
  runtime_ = std::make_unique<engine::Runtime>(options);
  return *runtime_;
}

std::shared_ptr<engine::SimulatedEngine> EventLoop::MakeEngine(
    std::uint64_t seed, const engine::Misbehaviour& misbehaviour) {
  engines_.push_back(std::make_shared<engine::SimulatedEngine>(seed, misbehaviour));
  return engines_.back();
}

void EventLoop::Later(unsigned turns, std::function<void()> what) {
  due_.push_back({std::max(turns, 1U), std::move(what)});
}

// What is done may have more done later: it is off the list by then.
void EventLoop::DoWhatIsDue() {
  std::vector<Due> now;
  for (Due& due : due_) {
    if (--due.turns == 0) now.push_back(std::move(due));
  }
  std::erase_if(due_, [](const Due& due) { return due.turns == 0; });
  for (const Due& due : now) due.what();
}

std::string EventLoop::Turn() {
  if (!due_.empty()) ++progress_;
  DoWhatIsDue();
  for (const auto& engine : engines_) progress_ += engine->Poll(kPollBudget);
  if (runtime_ == nullptr || waiting != Waiting::kReadyHandler) return {};
  const bool readable = RuntimeIsReadable();
  if (runtime_->has_ready() && !readable)
    return "has_ready(), and the Runtime's fd is not readable";
  if (readable) progress_ += runtime_->RunReady();
  return {};
}

bool EventLoop::idle() const {
  const auto engine_idle = [](const auto& engine) { return engine->idle(); };
  if (!due_.empty() || !std::ranges::all_of(engines_, engine_idle)) return false;
  return waiting != Waiting::kReadyHandler || runtime_ == nullptr || !RuntimeIsReadable();
}

bool EventLoop::RuntimeIsReadable() const {
  const int fd = runtime_->fd();
  return AnyReadable(std::span(&fd, 1));
}

}  // namespace tandem::conformance
