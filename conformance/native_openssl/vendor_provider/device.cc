#include "conformance/native_openssl/vendor_provider/device.h"

namespace vendor {

Device::~Device() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Device::Submit(std::shared_ptr<Request> request) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(std::move(request));
  }
  changed_.notify_all();
}

bool Device::Do(std::function<bool()> work) {
  std::mutex mutex;
  std::condition_variable ended;
  const auto request = std::make_shared<Request>(std::move(work));
  // Under the lock to the last: the waiter takes both with it as soon as it sees the end.
  bool told = false;
  request->when_done = [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    told = true;
    ended.notify_all();
  };
  Submit(request);
  std::unique_lock<std::mutex> lock(mutex);
  ended.wait(lock, [&] { return told; });
  return request->succeeded();
}

void Device::Hold(bool hold) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    held_ = hold;
  }
  changed_.notify_all();
}

int Device::pending() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(queue_.size()) + (busy_ ? 1 : 0);
}

void Device::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || (!held_ && !queue_.empty()); });
    if (queue_.empty()) return;
    const std::shared_ptr<Request> request = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    request->succeeded_ = request->work_();
    // Its own copy: who asked may end, and free what this speaks of, as soon as it is done.
    const std::function<void()> when_done = std::move(request->when_done);
    request->done_.store(true, std::memory_order_release);
    if (when_done) when_done();
    lock.lock();
    busy_ = false;
  }
}

}  // namespace vendor
