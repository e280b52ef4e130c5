// Many jobs that are paused at once: what they take of the machine, and that they all come back.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "bench/process.h"
#include "bench/report.h"
#include "tandem/engine/job.h"
#include "tandem/engine/wait_context.h"

namespace {

using tandem::engine::Job;
using tandem::engine::JobId;
using tandem::engine::JobOutcome;
using tandem::engine::JobPool;

// What a handshake has on the stack when it waits for a signature, more or less.
constexpr std::size_t kTouched = 6 * 1024;

// Touches the stack as deep as a handshake does.
int PauseDeep() {
  volatile std::byte used[kTouched];
  for (std::size_t i = 0; i < kTouched; i += 64) used[i] = std::byte{1};
  Job::current()->Pause();
  return std::to_integer<int>(used[0]);
}

// Parks so many jobs, counts what that takes, and has them all end.
void ParkJobs(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    JobPool pool;
    tandem::engine::WaitContext wait;
    std::vector<JobId> jobs;
    jobs.reserve(count);
    const std::size_t memory = tandem::bench::ResidentBytes();
    const std::size_t mappings = tandem::bench::Mappings();
    const std::size_t descriptors = tandem::bench::Descriptors();
    while (jobs.size() < count) {
      const auto run = pool.Start(PauseDeep, {&wait});
      if (run.outcome != JobOutcome::kPaused) break;
      jobs.push_back(run.job);
    }
    // Where a guard costs mappings there is a limit, and it is one that is told.
    const std::size_t all = pool.stacks().guards_are_cheap()
                                ? count
                                : std::min(count, tandem::engine::StackPool::kStacksOfOldKernels);
    if (jobs.size() != all) state.SkipWithError("not all of them were parked");
    state.counters["parked"] = static_cast<double>(jobs.size());
    state.counters["bytes_each"] =
        static_cast<double>(tandem::bench::ResidentBytes() - memory) / static_cast<double>(count);
    state.counters["mappings"] = static_cast<double>(tandem::bench::Mappings() - mappings);
    state.counters["fds"] = static_cast<double>(tandem::bench::Descriptors() - descriptors);
    for (const JobId job : jobs) {
      if (pool.Resume(job).outcome != JobOutcome::kFinished) state.SkipWithError("one is lost");
    }
    if (pool.in_flight() != 0) state.SkipWithError("jobs are left over");
  }
}
BENCHMARK(ParkJobs)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Iterations(1)->Unit(
    benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return tandem::bench::RunBenchmarks(argc, argv, {}); }
