// One answer to one question, given at once or later, from any thread.
//
//      asker                                   answerer (a hook, a key engine)
//      =====                                   ===============================
//   auto [reply, answer] = MakeReply<T>();
//   hook(question, std::move(reply));   ---->  reply.Answer(value)      exactly once,
//                                              reply.Fail("why")        or dropped:
//   answer.Take()                       <----                           that is a failure too
//   answer.Arm(waker)                          has the answer wake who waits for it
//
// An answer at once and a late one are the same code for the one who answers.

#ifndef TANDEM_ENGINE_REPLY_H_
#define TANDEM_ENGINE_REPLY_H_

#include <cassert>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "tandem/engine/waker.h"

namespace tandem::engine {

/// Says why a question stays without a value.
struct ReplyFailure {
  std::string reason;  ///< One sentence, for logs.
};

/// Holds what a question came to: a value, or why there is none.
template <typename T>
using ReplyOutcome = std::variant<T, ReplyFailure>;

template <typename T>
class PendingAnswer;

/// Answers one question exactly once. Move it to where the answer will be known.
///
/// A Reply that is destroyed without an answer fails the question: nobody waits for ever. Use it
/// from any thread, but from one thread at a time. A second answer is a programmer's error and
/// asserts; in a release build it is ignored.
template <typename T>
class Reply {
 public:
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&& other) noexcept {
    if (this == &other) return *this;
    Drop();
    slot_ = std::move(other.slot_);
    return *this;
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply() { Drop(); }

  /// Answers with `value`.
  void Answer(T value) { Settle(ReplyOutcome<T>(std::in_place_index<0>, std::move(value))); }

  /// Answers that there is no value. `reason` goes into the Error that the session reports.
  void Fail(std::string reason) {
    Settle(ReplyOutcome<T>(std::in_place_index<1>, ReplyFailure{std::move(reason)}));
  }

  /// Says whether somebody still waits for the answer. When not, it need not be found out: the
  /// Reply may be dropped.
  bool wanted() const {
    if (slot_ == nullptr) return false;
    const std::lock_guard<std::mutex> lock(slot_->mutex);
    return slot_->wanted;
  }

 private:
  template <typename U>
  friend std::pair<Reply<U>, PendingAnswer<U>> MakeReply();
  friend class PendingAnswer<T>;

  struct Slot {
    std::mutex mutex;
    std::optional<ReplyOutcome<T>> outcome;
    bool settled = false;
    bool dropped = false;  // Settled without an outcome, which nobody has learnt yet.
    bool wanted = true;
    Waker waker;
  };

  explicit Reply(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) {}

  // Destructors end here, so this takes no memory: who asks for the reason makes it.
  void Drop() noexcept {
    if (slot_ == nullptr) return;
    const std::shared_ptr<Slot> slot = std::move(slot_);
    Waker waker;
    {
      const std::lock_guard<std::mutex> lock(slot->mutex);
      slot->settled = true;
      slot->dropped = true;
      waker = std::exchange(slot->waker, Waker());
    }
    waker.Wake();
  }

  void Settle(ReplyOutcome<T> outcome) {
    assert(slot_ != nullptr && "a Reply answers once");
    if (slot_ == nullptr) return;
    const std::shared_ptr<Slot> slot = std::move(slot_);
    Waker waker;
    {
      const std::lock_guard<std::mutex> lock(slot->mutex);
      slot->settled = true;
      if (slot->wanted) slot->outcome = std::move(outcome);
      waker = std::exchange(slot->waker, Waker());
    }
    waker.Wake();  // Without the lock: a callback may look for the answer.
  }

  std::shared_ptr<Slot> slot_;
};

/// Receives what a Reply is given. Belongs to the one who asked; when it goes nobody waits any
/// more, and a late answer is dropped and wakes nobody.
template <typename T>
class PendingAnswer {
 public:
  PendingAnswer(PendingAnswer&&) noexcept = default;
  PendingAnswer& operator=(PendingAnswer&& other) noexcept {
    if (this == &other) return *this;
    Disarm();
    slot_ = std::move(other.slot_);
    return *this;
  }
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;
  ~PendingAnswer() { Disarm(); }

  /// Takes the outcome; nothing while the question is open. It is there once.
  std::optional<ReplyOutcome<T>> Take() {
    const std::lock_guard<std::mutex> lock(slot_->mutex);
    if (!slot_->dropped) return std::exchange(slot_->outcome, std::nullopt);
    // Before the flag goes: this may find no memory, and must then be there the next time.
    ReplyFailure failure{"the reply was dropped without an answer"};
    slot_->dropped = false;
    return ReplyOutcome<T>(std::in_place_index<1>, std::move(failure));
  }

  /// Has the answer wake `waker`, be it a value, a failure or a drop. False: it has come already,
  /// and nothing will be woken.
  bool Arm(Waker waker) {
    const std::lock_guard<std::mutex> lock(slot_->mutex);
    if (slot_->settled) return false;
    slot_->waker = std::move(waker);
    return true;
  }

 private:
  template <typename U>
  friend std::pair<Reply<U>, PendingAnswer<U>> MakeReply();

  explicit PendingAnswer(std::shared_ptr<typename Reply<T>::Slot> slot) : slot_(std::move(slot)) {}

  void Disarm() noexcept {
    if (slot_ == nullptr) return;
    const std::lock_guard<std::mutex> lock(slot_->mutex);
    slot_->wanted = false;
    slot_->waker = Waker();
  }

  std::shared_ptr<typename Reply<T>::Slot> slot_;
};

/// Opens a question: the end that answers, and the end that learns.
template <typename T>
std::pair<Reply<T>, PendingAnswer<T>> MakeReply() {
  auto slot = std::make_shared<typename Reply<T>::Slot>();
  return {Reply<T>(slot), PendingAnswer<T>(slot)};
}

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_REPLY_H_
