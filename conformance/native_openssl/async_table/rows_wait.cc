// Rows W: wait contexts.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "conformance/native_openssl/async_table/async_row.h"
#include "conformance/native_openssl/async_table/test_job.h"

namespace tandem::conformance {
namespace {

const char kOneKey = 0;
const char kOtherKey = 0;

std::string Text(const std::vector<int>& fds) {
  std::string text;
  for (const int fd : fds) text += (text.empty() ? "" : " ") + std::to_string(fd);
  return "[" + text + "]";
}

std::string All(AsyncApi& api, ASYNC_WAIT_CTX* wait) {
  std::size_t count = 0;
  api.AllFds(wait, nullptr, &count);
  std::vector<int> fds(count);
  api.AllFds(wait, fds.data(), &count);
  return Text(fds);
}

std::string Changed(AsyncApi& api, ASYNC_WAIT_CTX* wait) {
  std::size_t added_count = 0;
  std::size_t deleted_count = 0;
  api.ChangedFds(wait, nullptr, &added_count, nullptr, &deleted_count);
  std::vector<int> added(added_count);
  std::vector<int> deleted(deleted_count);
  api.ChangedFds(wait, added.data(), &added_count, deleted.data(), &deleted_count);
  return "+" + Text(added) + " -" + Text(deleted);
}

std::string FdOf(AsyncApi& api, ASYNC_WAIT_CTX* wait, const void* key) {
  int fd = -1;
  void* custom = nullptr;
  return api.FdOf(wait, key, &fd, &custom) == 1 ? std::to_string(fd) : "none";
}

int Add(AsyncApi& api, ASYNC_WAIT_CTX* wait, const void* key, int fd) {
  return api.SetWaitFd(wait, key, fd, nullptr, nullptr);
}

class Wait {
 public:
  explicit Wait(AsyncApi& api) : api_(api), wait_(api.WaitNew()) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() { api_.WaitFree(wait_); }

  ASYNC_WAIT_CTX* get() { return wait_; }

 private:
  AsyncApi& api_;
  ASYNC_WAIT_CTX* wait_;
};

void SeeKeyTwice(AsyncApi& api, Observed& observed) {
  Wait wait(api);
  Add(api, wait.get(), &kOneKey, 10);
  Add(api, wait.get(), &kOtherKey, 20);
  observed.Note("the same key again", Add(api, wait.get(), &kOneKey, 11));
  observed.Note("all", All(api, wait.get()));
}

void SeeNewestHides(AsyncApi& api, Observed& observed) {
  Wait wait(api);
  Add(api, wait.get(), &kOneKey, 10);
  Add(api, wait.get(), &kOneKey, 11);
  observed.Note("of the key", FdOf(api, wait.get(), &kOneKey));
  api.ClearFd(wait.get(), &kOneKey);
  observed.Note("cleared once", FdOf(api, wait.get(), &kOneKey));
  api.ClearFd(wait.get(), &kOneKey);
  observed.Note("twice", FdOf(api, wait.get(), &kOneKey));
}

void SeeClearing(AsyncApi& api, Observed& observed) {
  Wait wait(api);
  TestJob job(api, [&] { return api.PauseJob(); });
  Add(api, wait.get(), &kOneKey, 10);
  job.GoWith(wait.get());
  job.GoWith(wait.get());
  Add(api, wait.get(), &kOtherKey, 20);
  observed.Note("an old one and a new one", Changed(api, wait.get()));
  api.ClearFd(wait.get(), &kOtherKey);
  observed.Note("the new one cleared", Changed(api, wait.get()));
  api.ClearFd(wait.get(), &kOneKey);
  observed.Note("the old one too", Changed(api, wait.get()));
  observed.Note("all", All(api, wait.get()));
  observed.Note("of an unknown key", api.ClearFd(wait.get(), &kOneKey));
}

void CountCleanup(ASYNC_WAIT_CTX* /*wait*/, const void* /*key*/, int fd, void* counts) {
  ++(*static_cast<std::vector<int>*>(counts))[static_cast<std::size_t>(fd)];
}

void SeeCleanups(AsyncApi& api, Observed& observed) {
  std::vector<int> counts(4);
  {
    Wait wait(api);
    api.SetWaitFd(wait.get(), &kOneKey, 1, &counts, CountCleanup);
    api.SetWaitFd(wait.get(), &kOneKey, 2, &counts, CountCleanup);
    api.SetWaitFd(wait.get(), &kOtherKey, 3, &counts, CountCleanup);
    api.ClearFd(wait.get(), &kOneKey);
    observed.Note("cleaned up by clearing", counts[2]);
  }
  observed.Note("by the end, of those set, of those cleared",
                Text({counts[1], counts[3]}) + " " + std::to_string(counts[2]));
}

void SeeCountsAlone(AsyncApi& api, Observed& observed) {
  Wait wait(api);
  Add(api, wait.get(), &kOneKey, 10);
  Add(api, wait.get(), &kOtherKey, 20);
  std::size_t added_count = 0;
  std::size_t deleted_count = 9;
  api.ChangedFds(wait.get(), nullptr, &added_count, nullptr, &deleted_count);
  observed.Note("without arrays", static_cast<long>(added_count * 10 + deleted_count));
  std::vector<int> added(2);
  added_count = 0;
  deleted_count = 9;
  api.ChangedFds(wait.get(), added.data(), &added_count, nullptr, &deleted_count);
  observed.Note("with one", Text(added));
  observed.Note("counts", static_cast<long>(added_count * 10 + deleted_count));
}

void SeeChangesForgotten(AsyncApi& api, Observed& observed) {
  Wait wait(api);
  const auto go = [&](TestJob& job) { return job.GoWith(wait.get()); };
  TestJob adding(api, [&] { return Add(api, wait.get(), &kOneKey, 10); });
  go(adding);
  observed.Note("added by a job that did not pause", Changed(api, wait.get()));
  TestJob idle(api, [] { return 1; });
  go(idle);
  observed.Note("after another", Changed(api, wait.get()));
  TestJob pausing(api, [&] { return api.PauseJob(); });
  go(pausing);
  observed.Note("while one is paused", Changed(api, wait.get()));
  go(pausing);
  observed.Note("after its return from the pause", Changed(api, wait.get()));
}

void SeeCountOfAll(AsyncApi& api, Observed& observed) {
  Wait wait(api);
  Add(api, wait.get(), &kOneKey, 10);
  Add(api, wait.get(), &kOtherKey, 20);
  std::size_t count = 0;
  observed.Note("returns", api.AllFds(wait.get(), nullptr, &count));
  observed.Note("count", static_cast<long>(count));
}

int DoNothing(void* /*argument*/) { return 1; }

void SeeCallbackKept(AsyncApi& api, Observed& observed) {
  Wait wait(api);
  ASYNC_callback_fn callback = DoNothing;
  void* argument = &callback;
  observed.Note("set without a context", api.SetCallback(nullptr, DoNothing, nullptr));
  observed.Note("none set", api.CallbackOf(wait.get(), &callback, &argument));
  observed.Note("outputs",
                callback == DoNothing && argument == &callback ? "untouched" : "written");
  observed.Note("set", api.SetCallback(wait.get(), DoNothing, &wait));
  observed.Note("there", api.CallbackOf(wait.get(), &callback, &argument));
  observed.Note("it is",
                callback == DoNothing && argument == &wait ? "the one that was set" : "another");
}

void SeeStatusKept(AsyncApi& api, Observed& observed) {
  Wait wait(api);
  observed.Note("at first", api.StatusOf(wait.get()));
  for (const int status : {ASYNC_STATUS_ERR, ASYNC_STATUS_OK, ASYNC_STATUS_EAGAIN, 99}) {
    observed.Note("set", api.SetStatus(wait.get(), status));
    observed.Note("is", api.StatusOf(wait.get()));
  }
}

void SeeStatusOutside(AsyncApi& api, Observed& observed) {
  TestJob job(api, [&] {
    ASYNC_WAIT_CTX* const wait = api.WaitOf(api.CurrentJob());
    api.SetStatus(wait, ASYNC_STATUS_EAGAIN);
    api.PauseJob();
    api.SetStatus(wait, ASYNC_STATUS_OK);
    api.PauseJob();
    return api.SetStatus(wait, ASYNC_STATUS_ERR);
  });
  job.Go();
  observed.Note("busy", api.StatusOf(job.wait()));
  job.Go();
  observed.Note("resumed, submitted", api.StatusOf(job.wait()));
  job.Go();
  observed.Note("failed", api.StatusOf(job.wait()));
}

void SeeCallbackPreferred(AsyncApi& api, Observed& observed) {
  // What engines do, and what the wait context tells them for it.
  const auto engine = [&] {
    ASYNC_WAIT_CTX* const wait = api.WaitOf(api.CurrentJob());
    ASYNC_callback_fn callback = nullptr;
    void* argument = nullptr;
    if (api.CallbackOf(wait, &callback, &argument) == 1) {
      api.SetStatus(wait, ASYNC_STATUS_OK);
    } else {
      Add(api, wait, &kOneKey, 10);
    }
    return api.PauseJob();
  };
  TestJob by_fd(api, engine);
  by_fd.Go();
  observed.Note("without a callback", All(api, by_fd.wait()));
  TestJob by_callback(api, engine);
  api.SetCallback(by_callback.wait(), DoNothing, nullptr);
  by_callback.Go();
  observed.Note("with one", All(api, by_callback.wait()));
  observed.Note("status", api.StatusOf(by_callback.wait()));
}

void SeeStickiness(AsyncApi& api, Observed& observed) {
  Wait wait(api);
  TestJob first(api, [&] { return api.SetStatus(wait.get(), ASYNC_STATUS_OK); });
  api.SetCallback(wait.get(), DoNothing, nullptr);
  first.GoWith(wait.get());
  TestJob second(api, [&] {
    ASYNC_callback_fn callback = nullptr;
    void* argument = nullptr;
    observed.Note("callback in the next job",
                  api.CallbackOf(wait.get(), &callback, &argument) == 1 ? "there" : "gone");
    return 1;
  });
  second.GoWith(wait.get());
  observed.Note("status", api.StatusOf(wait.get()));
}

struct Call {
  std::atomic<int> count = 0;
  std::thread::id thread;
};

int NoteCall(void* argument) {
  Call& call = *static_cast<Call*>(argument);
  ++call.count;
  call.thread = std::this_thread::get_id();
  return 0;
}

void SeeCallbackThread(AsyncApi& api, Observed& observed) {
  Call call;
  TestJob job(api, [&] { return api.PauseJob(); });
  api.SetCallback(job.wait(), NoteCall, &call);
  job.Go();
  std::thread::id completing;
  std::thread([&] {
    completing = std::this_thread::get_id();
    api.Complete(job.wait());
  }).join();
  observed.Note("calls", call.count);
  observed.Note("on the thread", call.thread == completing ? "that completed" : "of somebody else");
  observed.Note("though it returned 0, the job", OutcomeName(job.Go()));
}

void SeeNoWaitContext(AsyncApi& api, Observed& observed) {
  TestJob job(api, [&] { return api.PauseJob(); });
  observed.Note("start", OutcomeName(job.GoWith(nullptr)));
  observed.Note("resumed", OutcomeName(job.GoWith(nullptr)));
}

constexpr AsyncRow kRows[] = {
    Mirrors<SeeKeyTwice>("W1", "The same key may have several fds; all are listed, newest first",
                         "the same key again: 1; all: [11 20 10]"),
    Mirrors<SeeNewestHides>("W2", "The newest of a key hides the others, until it is cleared",
                            "of the key: 11; cleared once: 10; twice: none"),
    Mirrors<SeeClearing>(
        "W3",
        "Clearing takes back what was added since the last pause, and marks older ones deleted",
        "an old one and a new one: +[20] -[]; the new one cleared: +[] -[]; the old one too: +[] "
        "-[10]; all: []; of an unknown key: 0"),
    Mirrors<SeeCleanups>(
        "W4", "Clearing calls no cleanup; freeing calls that of every fd still set, once",
        "cleaned up by clearing: 0; by the end, of those set, of those cleared: [1 1] 0"),
    Mirrors<SeeCountsAlone>("W5", "Changed fds can be counted without arrays, or with one of two",
                            "without arrays: 20; with one: [20 10]; counts: 20"),
    Mirrors<SeeChangesForgotten>(
        "W6", "Changes are forgotten on the return from a pause, not where jobs start or end",
        "added by a job that did not pause: +[10] -[]; after another: +[10] -[]; while one is "
        "paused: +[10] -[]; after its return from the pause: +[] -[]"),
    Mirrors<SeeCountOfAll>("W7", "All fds can be counted without an array", "returns: 1; count: 2"),
    Mirrors<SeeCallbackKept>(
        "W8", "A callback needs a context; where none is set nothing is written",
        "set without a context: 0; none set: 0; outputs: untouched; set: 1; there: 1; it is: the "
        "one that was set"),
    Mirrors<SeeStatusKept>(
        "W9", "The status is UNSUPPORTED = 0 at first, ERR = 1, OK = 2, EAGAIN = 3, or any number",
        "at first: 0; set: 1; is: 1; set: 1; is: 2; set: 1; is: 3; set: 1; is: 99"),
    Mirrors<SeeStatusOutside>(
        "W10", "The status tells who resumes: EAGAIN, resume to submit; OK, wait; ERR, give up",
        "busy: 3; resumed, submitted: 2; failed: 1"),
    Mirrors<SeeCallbackPreferred>("W11", "Where a callback is set engines use it, and give no fd",
                                  "without a callback: [10]; with one: []; status: 2"),
    Mirrors<SeeStickiness>("W12", "Status and callback outlast a job",
                           "callback in the next job: there; status: 2"),
    Mirrors<SeeCallbackThread>(
        "W13", "The callback runs where the work was completed; its result is ignored",
        "calls: 1; on the thread: that completed; though it returned 0, the job: FINISH"),
    Differs<SeeNoWaitContext>("W14", "A job without a wait context crashes when it is resumed",
                              "start: PAUSE; **it crashes**", "start: PAUSE; resumed: FINISH"),
};

}  // namespace

std::span<const AsyncRow> WaitRows() { return kRows; }

}  // namespace tandem::conformance
