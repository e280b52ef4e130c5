#include "conformance/native_openssl/async_table/async_api.h"

namespace tandem::conformance {
namespace {

class OpenSslFunctions final : public AsyncApi {
 public:
  int InitThread(std::size_t max_size, std::size_t init_size) override {
    return ASYNC_init_thread(max_size, init_size);
  }
  void CleanupThread() override { ASYNC_cleanup_thread(); }

  int StartJob(ASYNC_JOB** job, ASYNC_WAIT_CTX* wait, int* result, Body body, void* arguments,
               std::size_t size) override {
    return ASYNC_start_job(job, wait, result, body, arguments, size);
  }
  int PauseJob() override { return ASYNC_pause_job(); }
  ASYNC_JOB* CurrentJob() override { return ASYNC_get_current_job(); }
  ASYNC_WAIT_CTX* WaitOf(ASYNC_JOB* job) override { return ASYNC_get_wait_ctx(job); }
  void BlockPause() override { ASYNC_block_pause(); }
  void UnblockPause() override { ASYNC_unblock_pause(); }

  ASYNC_WAIT_CTX* WaitNew() override { return ASYNC_WAIT_CTX_new(); }
  void WaitFree(ASYNC_WAIT_CTX* wait) override { ASYNC_WAIT_CTX_free(wait); }
  int SetWaitFd(ASYNC_WAIT_CTX* wait, const void* key, int fd, void* custom,
                Cleanup cleanup) override {
    return ASYNC_WAIT_CTX_set_wait_fd(wait, key, fd, custom, cleanup);
  }
  int FdOf(ASYNC_WAIT_CTX* wait, const void* key, int* fd, void** custom) override {
    return ASYNC_WAIT_CTX_get_fd(wait, key, fd, custom);
  }
  int AllFds(ASYNC_WAIT_CTX* wait, int* fds, std::size_t* count) override {
    return ASYNC_WAIT_CTX_get_all_fds(wait, fds, count);
  }
  int ChangedFds(ASYNC_WAIT_CTX* wait, int* added, std::size_t* added_count, int* deleted,
                 std::size_t* deleted_count) override {
    return ASYNC_WAIT_CTX_get_changed_fds(wait, added, added_count, deleted, deleted_count);
  }
  int ClearFd(ASYNC_WAIT_CTX* wait, const void* key) override {
    return ASYNC_WAIT_CTX_clear_fd(wait, key);
  }
  int SetCallback(ASYNC_WAIT_CTX* wait, ASYNC_callback_fn callback, void* argument) override {
    return ASYNC_WAIT_CTX_set_callback(wait, callback, argument);
  }
  int CallbackOf(ASYNC_WAIT_CTX* wait, ASYNC_callback_fn* callback, void** argument) override {
    return ASYNC_WAIT_CTX_get_callback(wait, callback, argument);
  }
  int SetStatus(ASYNC_WAIT_CTX* wait, int status) override {
    return ASYNC_WAIT_CTX_set_status(wait, status);
  }
  int StatusOf(ASYNC_WAIT_CTX* wait) override { return ASYNC_WAIT_CTX_get_status(wait); }

  void Complete(ASYNC_WAIT_CTX* wait) override {
    ASYNC_callback_fn callback = nullptr;
    void* argument = nullptr;
    if (ASYNC_WAIT_CTX_get_callback(wait, &callback, &argument) == 1) callback(argument);
  }
};

}  // namespace

std::unique_ptr<AsyncApi> OpenSslAsync() { return std::make_unique<OpenSslFunctions>(); }

}  // namespace tandem::conformance
