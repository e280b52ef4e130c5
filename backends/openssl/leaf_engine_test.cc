// Code that pauses ASYNC_JOBs serves our own jobs.

#include "backends/openssl/leaf_engine.h"

#include <gtest/gtest.h>
#include <openssl/async.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "backends/openssl/external_key.h"
#include "backends/openssl/test_keys.h"
#include "tandem/engine/perform.h"
#include "tandem/engine/runtime.h"
#include "tandem/openssl.h"

namespace tandem::openssl {
namespace {

using engine::AsyncStatus;

enum class Means : std::uint8_t { kFd, kCallback, kAgain, kError, kNothing };

// Does what a vendor's provider does, behind an EVP_PKEY of our own provider: it pauses the
// ASYNC_JOB until the test says that the hardware is done.
class Vendor final : public engine::KeyEngine {
 public:
  engine::Submission Submit(const std::shared_ptr<engine::Operation>& operation) noexcept override {
    ASYNC_JOB* job = ASYNC_get_current_job();
    in_job = job != nullptr;
    if (in_job) {
      wait = ASYNC_get_wait_ctx(job);
      Announce();
    }
    while (in_job && !done && pauses < pause_limit) {
      ++pauses;
      ASYNC_pause_job();
      if (reopens) Reopen();
    }
    HeldEngine engine;
    engine.Submit(operation);
    engine.FinishOne();
    return engine::Submission::kPending;
  }

  // The hardware is done, and says so.
  void Finish() {
    done = true;
    if (fd >= 0) {
      EXPECT_EQ(eventfd_write(fd, 1), 0);
    }
    if (callback != nullptr) callback(argument);
  }

  Means means = Means::kFd;
  bool done = false;
  bool in_job = false;
  int pauses = 0;
  int pause_limit = 1000;
  bool reopens = false;
  int fd = -1;
  ASYNC_WAIT_CTX* wait = nullptr;
  ASYNC_callback_fn callback = nullptr;
  void* argument = nullptr;

 private:
  // Closes the fd, and opens another one of the same number.
  void Reopen() {
    ASYNC_WAIT_CTX_clear_fd(wait, this);
    close(fd);
    SetFd();
  }

  void SetFd() {
    fd = eventfd(0, EFD_NONBLOCK);
    ASYNC_WAIT_CTX_set_wait_fd(wait, this, fd, nullptr,
                               [](ASYNC_WAIT_CTX*, const void*, int ours, void*) { close(ours); });
  }

  void Announce() {
    switch (means) {
      case Means::kNothing: return;
      case Means::kAgain: ASYNC_WAIT_CTX_set_status(wait, ASYNC_STATUS_EAGAIN); return;
      case Means::kError: ASYNC_WAIT_CTX_set_status(wait, ASYNC_STATUS_ERR); return;
      case Means::kCallback:
        EXPECT_EQ(ASYNC_WAIT_CTX_get_callback(wait, &callback, &argument), 1);
        ASYNC_WAIT_CTX_set_status(wait, ASYNC_STATUS_OK);
        return;
      case Means::kFd: SetFd(); return;
    }
  }
};

struct VendorsKey {
  std::shared_ptr<Vendor> vendor = std::make_shared<Vendor>();
  KeyHandle real = MakeKey("ED25519");
  CertificateHandle leaf = MakeCertificate(real.get());
  KeyHandle held = std::move(
      MakeExternalKey({vendor, std::make_shared<PlainKey>(real.get()), {}}, leaf.get()).value());
  ExternalKey key = OpenSslKey(held.get());

  engine::KeyOutcome Use() const {
    return engine::Perform(key.engine, key.key,
                           {engine::KeyUse::kSign, engine::SignatureForm::kEd25519,
                            engine::KeyDigest::kNone, std::vector<std::byte>(3, std::byte{'a'})});
  }

  bool IsSigned(const engine::KeyOutcome& outcome) const {
    const auto* made = std::get_if<std::vector<std::byte>>(&outcome);
    if (made == nullptr) return false;
    std::vector<unsigned char> signature;
    for (const std::byte byte : *made) signature.push_back(static_cast<unsigned char>(byte));
    return Verify(real.get(), nullptr, 0, "aaa", signature);
  }
};

class LeafEngineTest : public testing::Test {
 protected:
  void Start(const VendorsKey& key) {
    run_ = runtime_.jobs().Start(
        [&] {
          outcome_ = key.Use();
          return 0;
        },
        {.wait_context = &wait_});
  }
  void Resume() {
    wait_.target().Rearm();
    run_ = runtime_.jobs().Resume(run_.job);
  }
  bool paused() const { return run_.outcome == engine::JobOutcome::kPaused; }
  bool finished() const { return run_.outcome == engine::JobOutcome::kFinished; }

  engine::Runtime runtime_;
  engine::WaitContext wait_;
  engine::JobRun run_;
  engine::KeyOutcome outcome_;
};

TEST_F(LeafEngineTest, WaitsByTheFdOfTheirs) {
  VendorsKey key;
  Start(key);
  ASSERT_TRUE(paused());
  EXPECT_EQ(ASYNC_get_current_job(), nullptr);
  EXPECT_EQ(wait_.fds(), std::vector<int>{key.vendor->fd});
  EXPECT_EQ(wait_.changed_fds().added, std::vector<int>{key.vendor->fd});
  EXPECT_EQ(wait_.status(), AsyncStatus::kOk);
  EXPECT_FALSE(wait_.target().woken());
  key.vendor->Finish();
  Resume();
  ASSERT_TRUE(finished());
  EXPECT_TRUE(key.IsSigned(outcome_));
  EXPECT_TRUE(wait_.fds().empty());
}

TEST_F(LeafEngineTest, IsWokenByTheirCallbackFromAnyThread) {
  VendorsKey key;
  key.vendor->means = Means::kCallback;
  Start(key);
  ASSERT_TRUE(paused());
  EXPECT_TRUE(wait_.fds().empty());
  EXPECT_EQ(wait_.status(), AsyncStatus::kOk);
  EXPECT_FALSE(wait_.target().woken());
  std::thread([&] { key.vendor->Finish(); }).join();
  EXPECT_TRUE(wait_.target().woken());
  Resume();
  ASSERT_TRUE(finished());
  EXPECT_TRUE(key.IsSigned(outcome_));
  wait_.target().Rearm();
  key.vendor->Finish();  // Once more, and too late: it finds nobody.
  EXPECT_FALSE(wait_.target().woken());
}

TEST_F(LeafEngineTest, TriesAgainAtOnceWhereTheyAreBusyOrSayNothing) {
  for (const Means means : {Means::kAgain, Means::kNothing}) {
    VendorsKey key;
    key.vendor->means = means;
    Start(key);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(paused());
      EXPECT_TRUE(wait_.target().woken());
      EXPECT_EQ(wait_.status(), AsyncStatus::kAgain);
      Resume();
    }
    key.vendor->done = true;
    Resume();
    ASSERT_TRUE(finished());
    EXPECT_TRUE(key.IsSigned(outcome_));
    EXPECT_EQ(key.vendor->pauses, 4);
  }
}

TEST_F(LeafEngineTest, FailsWhereTheyReportAFatalError) {
  VendorsKey key;
  key.vendor->means = Means::kError;
  Start(key);
  ASSERT_TRUE(paused());
  EXPECT_EQ(wait_.status(), AsyncStatus::kError);
  EXPECT_TRUE(wait_.target().woken());
  key.vendor->done = true;
  Resume();
  ASSERT_TRUE(finished());
  EXPECT_TRUE(std::holds_alternative<engine::ReplyFailure>(outcome_));
}

TEST_F(LeafEngineTest, StaysPausedWhenResumedForNothing) {
  VendorsKey key;
  Start(key);
  for (int i = 0; i < 5; ++i) Resume();
  ASSERT_TRUE(paused());
  EXPECT_EQ(key.vendor->pauses, 6);
  EXPECT_EQ(wait_.fds().size(), 1u);
  EXPECT_TRUE(wait_.changed_fds().added.empty());
  key.vendor->Finish();
  Resume();
  EXPECT_TRUE(finished());
}

TEST_F(LeafEngineTest, TellsOfAnFdThatWasClosedAndOpenedAgain) {
  VendorsKey key;
  key.vendor->reopens = true;
  Start(key);
  ASSERT_TRUE(paused());
  const int before = key.vendor->fd;
  Resume();
  ASSERT_TRUE(paused());
  ASSERT_EQ(key.vendor->fd, before);
  EXPECT_EQ(wait_.changed_fds().deleted, std::vector<int>{before});
  EXPECT_EQ(wait_.changed_fds().added, std::vector<int>{before});
  EXPECT_EQ(wait_.fds(), std::vector<int>{before});
  key.vendor->Finish();
  Resume();
  EXPECT_TRUE(finished());
}

// Under a sanitizer it would be found to touch what is gone.
TEST_F(LeafEngineTest, MayBeCalledBackWhenTheEngineIsGone) {
  VendorsKey key;
  key.vendor->means = Means::kCallback;
  Start(key);
  key.vendor->Finish();
  Resume();
  ASSERT_TRUE(finished());
  key.key = {};
  wait_.target().Rearm();
  EXPECT_EQ(key.vendor->callback(key.vendor->argument), 1);
  EXPECT_FALSE(wait_.target().woken());
}

TEST_F(LeafEngineTest, WakesWhoWaitsForAJobWhenOneHasEnded) {
  std::thread([] {
    ASSERT_EQ(ASYNC_init_thread(1, 1), 1);
    VendorsKey key;
    engine::Runtime runtime;
    engine::WaitContext waits[2];
    engine::JobRun runs[2];
    for (int i = 0; i < 2; ++i) {
      runs[i] = runtime.jobs().Start(
          [&] {
            EXPECT_TRUE(key.IsSigned(key.Use()));
            return 0;
          },
          {.wait_context = &waits[i]});
    }
    EXPECT_EQ(waits[1].status(), AsyncStatus::kAgain);
    EXPECT_FALSE(waits[1].target().woken());
    key.vendor->Finish();
    runs[0] = runtime.jobs().Resume(runs[0].job);
    EXPECT_EQ(runs[0].outcome, engine::JobOutcome::kFinished);
    EXPECT_TRUE(waits[1].target().woken());
    runs[1] = runtime.jobs().Resume(runs[1].job);
    EXPECT_EQ(runs[1].outcome, engine::JobOutcome::kFinished);
    ASYNC_cleanup_thread();
  }).join();
}

TEST_F(LeafEngineTest, LeavesWhatIsGivenUpToTheReaper) {
  for (const Means means : {Means::kFd, Means::kCallback}) {
    VendorsKey key;
    key.vendor->means = means;
    Start(key);
    ASSERT_TRUE(paused());
    run_ = runtime_.jobs().Cancel(run_.job);
    ASSERT_TRUE(finished());
    EXPECT_TRUE(std::holds_alternative<engine::ReplyFailure>(outcome_));
    EXPECT_TRUE(wait_.fds().empty());
    runtime_.RunReady();
    EXPECT_EQ(runtime_.counters().orphans, 1u);
    key.vendor->Finish();
    runtime_.RunReady();
    EXPECT_EQ(runtime_.counters().orphans, 0u);
  }
}

TEST_F(LeafEngineTest, HoldsManyOfOneThreadApart) {
  VendorsKey keys[3];
  engine::WaitContext waits[3];
  engine::JobRun runs[3];
  engine::KeyOutcome outcomes[3];
  for (int i = 0; i < 3; ++i) {
    runs[i] = runtime_.jobs().Start(
        [&, i] {
          outcomes[i] = keys[i].Use();
          return 0;
        },
        {.wait_context = &waits[i]});
  }
  for (const int i : {1, 2, 0}) {
    keys[i].vendor->Finish();
    runs[i] = runtime_.jobs().Resume(runs[i].job);
    ASSERT_EQ(runs[i].outcome, engine::JobOutcome::kFinished);
    EXPECT_TRUE(keys[i].IsSigned(outcomes[i]));
  }
}

TEST_F(LeafEngineTest, BlocksWhereThereIsNoJobToPause) {
  VendorsKey key;
  key.vendor->means = Means::kNothing;
  std::thread([&] {
    // It goes on by being asked again and again.
    key.vendor->done = true;
    outcome_ = key.Use();
  }).join();
  EXPECT_TRUE(key.vendor->in_job);
  EXPECT_TRUE(key.IsSigned(outcome_));
}

TEST_F(LeafEngineTest, RunsInsideSomebodyElsesJobAsPartOfThat) {
  VendorsKey key;
  key.vendor->means = Means::kCallback;
  struct Body {
    VendorsKey* key;
    engine::KeyOutcome* outcome;
  } body{&key, &outcome_};
  const auto use = [](void* argument) {
    const auto& ours = *static_cast<Body*>(argument);
    *ours.outcome = ours.key->Use();
    return 1;
  };
  ASYNC_WAIT_CTX* wait = ASYNC_WAIT_CTX_new();
  ASYNC_WAIT_CTX_set_callback(
      wait, [](void*) { return 1; }, nullptr);
  ASYNC_JOB* job = nullptr;
  int result = 0;
  ASSERT_EQ(ASYNC_start_job(&job, wait, &result, use, &body, sizeof body), ASYNC_PAUSE);
  EXPECT_EQ(key.vendor->wait, wait);
  key.vendor->Finish();
  ASSERT_EQ(ASYNC_start_job(&job, wait, &result, use, &body, sizeof body), ASYNC_FINISH);
  EXPECT_TRUE(key.IsSigned(outcome_));
  ASYNC_WAIT_CTX_free(wait);
}

TEST_F(LeafEngineTest, PausesNobodyWhereOurJobRunsInsideSomebodyElses) {
  VendorsKey key;
  key.vendor->means = Means::kNothing;
  key.vendor->pause_limit = 3;
  const std::function<void()> start = [&] { Start(key); };
  const auto use = [](void* body) {
    (**static_cast<const std::function<void()>**>(body))();
    return 1;
  };
  const std::function<void()>* body = &start;
  ASYNC_WAIT_CTX* wait = ASYNC_WAIT_CTX_new();
  ASYNC_JOB* job = nullptr;
  int result = 0;
  ASSERT_EQ(ASYNC_start_job(&job, wait, &result, use, &body, sizeof body), ASYNC_FINISH);
  ASYNC_WAIT_CTX_free(wait);
  ASSERT_TRUE(finished());
  EXPECT_EQ(key.vendor->pauses, 3);
  EXPECT_TRUE(key.IsSigned(outcome_));
}

TEST_F(LeafEngineTest, RejectsKeysOfOthers) {
  const VendorsKey key;
  const auto outcome =
      engine::Perform(key.key.engine, std::make_shared<PlainKey>(key.real.get()), {});
  EXPECT_TRUE(std::holds_alternative<engine::ReplyFailure>(outcome));
}

TEST_F(LeafEngineTest, TakesNoKeyThatIsNone) {
  EXPECT_EQ(OpenSslKey(nullptr).key, nullptr);
  EXPECT_NE(OpenSslKey(nullptr).engine, nullptr);
}

struct RealCase {
  const char* type;
  engine::SignatureForm form;
  engine::KeyDigest digest;
  std::size_t input;
};

// What never pauses is done at once, and by the same calls.
TEST_F(LeafEngineTest, UsesOrdinaryKeysAtOnce) {
  using engine::KeyDigest;
  using engine::SignatureForm;
  for (const RealCase& real : {RealCase{"RSA", SignatureForm::kRsaPkcs1, KeyDigest::kSha256, 32},
                               RealCase{"RSA", SignatureForm::kRsaPss, KeyDigest::kSha384, 48},
                               RealCase{"P-256", SignatureForm::kEcdsa, KeyDigest::kSha256, 32},
                               RealCase{"ED25519", SignatureForm::kEd25519, KeyDigest::kNone, 9}}) {
    const KeyHandle key = MakeKey(real.type);
    const ExternalKey external = OpenSslKey(key.get());
    const auto use = [&](std::size_t size) {
      return engine::Perform(
          external.engine, external.key,
          {engine::KeyUse::kSign, real.form, real.digest, std::vector<std::byte>(size)});
    };
    EXPECT_TRUE(std::holds_alternative<std::vector<std::byte>>(use(real.input))) << real.type;
    if (real.digest == KeyDigest::kNone) continue;
    EXPECT_TRUE(std::holds_alternative<engine::ReplyFailure>(use(real.input + 1))) << real.type;
  }
}

}  // namespace
}  // namespace tandem::openssl
