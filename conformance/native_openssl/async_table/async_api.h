// ASYNC_start_job(3) and ASYNC_WAIT_CTX_new(3) as an interface, so that one function can ask
// OpenSSL and tandem's engine the same question.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_ASYNC_API_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_ASYNC_API_H_

#include <openssl/async.h>

#include <cstddef>
#include <memory>

namespace tandem::conformance {

/// The functions of the manual pages, without their prefixes; the types are handles and no more.
class AsyncApi {
 public:
  using Body = int (*)(void* arguments);
  using Cleanup = void (*)(ASYNC_WAIT_CTX* wait, const void* key, int fd, void* custom);

  virtual ~AsyncApi() = default;

  virtual int InitThread(std::size_t max_size, std::size_t init_size) = 0;
  virtual void CleanupThread() = 0;

  virtual int StartJob(ASYNC_JOB** job, ASYNC_WAIT_CTX* wait, int* result, Body body,
                       void* arguments, std::size_t size) = 0;
  virtual int PauseJob() = 0;
  virtual ASYNC_JOB* CurrentJob() = 0;
  virtual ASYNC_WAIT_CTX* WaitOf(ASYNC_JOB* job) = 0;
  virtual void BlockPause() = 0;
  virtual void UnblockPause() = 0;

  virtual ASYNC_WAIT_CTX* WaitNew() = 0;
  virtual void WaitFree(ASYNC_WAIT_CTX* wait) = 0;
  virtual int SetWaitFd(ASYNC_WAIT_CTX* wait, const void* key, int fd, void* custom,
                        Cleanup cleanup) = 0;
  virtual int FdOf(ASYNC_WAIT_CTX* wait, const void* key, int* fd, void** custom) = 0;
  virtual int AllFds(ASYNC_WAIT_CTX* wait, int* fds, std::size_t* count) = 0;
  virtual int ChangedFds(ASYNC_WAIT_CTX* wait, int* added, std::size_t* added_count, int* deleted,
                         std::size_t* deleted_count) = 0;
  virtual int ClearFd(ASYNC_WAIT_CTX* wait, const void* key) = 0;
  virtual int SetCallback(ASYNC_WAIT_CTX* wait, ASYNC_callback_fn callback, void* argument) = 0;
  virtual int CallbackOf(ASYNC_WAIT_CTX* wait, ASYNC_callback_fn* callback, void** argument) = 0;
  virtual int SetStatus(ASYNC_WAIT_CTX* wait, int status) = 0;
  virtual int StatusOf(ASYNC_WAIT_CTX* wait) = 0;

  /// Does what an engine does that has completed what `wait` waits for, if it tells by the
  /// callback.
  virtual void Complete(ASYNC_WAIT_CTX* wait) = 0;
};

/// OpenSSL's own. All objects are the same: its state is the thread's.
std::unique_ptr<AsyncApi> OpenSslAsync();

/// tandem's engine.
std::unique_ptr<AsyncApi> TandemAsync();

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_ASYNC_API_H_
