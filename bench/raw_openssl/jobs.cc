// What a job costs, here and in OpenSSL's ASYNC: ASYNC_start_job(3) does the same work.

#include <benchmark/benchmark.h>
#include <openssl/async.h>

#include "bench/report.h"
#include "tandem/engine/job.h"
#include "tandem/engine/wait_context.h"

namespace {

using tandem::engine::Job;
using tandem::engine::JobOutcome;
using tandem::engine::JobPool;
using tandem::engine::JobRun;

// One iteration is one pause and one resume.
void TandemResume(benchmark::State& state) {
  JobPool pool;
  tandem::engine::WaitContext wait;
  bool stop = false;
  const JobRun first = pool.Start(
      [&stop] {
        while (!stop) Job::current()->Pause();
        return 0;
      },
      {&wait});
  if (first.outcome != JobOutcome::kPaused) return state.SkipWithError("the job did not pause");
  for (auto _ : state) {
    const JobRun run = pool.Resume(first.job);
    if (run.outcome != JobOutcome::kPaused) state.SkipWithError("the job did not pause");
  }
  stop = true;
  if (pool.Resume(first.job).outcome != JobOutcome::kFinished) state.SkipWithError("no end");
}
BENCHMARK(TandemResume);

int PauseUntilTold(void* argument) {
  const bool* const* stop = static_cast<const bool* const*>(argument);
  while (!**stop) ASYNC_pause_job();
  return 0;
}

void OpenSslResume(benchmark::State& state) {
  ASYNC_WAIT_CTX* const wait = ASYNC_WAIT_CTX_new();
  ASYNC_JOB* job = nullptr;
  int result = 0;
  bool stop = false;
  const bool* argument = &stop;
  const auto run = [&] {
    return ASYNC_start_job(&job, wait, &result, PauseUntilTold, &argument, sizeof argument);
  };
  if (run() != ASYNC_PAUSE) return state.SkipWithError("the job did not pause");
  for (auto _ : state) {
    if (run() != ASYNC_PAUSE) state.SkipWithError("the job did not pause");
  }
  stop = true;
  if (run() != ASYNC_FINISH) state.SkipWithError("no end");
  ASYNC_WAIT_CTX_free(wait);
}
BENCHMARK(OpenSslResume);

// One iteration is a job that never pauses, on a stack that is there already.
void TandemStartFinish(benchmark::State& state) {
  JobPool pool;
  tandem::engine::WaitContext wait;
  for (auto _ : state) {
    const JobRun run = pool.Start([] { return 1; }, {&wait});
    if (run.result != 1) state.SkipWithError("no end");
  }
}
BENCHMARK(TandemStartFinish);

int ReturnOne(void*) { return 1; }

void OpenSslStartFinish(benchmark::State& state) {
  ASYNC_WAIT_CTX* const wait = ASYNC_WAIT_CTX_new();
  for (auto _ : state) {
    ASYNC_JOB* job = nullptr;
    int result = 0;
    ASYNC_start_job(&job, wait, &result, ReturnOne, nullptr, 0);
    if (result != 1) state.SkipWithError("no end");
  }
  ASYNC_WAIT_CTX_free(wait);
}
BENCHMARK(OpenSslStartFinish);

}  // namespace

int main(int argc, char** argv) {
  return tandem::bench::RunBenchmarks(
      argc, argv,
      {{"suspend and resume a job", "TandemResume", "OpenSslResume", 0.2},
       {"start and finish a job", "TandemStartFinish", "OpenSslStartFinish", 1.25}});
}
