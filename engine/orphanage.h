// The orphans of one Runtime.

#ifndef TANDEM_ENGINE_ORPHANAGE_H_
#define TANDEM_ENGINE_ORPHANAGE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "tandem/engine/fd_watch.h"
#include "tandem/engine/reaper.h"
#include "tandem/engine/waker.h"

namespace tandem::engine {

/// Brings orphans to their end, on one thread; it takes them over from any.
class Orphanage {
 public:
  /// Is told by `ready` whom to go on with, and watches their fds by `watch`, which must outlive
  /// it.
  Orphanage(const std::shared_ptr<ReadyList>& ready, FdWatch& watch);
  Orphanage(const Orphanage&) = delete;
  Orphanage& operator=(const Orphanage&) = delete;
  ~Orphanage();

  /// Takes over `orphan`. Any thread; takes no memory.
  void Adopt(std::unique_ptr<Orphan> orphan) noexcept;

  /// Goes on with those who cannot be woken. The others are gone on with by their ready handlers.
  void ReapPolled() noexcept;

  /// Goes on with all.
  void ReapAll() noexcept;

  /// Gives up those who have not ended, and returns how many. They stay in memory: an engine may
  /// still be at work in them.
  std::size_t LetGo() noexcept;

  /// How many there are. Any thread.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

  /// Says whether there is somebody who cannot be woken.
  bool must_be_polled() const { return polled_ > 0; }

  /// How often a ready handler was one of ours.
  std::uint64_t handlers_called() const { return handlers_called_; }

 private:
  void ReapNew() noexcept;
  void Begin(std::unique_ptr<Orphan> orphan) noexcept;
  void Reap(Orphan& orphan) noexcept;
  bool Listen(Orphan& orphan) noexcept;
  void SetPolled(Orphan& orphan, bool polled) noexcept;
  void End(Orphan& orphan) noexcept;

  FdWatch& watch_;
  const std::shared_ptr<WakeTarget> arrival_;
  std::unique_ptr<Orphan> first_;
  std::size_t polled_ = 0;
  std::uint64_t handlers_called_ = 0;
  std::atomic<std::size_t> size_ = 0;
  std::mutex mutex_;
  std::unique_ptr<Orphan> arrived_;  // The last one first. Guarded by the mutex.
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_ORPHANAGE_H_
