#include "conformance/native_openssl/async_table/test_job.h"

namespace tandem::conformance {
namespace {

// No body of ours pauses more often.
constexpr int kPauseLimit = 100;

int RunBody(void* arguments) { return (**static_cast<std::function<int()>**>(arguments))(); }

}  // namespace

std::string_view OutcomeName(int outcome) {
  switch (outcome) {
    case ASYNC_ERR: return "ERR";
    case ASYNC_NO_JOBS: return "NO_JOBS";
    case ASYNC_PAUSE: return "PAUSE";
    case ASYNC_FINISH: return "FINISH";
    default: return "?";
  }
}

TestJob::~TestJob() {
  for (int i = 0; i < kPauseLimit && job != nullptr; ++i) {
    if (Go() != ASYNC_PAUSE) break;
  }
  api_.WaitFree(wait_);
}

int TestJob::GoWith(ASYNC_WAIT_CTX* wait) {
  std::function<int()>* body = &body_;
  return api_.StartJob(&job, wait, &result, RunBody, &body, sizeof(body));
}

}  // namespace tandem::conformance
