// Rows J where OpenSSL's jobs are a trap, and ours are not.

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "conformance/native_openssl/async_table/async_row.h"
#include "conformance/native_openssl/async_table/test_job.h"
#include "tandem/engine/job.h"

namespace tandem::conformance {
namespace {

void OnAnotherThread(const std::function<void()>& run) { std::thread(run).join(); }

void SeeEmptyArguments(AsyncApi& api, Observed& observed) {
  ASYNC_WAIT_CTX* const wait = api.WaitNew();
  ASYNC_JOB* job = nullptr;
  int result = 0;
  char nothing = 0;
  const auto body = [](void* /*arguments*/) { return 7; };
  observed.Note("start", OutcomeName(api.StartJob(&job, wait, &result, body, &nothing, 0)));
  api.WaitFree(wait);
}

void NestOne(AsyncApi& api, Observed& observed) {
  TestJob inner(api, [] { return 1; });
  std::optional<int> started;
  TestJob outer(api, [&] {
    started = inner.Go();
    observed.Note("the inner start", OutcomeName(*started));
    observed.Note("inner result", inner.result == TestJob::kUnwritten ? "none" : "some");
    return 7;
  });
  observed.Note("the outer job", OutcomeName(outer.Go()));
  observed.Note("result", outer.result);
}

void SeeNesting(AsyncApi& api, Observed& observed) { NestOne(api, observed); }

void SeeNestingInUsedJob(AsyncApi& api, Observed& observed) {
  TestJob before(api, [] { return 42; });
  before.Go();
  NestOne(api, observed);
}

void SeeBlockThatIsForgotten(AsyncApi& api, Observed& observed) {
  TestJob careless(api, [&] {
    api.BlockPause();
    return 1;
  });
  careless.Go();
  TestJob other(api, [&] { return api.PauseJob(); });
  observed.Note("another job, which pauses", OutcomeName(other.Go()));
}

void SeeBlockThatIsHeld(const Backend& /*backend*/, Observed& observed) {
  const auto api = TandemAsync();
  TestJob other(*api, [&] { return api->PauseJob(); });
  TestJob holder(*api, [&] {
    api->BlockPause();
    engine::CallOutside(
        [&] { observed.Note("another job, which pauses", OutcomeName(other.Go())); });
    api->UnblockPause();
    return 1;
  });
  holder.Go();
}

void SeeOtherThread(AsyncApi& api, Observed& observed) {
  TestJob job(api, [&] { return api.PauseJob() + 6; });
  job.Go();
  OnAnotherThread([&] { observed.Note("resumed elsewhere", OutcomeName(job.Go())); });
  observed.Note("resumed at home", OutcomeName(job.Go()));
  observed.Note("result", job.result);
}

void SeeRoundTrip(AsyncApi& api, Observed& observed) {
  TestJob job(api, [&] { return api.PauseJob() + api.PauseJob(); });
  job.Go();
  OnAnotherThread([&] { observed.Note("resumed elsewhere", OutcomeName(job.Go())); });
  int outcome = ASYNC_PAUSE;
  while (outcome == ASYNC_PAUSE) outcome = job.Go();
  observed.Note("then at home, to its end", OutcomeName(outcome));
}

void SeeResumptionAfterCleanup(AsyncApi& api, Observed& observed) {
  TestJob job(api, [&] { return api.PauseJob(); });
  job.Go();
  api.CleanupThread();
  observed.Note("resumed", OutcomeName(job.Go()));
  job.Lose();
}

void SeeCleanup(AsyncApi& api, Observed& observed) {
  bool ended = false;
  TestJob job(api, [&] {
    api.PauseJob();
    ended = true;
    return 1;
  });
  job.Go();
  api.CleanupThread();
  observed.Note("the paused job", ended ? "has come to its end" : "is lost");
  job.Lose();
}

void SeeOldHandle(const Backend& /*backend*/, Observed& observed) {
  const auto api = TandemAsync();
  TestJob job(*api, [&] { return api->PauseJob(); });
  job.Go();
  ASYNC_JOB* const old = job.job;
  job.Go();
  TestJob next(*api, [&] { return api->PauseJob(); });
  next.Go();
  job.job = old;
  observed.Note("an old handle", OutcomeName(job.Go()));
  job.Lose();
  observed.Note("a newer job in its place", OutcomeName(next.Go()));
}

constexpr AsyncRow kRows[] = {
    Mirrors<SeeEmptyArguments>(
        "J4",
        "Arguments of size 0 are refused where malloc(0) returns null. (Here they never are; the C "
        "library of this system does not)",
        "start: FINISH"),
    Differs<SeeNesting>(
        "J9", "A start inside a job fails, and takes the job that runs with it",
        "the inner start: ERR; inner result: none; **it crashes**",
        "the inner start: ERR; inner result: none; the outer job: FINISH; result: 7"),
    Differs<SeeNestingInUsedJob>(
        "J10", "Inside a job that was used before, it even says FINISH with the result of then",
        "the inner start: FINISH; inner result: some; **it crashes**",
        "the inner start: ERR; inner result: none; the outer job: FINISH; result: 7"),
    {"J12",
     "Blocked pauses are counted by thread: a job that forgets one blocks all others. (Ours has "
     "its "
     "own count, and an assertion that it ends at 0: seen while a job holds one)",
     Kinship::kDiffers, SeeOnOpenSsl<SeeBlockThatIsForgotten>, SeeBlockThatIsHeld,
     "another job, which pauses: FINISH", "another job, which pauses: PAUSE"},
    Differs<SeeOtherThread>("J15", "A job that ends on another thread than it began on crashes",
                            "**it crashes**",
                            "resumed elsewhere: ERR; resumed at home: FINISH; result: 7"),
    Differs<SeeRoundTrip>(
        "J16", "... but may pause there and end at home, so that the mistake stays hidden",
        "resumed elsewhere: PAUSE; then at home, to its end: FINISH",
        "resumed elsewhere: ERR; then at home, to its end: FINISH"),
    Differs<SeeResumptionAfterCleanup>(
        "J17",
        "A job that is resumed after the thread was cleaned up says FINISH and is lost (3.0, 3.5), "
        "or crashes (4.0)",
        "resumed: FINISH", "resumed: ERR"),
    Differs<SeeCleanup>("J18", "Cleaning a thread up loses the jobs that are paused",
                        "the paused job: is lost", "the paused job: has come to its end"),
    {"J19", "A handle is dangling once its job has ended", Kinship::kDiffers, nullptr, SeeOldHandle,
     "not run: it would resume whatever job is in that memory now",
     "an old handle: ERR; a newer job in its place: FINISH"},
};

}  // namespace

std::span<const AsyncRow> JobTrapRows() { return kRows; }

}  // namespace tandem::conformance
