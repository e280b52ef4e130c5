// Who brings to its end what cannot end at once: see Runtime::Adopt().

#ifndef TANDEM_ENGINE_REAPER_H_
#define TANDEM_ENGINE_REAPER_H_

#include <memory>
#include <vector>

#include "tandem/engine/waker.h"

namespace tandem::engine {

/// What is left of a waiter that went away on another thread, or cannot be brought to its end yet.
class Orphan {
 public:
  Orphan() = default;
  Orphan(const Orphan&) = delete;
  Orphan& operator=(const Orphan&) = delete;
  virtual ~Orphan() = default;

  /// Goes on; true: it has come to its end, and can be destroyed. Called on the Runtime's thread
  /// when `target()` was woken, and once at first.
  virtual bool Reap() noexcept = 0;

  /// What its wakeups come by; null: it is gone on with at every turn. Always the same.
  virtual std::shared_ptr<WakeTarget> target() = 0;

  /// Returns the fds that are to wake `target()` while they are readable. Asked after each Reap().
  virtual std::vector<int> fds() { return {}; }

 private:
  friend class Orphanage;

  std::unique_ptr<Orphan> next_;
  Orphan* previous_ = nullptr;
  std::vector<int> watched_;
  bool polled_ = false;
};

/// Takes over orphans. A Runtime, as its jobs know it.
class Reaper {
 public:
  /// Takes over `orphan`, from any thread. Takes no memory: it can always be relied on.
  virtual void Adopt(std::unique_ptr<Orphan> orphan) noexcept = 0;

  /// Where the wakeups of an orphan should go.
  virtual const std::shared_ptr<ReadyList>& ready() const = 0;

 protected:
  ~Reaper() = default;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_REAPER_H_
