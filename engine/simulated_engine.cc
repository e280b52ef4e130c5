#include "tandem/engine/simulated_engine.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

namespace tandem::engine {
namespace {

// One in so many of the cancelled operations is let go; the others are completed late.
constexpr std::size_t kForgottenOfCancelled = 4;

// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014). Small, and the same on
// every machine.
std::uint64_t NextRandom(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

const BlockingKey* BlockingKeyOf(const Operation& operation) {
  return dynamic_cast<const BlockingKey*>(&operation.key());
}

}  // namespace

struct SimulatedEngine::Held {
  std::shared_ptr<Operation> operation;
  std::size_t polls_left;
  bool error;
  bool duplicate;
  bool spurious;
  bool cancelled;
};

SimulatedEngine::SimulatedEngine(std::uint64_t seed, const Misbehaviour& misbehaviour)
    : random_(seed), misbehaviour_(misbehaviour) {}

SimulatedEngine::~SimulatedEngine() = default;

bool SimulatedEngine::Chance(std::uint8_t of_256) { return (NextRandom(random_) & 0xff) < of_256; }

std::size_t SimulatedEngine::Below(std::size_t limit) {
  return static_cast<std::size_t>(NextRandom(random_) % limit);
}

Submission SimulatedEngine::Submit(const std::shared_ptr<Operation>& operation) noexcept {
  if (BlockingKeyOf(*operation) == nullptr) {
    operation->Fail("the simulated engine needs a BlockingKey");
    return Submission::kRejected;
  }
  // All are drawn for each, so that one chance changed does not change what the others come to.
  const bool again = Chance(misbehaviour_.again);
  const bool reject = Chance(misbehaviour_.reject);
  const bool never = Chance(misbehaviour_.never);
  const bool early = Chance(misbehaviour_.early);
  Held held{operation,
            1 + Below(std::max(misbehaviour_.max_delay, 1U)),
            Chance(misbehaviour_.error),
            Chance(misbehaviour_.duplicate),
            Chance(misbehaviour_.spurious),
            false};
  if (held.spurious) ++held.polls_left;
  if (again) {
    ++counters_.again;
    return Submission::kAgain;
  }
  if (reject) {
    ++counters_.rejected;
    operation->Fail("the simulated engine rejects it");
    return Submission::kRejected;
  }
  return never || early ? TakeAtOnce(held, never) : Hold(std::move(held));
}

Submission SimulatedEngine::TakeAtOnce(const Held& held, bool never) {
  ++counters_.submitted;
  if (never) {
    ++counters_.forgotten;
  } else {
    Answer(held);
  }
  return Submission::kPending;
}

Submission SimulatedEngine::Hold(Held held) {
  try {
    held_.push_back(std::move(held));
  } catch (const std::bad_alloc&) {
    ++counters_.again;
    return Submission::kAgain;
  }
  ++counters_.submitted;
  return Submission::kPending;
}

void SimulatedEngine::Cancel(const std::shared_ptr<Operation>& operation) noexcept {
  ++counters_.cancelled;
  const auto found = std::find_if(held_.begin(), held_.end(),
                                  [&](const Held& held) { return held.operation == operation; });
  if (found == held_.end()) return;
  if (Below(kForgottenOfCancelled) != 0) {
    found->cancelled = true;
    return;
  }
  ++counters_.forgotten;
  held_.erase(found);
}

void SimulatedEngine::WhenReady(const Waker& waker) noexcept {
  if (!waiting_.Push(waker)) waker.Wake();
}

std::size_t SimulatedEngine::Poll(std::size_t budget) noexcept {
  for (std::size_t waiting = waiting_.size(); waiting > 0; --waiting) waiting_.Pop().Wake();
  for (Held& held : held_) {
    if (held.polls_left > 0) --held.polls_left;
    if (!held.spurious || held.polls_left == 0) continue;
    held.spurious = false;
    ++counters_.spurious;
    held.operation->Wake();
  }
  std::size_t completed = 0;
  while (completed < budget) {
    const auto due = [](const Held& held) { return held.polls_left == 0; };
    const auto count = std::count_if(held_.begin(), held_.end(), due);
    if (count == 0) break;
    auto chosen = std::find_if(held_.begin(), held_.end(), due);
    for (std::size_t skip = Below(static_cast<std::size_t>(count)); skip > 0; --skip) {
      chosen = std::find_if(chosen + 1, held_.end(), due);
    }
    const Held held = std::move(*chosen);
    held_.erase(chosen);
    Answer(held);
    ++completed;
  }
  return completed;
}

void SimulatedEngine::Answer(const Held& held) {
  Operation& operation = *held.operation;
  ++counters_.completed;
  if (held.error) ++counters_.failed;
  if (held.cancelled) ++counters_.late;
  const bool first = held.error ? operation.Fail("the simulated engine fails")
                                : BlockingKeyOf(operation)->Answer(operation);
  assert(first && "nobody else completes it");
  static_cast<void>(first);
  if (!held.duplicate) return;
  ++(operation.Complete({}) ? counters_.duplicates_taken : counters_.duplicates_dropped);
}

bool SimulatedEngine::idle() const { return held_.empty() && waiting_.empty(); }

}  // namespace tandem::engine
