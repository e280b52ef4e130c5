#include "tandem/engine/orphanage.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

namespace tandem::engine {

Orphanage::Orphanage(const std::shared_ptr<ReadyList>& ready, FdWatch& watch)
    : watch_(watch), arrival_(std::make_shared<WakeTarget>(ready)) {
  arrival_->SetReadyHandler([this] {
    ++handlers_called_;
    ReapNew();
  });
}

Orphanage::~Orphanage() {
  arrival_->Detach();
  LetGo();
}

void Orphanage::Adopt(std::unique_ptr<Orphan> orphan) noexcept {
  size_.fetch_add(1, std::memory_order_relaxed);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    orphan->next_ = std::move(arrived_);
    arrived_ = std::move(orphan);
  }
  arrival_->Wake();
}

void Orphanage::ReapPolled() noexcept {
  if (polled_ == 0) return;
  for (Orphan* orphan = first_.get(); orphan != nullptr;) {
    Orphan& current = *orphan;
    orphan = orphan->next_.get();
    if (current.polled_) Reap(current);
  }
}

void Orphanage::ReapAll() noexcept {
  for (Orphan* orphan = first_.get(); orphan != nullptr;) {
    Orphan& current = *orphan;
    orphan = orphan->next_.get();
    Reap(current);
  }
  ReapNew();
}

std::size_t Orphanage::LetGo() noexcept {
  ReapNew();
  const std::size_t left = size_.exchange(0, std::memory_order_relaxed);
  while (first_ != nullptr) {
    // Leaked on purpose. A third party's engine may still write where this leads to, and there is
    // nobody left who could learn when it has stopped.
    Orphan* const leaked = first_.release();
    first_ = std::move(leaked->next_);
    const std::shared_ptr<WakeTarget> target = leaked->target();
    if (target != nullptr) target->Detach();
    for (const int fd : leaked->watched_) watch_.Unwatch(fd, target.get());
  }
  polled_ = 0;
  return left;
}

void Orphanage::ReapNew() noexcept {
  std::unique_ptr<Orphan> arrived;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    arrived = std::move(arrived_);
  }
  while (arrived != nullptr) {
    std::unique_ptr<Orphan> rest = std::move(arrived->next_);
    Begin(std::move(arrived));
    arrived = std::move(rest);
  }
}

void Orphanage::Begin(std::unique_ptr<Orphan> orphan) noexcept {
  Orphan& begun = *orphan;
  begun.next_ = std::move(first_);
  if (begun.next_ != nullptr) begun.next_->previous_ = &begun;
  first_ = std::move(orphan);
  // Not the one that a waiter has left.
  if (const auto target = begun.target()) target->SetReadyHandler(nullptr);
  SetPolled(begun, true);
  Reap(begun);
}

void Orphanage::Reap(Orphan& orphan) noexcept {
  if (orphan.Reap()) {
    End(orphan);
  } else {
    SetPolled(orphan, !Listen(orphan));
  }
}

// Has the orphan woken by its target and fds; false if one of them cannot, so that it must be
// polled until the next look.
bool Orphanage::Listen(Orphan& orphan) noexcept {
  const std::shared_ptr<WakeTarget> target = orphan.target();
  if (target == nullptr) return false;
  try {
    if (orphan.polled_) {  // It may have no handler yet.
      target->SetReadyHandler([this, &orphan] {
        ++handlers_called_;
        Reap(orphan);
      });
    }
    std::vector<int> fds = orphan.fds();
    for (const int fd : orphan.watched_) {
      if (std::find(fds.begin(), fds.end(), fd) == fds.end()) watch_.Unwatch(fd, target.get());
    }
    orphan.watched_ = std::move(fds);
  } catch (const std::bad_alloc&) {
    return false;
  }
  // Each time anew: an fd that was closed meanwhile is watched no longer, though another one may
  // have its number.
  bool all_watched = true;
  for (const int fd : orphan.watched_) all_watched = watch_.Watch(fd, target) && all_watched;
  return all_watched;
}

void Orphanage::SetPolled(Orphan& orphan, bool polled) noexcept {
  if (orphan.polled_ == polled) return;
  orphan.polled_ = polled;
  polled_ += polled ? 1 : std::size_t(-1);
}

void Orphanage::End(Orphan& orphan) noexcept {
  const std::shared_ptr<WakeTarget> target = orphan.target();
  for (const int fd : orphan.watched_) watch_.Unwatch(fd, target.get());
  SetPolled(orphan, false);
  size_.fetch_sub(1, std::memory_order_relaxed);
  // It may still be listed as ready, and would be called when it is gone.
  if (target != nullptr) target->SetReadyHandler(nullptr);
  std::unique_ptr<Orphan>& owner = orphan.previous_ ? orphan.previous_->next_ : first_;
  const std::unique_ptr<Orphan> ended = std::move(owner);
  if (ended->next_ != nullptr) ended->next_->previous_ = ended->previous_;
  owner = std::move(ended->next_);
}

}  // namespace tandem::engine
