// Rows P: the pool of jobs, and their stacks.

#include <openssl/err.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <vector>

#include "conformance/native_openssl/async_table/async_row.h"
#include "conformance/native_openssl/async_table/test_job.h"

namespace tandem::conformance {
namespace {

void SeeSizesChecked(AsyncApi& api, Observed& observed) {
  for (const auto& [max_size, init_size, text] :
       {std::tuple{std::size_t{0}, std::size_t{5}, "0 at most, 5 at first"},
        std::tuple{std::size_t{5}, std::size_t{6}, "5 and 6"},
        std::tuple{std::size_t{2}, std::size_t{2}, "2 and 2"}}) {
    observed.Note(text, api.InitThread(max_size, init_size));
    api.CleanupThread();
  }
}

void SeeNoLimit(AsyncApi& api, Observed& observed) {
  constexpr int kMany = 300;
  std::vector<std::unique_ptr<TestJob>> jobs;
  int paused = 0;
  for (int i = 0; i < kMany; ++i) {
    jobs.push_back(std::make_unique<TestJob>(api, [&] { return api.PauseJob(); }));
    if (jobs.back()->Go() == ASYNC_PAUSE) ++paused;
  }
  observed.Note("paused at once", paused);
}

void SeeLimit(AsyncApi& api, Observed& observed) {
  api.InitThread(2, 0);
  ERR_clear_error();
  const auto body = [&] { return api.PauseJob(); };
  TestJob first(api, body);
  TestJob second(api, body);
  TestJob third(api, body);
  first.Go();
  second.Go();
  observed.Note("the third of two", OutcomeName(third.Go()));
  observed.Note("errors queued", ERR_peek_error() == 0 ? "none" : "some");
  first.Go();
  observed.Note("after the end of one", OutcomeName(third.Go()));
}

void SeeSecondInit(AsyncApi& api, Observed& observed) {
  observed.Note("first", api.InitThread(1, 1));
  observed.Note("second", api.InitThread(1, 1));
}

// Reads, without the help of the compiler's or a sanitizer's eyes, whether a byte can be read.
bool Readable(const char* byte) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return true;
  const bool readable = syscall(SYS_write, ends[1], byte, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return readable;
}

// Looks below a job's stack, as far as `far`.
void SeeGuard(AsyncApi& api, Observed& observed, std::ptrdiff_t far) {
  constexpr std::ptrdiff_t kPage = 4096;
  // What may be below a stack that is a piece of the heap.
  const std::vector<char> heap(100'000);
  TestJob job(api, [&] {
    const char here = heap.front();
    for (std::ptrdiff_t depth = 0; depth < far; depth += kPage) {
      if (!Readable(&here - depth)) return 1;
    }
    return 0;
  });
  job.Go();
  observed.Note("a guard below the stack", job.result == 1 ? "yes" : "no");
}

// Thrice its size.
void SeeGuardOfOpenSsl(Observed& observed) { SeeGuard(*OpenSslAsync(), observed, 96 * 1024); }

// As far as the larger stacks reach that jobs have under a sanitizer.
void SeeGuardOfTandem(const Backend& /*backend*/, Observed& observed) {
  SeeGuard(*TandemAsync(), observed, 1024 * 1024);
}

constexpr AsyncRow kRows[] = {
    Mirrors<SeeSizesChecked>(
        "P1",
        "More jobs at first than at most are refused; so is (0, 5), though 0 is without a limit",
        "0 at most, 5 at first: 0; 5 and 6: 0; 2 and 2: 1"),
    Mirrors<SeeNoLimit>("P2", "Without any initialization there is no limit",
                        "paused at once: 300"),
    Mirrors<SeeLimit>(
        "P3", "The limit counts running and paused jobs; above it NO_JOBS, and no error is queued",
        "the third of two: NO_JOBS; errors queued: none; after the end of one: PAUSE"),
    Differs<SeeSecondInit>("P4", "A second initialization succeeds, and loses the first pool",
                           "first: 1; second: 1", "first: 1; second: 0"),
    {"P6", "A stack is 32 KiB of the heap, without a guard: who overruns it harms a neighbour",
     Kinship::kDiffers, SeeGuardOfOpenSsl, SeeGuardOfTandem, "a guard below the stack: no",
     "a guard below the stack: yes"},
    {"P7", "Since 3.2 the process can have one other allocator of stacks, before the first is made",
     Kinship::kNotRun, nullptr, nullptr, "not run: this is OpenSSL 3.0",
     "not run: there is no such global; a Runtime has its own stacks"},
    {"P8", "On musl, Android and OpenBSD there are no jobs: every start says NO_JOBS, for ever",
     Kinship::kNotRun, nullptr, nullptr, "not run: this system has them",
     "not run: jobs are the same wherever Boost.Context is, and it is there"},
    {"P9", "The switch is setjmp/longjmp, and swapcontext with its system calls on CET and BTI",
     Kinship::kNotRun, nullptr, nullptr, "not run: it shows in time alone",
     "not run: the benchmark compares the two"},
};

}  // namespace

std::span<const AsyncRow> PoolRows() { return kRows; }

}  // namespace tandem::conformance
