// Rows J on which both agree.

#include <cstring>
#include <string>

#include "conformance/native_openssl/async_table/async_row.h"
#include "conformance/native_openssl/async_table/test_job.h"

namespace tandem::conformance {
namespace {

void SeeTheNumbers(AsyncApi& api, Observed& observed) {
  api.InitThread(1, 0);
  TestJob first(api, [&] { return api.PauseJob(); });
  TestJob second(api, [] { return 1; });
  observed.Note("a job that pauses", first.Go());
  observed.Note("one too many", second.Go());
  observed.Note("the end of the first", first.Go());
}

void SeeWhatIsWritten(AsyncApi& api, Observed& observed) {
  api.InitThread(1, 0);
  TestJob job(api, [&] { return api.PauseJob() + 6; });
  job.Go();
  observed.Note("paused: handle", job.job != nullptr ? "set" : "null");
  observed.Note("result", job.result);
  TestJob none(api, [] { return 1; });
  none.Go();
  observed.Note("no jobs: handle", none.job != nullptr ? "set" : "null");
  observed.Note("result", none.result);
  job.Go();
  observed.Note("finished: handle", job.job != nullptr ? "set" : "null");
  observed.Note("result", job.result);
}

struct Arguments {
  Observed* observed;
  AsyncApi* api;
  char text[8];
};

int ReadArguments(void* given) {
  const Arguments& arguments = *static_cast<Arguments*>(given);
  arguments.observed->Note("at the start", arguments.text);
  arguments.api->PauseJob();
  arguments.observed->Note("after a pause", arguments.text);
  return 1;
}

int ReadNone(void* given) { return given == nullptr ? 1 : 0; }

void SeeArgumentsCopied(AsyncApi& api, Observed& observed) {
  Arguments arguments{&observed, &api, "before"};
  ASYNC_WAIT_CTX* const wait = api.WaitNew();
  ASYNC_JOB* job = nullptr;
  int result = 0;
  api.StartJob(&job, wait, &result, ReadArguments, &arguments, sizeof(arguments));
  std::strcpy(arguments.text, "after");
  api.StartJob(&job, wait, &result, ReadArguments, &arguments, sizeof(arguments));
  api.StartJob(&job, wait, &result, ReadNone, nullptr, 0);
  observed.Note("none given", result == 1 ? "null" : "something");
  api.WaitFree(wait);
}

void SeeOtherFunctionIgnored(AsyncApi& api, Observed& observed) {
  TestJob job(api, [&] {
    ASYNC_WAIT_CTX* const before = api.WaitOf(api.CurrentJob());
    api.PauseJob();
    observed.Note("the wait context",
                  api.WaitOf(api.CurrentJob()) == before ? "is the first" : "has changed");
    return 7;
  });
  TestJob other(api, [] { return 99; });
  job.Go();
  ASYNC_JOB* resumed = job.job;
  int result = 0;
  const auto fail = [](void* /*arguments*/) { return 99; };
  const int outcome = api.StartJob(&resumed, other.wait(), &result, fail, nullptr, 0);
  job.job = resumed;
  observed.Note("resumed with another function", OutcomeName(outcome));
  observed.Note("result", result);
}

void SeePauseOutside(AsyncApi& api, Observed& observed) {
  observed.Note("outside of a job", api.PauseJob());
  TestJob job(api, [] { return 1; });
  job.Go();
  observed.Note("after one", api.PauseJob());
}

void SeeManyPauses(AsyncApi& api, Observed& observed) {
  int returned = 0;
  TestJob job(api, [&] {
    for (int i = 0; i < 50; ++i) returned += api.PauseJob();
    return 3;
  });
  int pauses = 0;
  while (job.Go() == ASYNC_PAUSE) ++pauses;
  observed.Note("pauses", pauses);
  observed.Note("times that 1 was returned, though nothing had happened", returned);
  observed.Note("result", job.result);
}

void SeeCurrentJob(AsyncApi& api, Observed& observed) {
  const auto name = [&] { return api.CurrentJob() == nullptr ? "none" : "a job"; };
  observed.Note("before", name());
  ASYNC_JOB* inside = nullptr;
  ASYNC_JOB* later = nullptr;
  TestJob job(api, [&] {
    inside = api.CurrentJob();
    api.PauseJob();
    later = api.CurrentJob();
    return 1;
  });
  job.Go();
  observed.Note("while it is paused", name());
  observed.Note("inside", inside == job.job ? "its handle" : "another");
  ASYNC_JOB* const handle = job.job;
  TestJob between(api, [&] {
    observed.Note("in another job between", api.CurrentJob() == handle ? "the first" : "its own");
    return 1;
  });
  between.Go();
  job.Go();
  observed.Note("inside, resumed", later == handle ? "its handle" : "another");
  observed.Note("afterwards", name());
}

void SeeBlockedPauses(AsyncApi& api, Observed& observed) {
  api.BlockPause();
  api.UnblockPause();
  TestJob job(api, [&] {
    api.BlockPause();
    api.BlockPause();
    const int twice = api.PauseJob();
    api.UnblockPause();
    const int once = api.PauseJob();
    api.UnblockPause();
    observed.Note("while blocked", twice + once == 2 ? "1, at once" : "0");
    return api.PauseJob();
  });
  observed.Note("unblocked as often", OutcomeName(job.Go()));
  observed.Note("resumed", OutcomeName(job.Go()));
}

constexpr AsyncRow kRows[] = {
    Mirrors<SeeTheNumbers>("J1",
                           "Starting returns ERR = 0 (J9), NO_JOBS = 1, PAUSE = 2 or FINISH = 3",
                           "a job that pauses: 2; one too many: 1; the end of the first: 3"),
    Mirrors<SeeWhatIsWritten>(
        "J2",
        "A pause sets the handle, the end sets it to null and writes the result; nothing else is "
        "written",
        "paused: handle: set; result: -5; no jobs: handle: null; result: -5; finished: handle: "
        "null; result: 7"),
    Mirrors<SeeArgumentsCopied>("J3", "The arguments are copied at the start; null stays null",
                                "at the start: before; after a pause: before; none given: null"),
    Mirrors<SeeOtherFunctionIgnored>(
        "J5",
        "Resuming ignores function, arguments and wait context. (A Session has no such call: its "
        "own calls answer `want_async`, S7)",
        "the wait context: is the first; resumed with another function: FINISH; result: 7"),
    Mirrors<SeePauseOutside>("J6", "A pause outside of a job returns 1 and does nothing",
                             "outside of a job: 1; after one: 1"),
    Mirrors<SeeManyPauses>(
        "J7", "A job pauses as often as it likes, and may be resumed though nothing has happened",
        "pauses: 50; times that 1 was returned, though nothing had happened: 50; result: 3"),
    Mirrors<SeeCurrentJob>(
        "J8", "One job runs on a thread: the current one, by its handle; none outside",
        "before: none; while it is paused: none; inside: its handle; in another job between: its "
        "own; inside, resumed: its handle; afterwards: none"),
    Mirrors<SeeBlockedPauses>(
        "J11",
        "Blocking pauses nests; meanwhile a pause returns 1 at once; outside of jobs it is nothing",
        "while blocked: 1, at once; unblocked as often: PAUSE; resumed: FINISH"),
};

}  // namespace

std::span<const AsyncRow> JobRows() { return kRows; }

}  // namespace tandem::conformance
