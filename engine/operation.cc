#include "tandem/engine/operation.h"

#include <cstring>
#include <new>
#include <utility>

namespace tandem::engine {
namespace {

void Wipe(std::vector<std::byte>& bytes) noexcept {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

void Wipe(KeyOutcome& outcome) noexcept {
  if (auto* bytes = std::get_if<0>(&outcome)) Wipe(*bytes);
}

ReplyFailure FailureOf(std::string_view reason) noexcept {
  try {
    return ReplyFailure{std::string(reason)};
  } catch (const std::bad_alloc&) {
    return ReplyFailure{};  // A failure without a reason is still the answer.
  }
}

}  // namespace

Operation::~Operation() {
  Wipe(request_.input);
  if (outcome_.has_value()) Wipe(*outcome_);
}

bool Operation::Complete(std::vector<std::byte> output) noexcept {
  return Settle(KeyOutcome(std::in_place_index<0>, std::move(output)));
}

bool Operation::Fail(std::string_view reason) noexcept {
  return Settle(KeyOutcome(std::in_place_index<1>, FailureOf(reason)));
}

void Operation::Wake() noexcept {
  Waker waker;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    woken_unarmed_ = waker_.target() == nullptr;
    waker = waker_;
  }
  waker.Wake();
}

bool Operation::abandoned() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return abandoned_;
}

bool Operation::done() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return settled_;
}

bool Operation::Arm(Waker waker) {
  bool woken = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (settled_) return false;
    waker_ = waker;
    woken = std::exchange(woken_unarmed_, false);
  }
  if (woken) waker.Wake();
  return true;
}

std::optional<KeyOutcome> Operation::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(outcome_, std::nullopt);
}

void Operation::Abandon() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  abandoned_ = true;
  waker_ = Waker();
  woken_unarmed_ = false;
  if (!outcome_.has_value()) return;
  Wipe(*outcome_);
  outcome_.reset();
}

bool Operation::Settle(KeyOutcome outcome) noexcept {
  Waker waker;
  bool first = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    first = !std::exchange(settled_, true);
    if (first && !abandoned_) outcome_ = std::move(outcome);
    if (first) waker = std::exchange(waker_, Waker());
  }
  Wipe(outcome);  // What nobody will take.
  waker.Wake();   // Without the lock: a callback may look for the answer.
  return first;
}

}  // namespace tandem::engine
