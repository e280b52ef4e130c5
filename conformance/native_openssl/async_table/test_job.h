// A job of an AsyncApi, as rows use it.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_TEST_JOB_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_TEST_JOB_H_

#include <functional>
#include <string_view>

#include "conformance/native_openssl/async_table/async_api.h"

namespace tandem::conformance {

/// Returns "ERR", "NO_JOBS", "PAUSE" or "FINISH".
std::string_view OutcomeName(int outcome);

/// A body, its job while it has one, and a wait context.
class TestJob {
 public:
  /// What `result` is before anything was written there.
  static constexpr int kUnwritten = -5;

  TestJob(AsyncApi& api, std::function<int()> body)
      : api_(api), body_(std::move(body)), wait_(api.WaitNew()) {}
  TestJob(const TestJob&) = delete;
  TestJob& operator=(const TestJob&) = delete;

  /// Brings it to its end, as who does not want to lose it must.
  ~TestJob();

  /// Starts it, or goes on with it.
  int Go() { return GoWith(wait_); }
  int GoWith(ASYNC_WAIT_CTX* wait);

  /// Leaves it as it is for good.
  void Lose() { job = nullptr; }

  ASYNC_WAIT_CTX* wait() { return wait_; }

  ASYNC_JOB* job = nullptr;
  int result = kUnwritten;

 private:
  AsyncApi& api_;
  std::function<int()> body_;
  ASYNC_WAIT_CTX* wait_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_TEST_JOB_H_
