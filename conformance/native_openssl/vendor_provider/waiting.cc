// How the vendor's provider waits for its device: the whole of its asynchronous side.

#include <openssl/async.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "conformance/native_openssl/vendor_provider/vendor.h"

namespace vendor {
namespace {

// Any address that is nobody else's: the key of our fds.
const char kFdKey = 0;

void CloseFd(ASYNC_WAIT_CTX* /*wait*/, const void* /*key*/, OSSL_ASYNC_FD fd, void* /*custom*/) {
  close(fd);
}

// One fd for the life of the wait context, so that loops need not learn of another each time.
OSSL_ASYNC_FD StableFd(ASYNC_WAIT_CTX* wait) {
  OSSL_ASYNC_FD fd = -1;
  void* custom = nullptr;
  if (ASYNC_WAIT_CTX_get_fd(wait, &kFdKey, &fd, &custom) == 1) return fd;
  fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd >= 0) ASYNC_WAIT_CTX_set_wait_fd(wait, &kFdKey, fd, nullptr, CloseFd);
  return fd;
}

void MakeReadable(int fd) {
  const std::uint64_t one = 1;
  static_cast<void>(!write(fd, &one, sizeof(one)));
}

void MakeUnreadable(int fd) {
  std::uint64_t count = 0;
  static_cast<void>(!read(fd, &count, sizeof(count)));
}

// A job may be resumed before it is time: then it pauses again.
bool PauseUntilDone(const Request& request) {
  while (!request.done()) ASYNC_pause_job();
  return request.succeeded();
}

bool AskByFd(Device& device, ASYNC_WAIT_CTX* wait, const std::shared_ptr<Request>& request) {
  const int fd = StableFd(wait);
  if (fd < 0) return false;
  request->when_done = [fd] { MakeReadable(fd); };
  device.Submit(request);
  const bool succeeded = PauseUntilDone(*request);
  MakeUnreadable(fd);
  return succeeded;
}

bool AskByCallback(Device& device, ASYNC_WAIT_CTX* wait, const std::shared_ptr<Request>& request) {
  ASYNC_callback_fn callback = nullptr;
  void* argument = nullptr;
  if (ASYNC_WAIT_CTX_get_callback(wait, &callback, &argument) != 1 || callback == nullptr) {
    return AskByFd(device, wait, request);
  }
  request->when_done = [callback, argument] { callback(argument); };
  ASYNC_WAIT_CTX_set_status(wait, ASYNC_STATUS_OK);
  device.Submit(request);
  return PauseUntilDone(*request);
}

}  // namespace

bool Ask(const Key& key, std::function<bool()> work) {
  Device& device = key.provider->device;
  ASYNC_JOB* const job = ASYNC_get_current_job();
  if (job == nullptr || key.mode == Mode::kAtOnce) return device.Do(std::move(work));
  ASYNC_WAIT_CTX* const wait = ASYNC_get_wait_ctx(job);
  if (key.mode == Mode::kRefusing) {
    ASYNC_WAIT_CTX_set_status(wait, ASYNC_STATUS_ERR);
    return false;
  }
  if (key.mode == Mode::kBusy) {
    // No callback will come and no fd: the application is to resume the job, and we try again.
    ASYNC_WAIT_CTX_set_status(wait, ASYNC_STATUS_EAGAIN);
    ASYNC_pause_job();
  }
  const auto request = std::make_shared<Request>(std::move(work));
  if (key.mode == Mode::kFd) return AskByFd(device, wait, request);
  const bool succeeded = AskByCallback(device, wait, request);
  if (key.mode != Mode::kFailing) return succeeded;
  ASYNC_WAIT_CTX_set_status(wait, ASYNC_STATUS_ERR);
  return false;
}

}  // namespace vendor
