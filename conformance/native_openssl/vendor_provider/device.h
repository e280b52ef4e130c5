// The device of the vendor's provider: one thread that does what it is asked, in order.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_PROVIDER_DEVICE_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_PROVIDER_DEVICE_H_

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace vendor {

/// One thing for the device to do. The device and the one who asks share it.
class Request {
 public:
  explicit Request(std::function<bool()> work) : work_(std::move(work)) {}

  /// Say what came of it. `succeeded` counts once it is done.
  bool done() const { return done_.load(std::memory_order_acquire); }
  bool succeeded() const { return succeeded_; }

  /// Has the device's thread call this, once, when it is done. Set it before Submit().
  std::function<void()> when_done;

 private:
  friend class Device;

  std::function<bool()> work_;
  bool succeeded_ = false;
  std::atomic<bool> done_ = false;
};

class Device {
 public:
  Device() : thread_([this] { Work(); }) {}
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  /// Does what is left to do, and ends.
  ~Device();

  void Submit(std::shared_ptr<Request> request);

  /// Does a request at once, on the caller's thread's time.
  bool Do(std::function<bool()> work);

  /// Stops before the next request, or goes on.
  void Hold(bool hold);

  /// Returns how many requests it has and has not done.
  int pending();

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Request>> queue_;
  bool busy_ = false;
  bool held_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vendor

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_PROVIDER_DEVICE_H_
