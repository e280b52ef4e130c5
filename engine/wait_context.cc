#include "tandem/engine/wait_context.h"

#include <algorithm>
#include <utility>

namespace tandem::engine {

WaitContext::WaitContext(std::shared_ptr<ReadyList> ready)
    : target_(std::make_shared<WakeTarget>(ready)) {}

WaitContext::~WaitContext() {
  target_->Detach();
  const std::vector<Entry> entries = std::move(entries_);
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (!entry->deleted && entry->cleanup) entry->cleanup(entry->key, entry->fd);
  }
}

void WaitContext::SetFd(WaitKey key, WaitFd fd, Cleanup cleanup) {
  entries_.push_back({key, fd, std::move(cleanup), /*added=*/true, /*deleted=*/false});
}

std::optional<WaitFd> WaitContext::Fd(WaitKey key) const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (!entry->deleted && entry->key == key) return entry->fd;
  }
  return std::nullopt;
}

bool WaitContext::ClearFd(WaitKey key) {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->deleted || entry->key != key) continue;
    // Nobody was told of one that came after the last pause, so nobody needs to hear that it went.
    if (entry->added) {
      entries_.erase(std::next(entry).base());
    } else {
      entry->deleted = true;
    }
    return true;
  }
  return false;
}

std::vector<int> WaitContext::fds() const {
  std::vector<int> fds;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (!entry->deleted) fds.push_back(entry->fd.fd);
  }
  return fds;
}

ChangedFds WaitContext::changed_fds() const {
  ChangedFds changed;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->deleted) {
      changed.deleted.push_back(entry->fd.fd);
    } else if (entry->added) {
      changed.added.push_back(entry->fd.fd);
    }
  }
  return changed;
}

void WaitContext::DropChanges() {
  std::erase_if(entries_, [](const Entry& entry) { return entry.deleted; });
  for (Entry& entry : entries_) entry.added = false;
}

}  // namespace tandem::engine
