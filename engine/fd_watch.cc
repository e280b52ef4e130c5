#include "tandem/engine/fd_watch.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

namespace tandem::engine {
namespace {

// How many are looked at in one go: the kernel passes the others on the next time.
constexpr int kEventsPerTurn = 64;

bool AddTo(int epoll_fd, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0) return true;
  return errno == EEXIST && epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event) == 0;
}

}  // namespace

FdWatch::~FdWatch() {
  if (epoll_fd_ >= 0) close(epoll_fd_);
}

int FdWatch::fd() {
  if (epoll_fd_ >= 0) return epoll_fd_;
  const int ready_fd = ready_->fd();
  if (ready_fd < 0) return -1;
  const int made = epoll_create1(EPOLL_CLOEXEC);
  if (made < 0) return -1;
  if (!AddTo(made, ready_fd)) {
    const int why = errno;
    close(made);
    errno = why;
    return -1;
  }
  epoll_fd_ = made;
  return epoll_fd_;
}

bool FdWatch::Watch(int watched, std::shared_ptr<WakeTarget> target) noexcept {
  if (watched < 0 || target == nullptr || fd() < 0) return false;
  const WakeTarget* const added = target.get();
  try {
    Targets& targets = targets_[watched];
    const bool is_new = std::find(targets.begin(), targets.end(), target) == targets.end();
    if (is_new) targets.push_back(std::move(target));
  } catch (const std::bad_alloc&) {
    ForgetIfEmpty(watched);
    return false;
  }
  if (AddTo(epoll_fd_, watched)) return true;
  Unwatch(watched, added);
  return false;
}

void FdWatch::Unwatch(int watched, const WakeTarget* target) noexcept {
  const auto found = targets_.find(watched);
  if (found == targets_.end()) return;
  std::erase_if(found->second, [&](const auto& one) { return one.get() == target; });
  ForgetIfEmpty(watched);
}

// Nobody watches a fd without targets any more.
void FdWatch::ForgetIfEmpty(int watched) noexcept {
  const auto found = targets_.find(watched);
  if (found == targets_.end() || !found->second.empty()) return;
  targets_.erase(found);
  epoll_event unused{};
  static_cast<void>(epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, watched, &unused));
}

void FdWatch::WakeReadable() {
  if (targets_.empty()) return;
  epoll_event events[kEventsPerTurn];
  const int count = epoll_wait(epoll_fd_, events, kEventsPerTurn, 0);
  for (int i = 0; i < count; ++i) WakeAll(events[i].data.fd);
}

// Looked up each time: a callback may change who watches. The ready list's own fd is not found.
void FdWatch::WakeAll(int watched) {
  for (std::size_t i = 0;; ++i) {
    const auto found = targets_.find(watched);
    if (found == targets_.end() || i >= found->second.size()) return;
    const std::shared_ptr<WakeTarget> target = found->second[i];
    target->Wake();
  }
}

// With an empty ready list, what makes the fd readable is one of these.
bool FdWatch::has_readable() const {
  if (targets_.empty() || !ready_->empty()) return false;
  pollfd look{epoll_fd_, POLLIN, 0};
  return poll(&look, 1, 0) > 0;
}

}  // namespace tandem::engine
