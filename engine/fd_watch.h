// Other people's fds, behind the one fd of a Runtime.

#ifndef TANDEM_ENGINE_FD_WATCH_H_
#define TANDEM_ENGINE_FD_WATCH_H_

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "tandem/engine/waker.h"

namespace tandem::engine {

/// Wakes targets while fds are readable. One thread at a time.
class FdWatch {
 public:
  explicit FdWatch(std::shared_ptr<ReadyList> ready) : ready_(std::move(ready)) {}
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;
  ~FdWatch();

  /// Returns an fd that is readable while the ready list is not empty or a watched fd is readable;
  /// made at the first call, -1 if the machine has none left (errno says why). Closed by the watch.
  int fd();

  /// Has WakeReadable() wake `target` while `fd` is readable, beside others that watch it. False if
  /// the machine refuses.
  bool Watch(int fd, std::shared_ptr<WakeTarget> target) noexcept;

  /// Forgets that `target` watches `fd`, which may be closed already.
  void Unwatch(int fd, const WakeTarget* target) noexcept;

  /// Wakes the targets of the fds that are readable now.
  void WakeReadable();

  /// Says whether that would wake one.
  bool has_readable() const;

 private:
  using Targets = std::vector<std::shared_ptr<WakeTarget>>;

  void WakeAll(int fd);
  void ForgetIfEmpty(int fd) noexcept;

  const std::shared_ptr<ReadyList> ready_;
  std::map<int, Targets> targets_;  // None is empty.
  int epoll_fd_ = -1;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_FD_WATCH_H_
