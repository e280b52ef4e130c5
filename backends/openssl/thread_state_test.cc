// Jobs that take turns on a thread see each their own errors.

#include "backends/openssl/thread_state.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <string>
#include <vector>

#include "backends/openssl/call.h"
#include "backends/openssl/handles.h"
#include "tandem/engine/job.h"

namespace tandem::openssl {
namespace {

// The whole of an entry, in words.
std::vector<std::string> Queue() {
  std::vector<std::string> entries;
  const char* file = nullptr;
  const char* function = nullptr;
  const char* text = nullptr;
  int line = 0;
  int flags = 0;
  while (const auto code = ERR_get_error_all(&file, &line, &function, &text, &flags)) {
    entries.push_back(std::to_string(ERR_GET_LIB(code)) + " " +
                      std::to_string(ERR_GET_REASON(code)) + " " + file + ":" +
                      std::to_string(line) + " " + function + " [" + text + "] " +
                      std::to_string(flags & ERR_TXT_STRING));
  }
  return entries;
}

void Raise(int library, int reason, const char* text) {
  ERR_new();
  ERR_set_debug("a_file.c", 7, "a_function");
  if (text == nullptr) {
    ERR_set_error(library, reason, nullptr);
  } else {
    ERR_set_error(library, reason, "%s", text);
  }
}

TEST(SavedErrorsTest, ComeBackWhole) {
  ERR_clear_error();
  const auto raise_all = [] {
    Raise(ERR_LIB_SSL, 134, "what the peer did");
    Raise(ERR_LIB_SYS, 104, "calling recv()");
    Raise(ERR_LIB_EVP, 6, nullptr);
  };
  raise_all();
  const auto before = Queue();
  ASSERT_EQ(before.size(), 3u);
  raise_all();
  SavedErrors errors;
  errors.Take();
  EXPECT_EQ(ERR_peek_error(), 0u);
  Raise(ERR_LIB_X509, 1, "somebody else's");
  errors.PutBack();
  EXPECT_EQ(Queue(), before);
  errors.PutBack();
  EXPECT_EQ(ERR_peek_error(), 0u) << "they come back once";
}

TEST(SavedErrorsTest, HoldAsManyAsTheLibrary) {
  ERR_clear_error();
  for (int i = 1; i <= 40; ++i) Raise(ERR_LIB_SSL, i, "one of many");
  SavedErrors errors;
  errors.Take();
  errors.PutBack();
  const auto entries = Queue();
  ASSERT_EQ(entries.size(), 15u);  // One of its sixteen places stays free.
  EXPECT_EQ(entries.back().substr(0, 5), "20 40");
}

TEST(LibraryThreadStateTest, KeepsTheErrorsOfTwoJobsApart) {
  ERR_clear_error();
  engine::JobPool jobs;
  struct Half {
    LibraryThreadState state;
    engine::JobRun run;
    std::vector<std::string> seen;
  };
  Half halves[2];
  for (int i = 0; i < 2; ++i) {
    const auto body = [&half = halves[i], i] {
      half.state.Begin();
      ERR_clear_error();
      for (int step = 0; step < 3; ++step) {
        Raise(ERR_LIB_SSL, 100 * (i + 1) + step, i == 0 ? "first" : "second");
        engine::Job::current()->Pause();
      }
      half.seen = Queue();
      return 0;
    };
    halves[i].run = jobs.Start(body, {.thread_state = &halves[i].state});
    EXPECT_EQ(ERR_peek_error(), 0u) << "nothing of a job's is left behind";
  }
  for (int step = 0; step < 3; ++step) {
    for (Half& half : halves) {
      Raise(ERR_LIB_USER, 1, "the program's");  // Must not get into a job.
      half.run = jobs.Resume(half.run.job);
      ERR_clear_error();
    }
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(halves[i].run.outcome, engine::JobOutcome::kFinished);
    ASSERT_EQ(halves[i].seen.size(), 3u);
    EXPECT_EQ(halves[i].seen[2], "20 " + std::to_string(100 * (i + 1) + 2) +
                                     " a_file.c:7 a_function [" + (i == 0 ? "first" : "second") +
                                     "] 2");
  }
}

TEST(LibraryThreadStateTest, KeepsTheLibraryContextOfAJob) {
  const LibraryHandle own(OSSL_LIB_CTX_new());
  const LibraryHandle programs(OSSL_LIB_CTX_new());
  OSSL_LIB_CTX* const global = OSSL_LIB_CTX_set0_default(programs.get());
  LibraryThreadState state;
  OSSL_LIB_CTX* found = nullptr;
  engine::JobPool jobs;
  auto run = jobs.Start(
      [&] {
        state.Begin();
        OSSL_LIB_CTX_set0_default(own.get());
        engine::Job::current()->Pause();
        found = OSSL_LIB_CTX_set0_default(programs.get());
        return 0;
      },
      {.thread_state = &state});
  EXPECT_EQ(OSSL_LIB_CTX_set0_default(nullptr), programs.get());
  run = jobs.Resume(run.job);
  EXPECT_EQ(run.outcome, engine::JobOutcome::kFinished);
  EXPECT_EQ(found, own.get());
  OSSL_LIB_CTX_set0_default(global);
}

TEST(OutsideCallTest, KeepsTheLibrarysErrorsAndDropsTheProgramsThoughTheJobIsLeft) {
  ERR_clear_error();
  LibraryThreadState state;
  std::vector<std::string> seen;
  engine::JobPool jobs;
  const auto run = jobs.Start(
      [&] {
        state.Begin();
        Raise(ERR_LIB_SSL, 1, "why");
        {
          const OutsideCall outside;
          engine::Job::current()->CallOutside([] { Raise(ERR_LIB_USER, 2, "the hook's"); });
          Raise(ERR_LIB_USER, 3, "the hook's");
        }
        seen = Queue();
        return 0;
      },
      {.thread_state = &state});
  EXPECT_EQ(run.outcome, engine::JobOutcome::kFinished);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0], "20 1 a_file.c:7 a_function [why] 2");
  ERR_clear_error();
}

}  // namespace
}  // namespace tandem::openssl
