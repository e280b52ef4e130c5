#include "conformance/native_openssl/async_table/session_looks.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "conformance/native_openssl/async_table/session_pair.h"
#include "conformance/native_openssl/async_table/test_job.h"
#include "tandem/openssl.h"

namespace tandem::conformance::tandem_looks {
namespace {

constexpr Open kKeyOpen{.key = true};

void Note(Observed& observed, std::string_view what, Status status) {
  observed.Note(what, StatusName(status));
}

engine::Runtime::Options OneJob() {
  engine::Runtime::Options options;
  options.max_jobs = 1;
  return options;
}

void AnswerElsewhere(SessionPair& pair) {
  std::thread([&] { pair.engine().Answer(); }).join();
}

std::string Ended(const engine::Runtime& runtime) {
  return runtime.counters().jobs_in_flight == 0 ? "has come to its end" : "is lost";
}

}  // namespace

// Of the OpenSSL backend: no other library has it.
void J13(const Backend& /*backend*/, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(OpenSsl(), runtime, kKeyOpen);
  OSSL_LIB_CTX* const outside = OSSL_LIB_CTX_set0_default(nullptr);
  OSSL_LIB_CTX* const own = OSSL_LIB_CTX_new();
  const char* inside = "nothing";
  pair.engine().on_submit = [&] { OSSL_LIB_CTX_set0_default(own); };
  pair.engine().on_continue = [&] {
    inside = OSSL_LIB_CTX_set0_default(nullptr) == own ? "the job's" : "another";
  };
  pair.ServerStep();
  observed.Note("outside, while it is paused",
                OSSL_LIB_CTX_set0_default(nullptr) == outside ? "as before" : "the job's");
  pair.ServerStep();
  observed.Note("inside, resumed", inside);
  pair.EndServer();
  OSSL_LIB_CTX_set0_default(outside);
  OSSL_LIB_CTX_free(own);
}

void J14(const Backend& /*backend*/, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(OpenSsl(), runtime, kKeyOpen);
  const char* inside = "nothing";
  pair.engine().on_submit = [] { ERR_raise(ERR_LIB_USER, 1); };
  pair.engine().on_continue = [&] { inside = ERR_peek_error() != 0 ? "its errors" : "no errors"; };
  pair.ServerStep();
  observed.Note("outside, while it is paused",
                ERR_peek_error() != 0 ? "the job's errors" : "no errors");
  ERR_clear_error();
  pair.ServerStep();
  observed.Note("inside, resumed", inside);
}

void P5(const Backend& backend, Observed& observed) {
  engine::Runtime runtime(OneJob());
  SessionPair first(backend, runtime, kKeyOpen);
  SessionPair second(backend, runtime, kKeyOpen);
  Note(observed, "the only job", first.ServerStep());
  first.EndServer();
  second.ServerStep();
  observed.Note("after the end of its owner, another",
                second.engine().held() == 1 ? "want_async" : "want_async, for a job");
}

void W15(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, kKeyOpen);
  pair.engine().busy = 1;
  Note(observed, "busy", pair.ServerStep());
  observed.Note("status", static_cast<long>(pair.server().async_status()));
  observed.Note("is ready", runtime.has_ready() ? "at once" : "not yet");
  Note(observed, "called again", pair.ServerStep());
  observed.Note("status", static_cast<long>(pair.server().async_status()));
}

void S1(const Backend& backend, Observed& observed) {
  engine::Runtime runtime(OneJob());
  SessionPair pair(backend, runtime, kKeyOpen);
  pair.ServerStep();
  pair.engine().Answer();
  pair.Finish();
  SessionPair other(backend, runtime, kKeyOpen);
  other.ServerStep();
  std::byte byte{};
  Note(observed, "with all jobs taken, read", pair.server().Read(std::span(&byte, 1)).status);
  Note(observed, "write", pair.server().Write(std::span(&byte, 1)).status);
  Note(observed, "shutdown", pair.server().Shutdown());
}

void S2(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  engine::WaitContext wait;
  SessionPair pair(backend, runtime, kKeyOpen);
  static_cast<void>(pair.client().Handshake());
  const auto call = [&] {
    static_cast<void>(pair.server().Handshake());
    return 1;
  };
  const engine::JobRun run = runtime.jobs().Start(call, {.wait_context = &wait});
  observed.Note("the job around the call", OutcomeName(static_cast<int>(run.outcome)));
  observed.Note("jobs", static_cast<long>(runtime.counters().jobs_in_flight));
  pair.engine().Answer();
  const engine::JobRun end = runtime.jobs().Resume(run.job);
  observed.Note("resumed", OutcomeName(static_cast<int>(end.outcome)));
}

void S3(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, kKeyOpen);
  observed.Note("before, fds", pair.server().wait_fds().empty() ? "none" : "some");
  const bool none = pair.server().async_status() == engine::AsyncStatus::kUnsupported;
  observed.Note("status", none ? "none" : "some");
  pair.ServerStep();
  observed.Note("suspended, fds", static_cast<long>(pair.server().wait_fds().size()));
  observed.Note("new", static_cast<long>(pair.server().changed_wait_fds().added.size()));
  observed.Note("status", static_cast<long>(pair.server().async_status()));
}

void S4(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, kKeyOpen);
  std::atomic<int> calls = 0;
  pair.ServerStep();
  pair.server().SetAsyncCallback([&](std::uintptr_t) { ++calls; });
  AnswerElsewhere(pair);
  observed.Note("calls", calls);
}

void S5(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, kKeyOpen);
  std::atomic<int> calls = 0;
  pair.server().SetAsyncCallback([&](std::uintptr_t) { ++calls; });
  pair.ServerStep();
  pair.server().SetAsyncCallback(nullptr);
  AnswerElsewhere(pair);
  observed.Note("calls", calls);
}

void S6(const Backend& backend, Observed& observed) {
  engine::Runtime runtime(OneJob());
  SessionPair first(backend, runtime, kKeyOpen);
  SessionPair second(backend, runtime, kKeyOpen);
  Note(observed, "suspended", first.ServerStep());
  observed.Note("waits", first.server().interest().async ? "yes" : "no");
  Note(observed, "without a job to be had", second.ServerStep());
  first.engine().Answer();
  first.Finish();
  second.ServerStep();
  second.engine().Answer();
  observed.Note("when there is one", second.Finish() ? "goes on" : "is stuck");
}

void S7(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, {.opinion = true});
  pair.ServerStep();
  static_cast<void>(pair.client().Handshake());
  std::array<std::byte, 8> buffer{};
  Note(observed, "read, while it is suspended", pair.client().Read(buffer).status);
  pair.AnswerOpinion();
  const IoResult result = pair.client().Read(buffer);
  Note(observed, "read, when it may go on", result.status);
  observed.Note("bytes", static_cast<long>(result.bytes));
  observed.Note("the buffer", buffer.front() == std::byte{} ? "untouched" : "written");
}

void S8(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, kKeyOpen);
  pair.ServerStep();
  ERR_raise(ERR_LIB_USER, 1);
  Note(observed, "suspended, with somebody's error in the queue", pair.ServerStep());
  ERR_clear_error();
}

void S9(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, kKeyOpen);
  pair.ServerStep();
  Note(observed, "shutdown", pair.server().Shutdown());
  if (pair.engine().held() > 0) pair.engine().Answer();
  observed.Note("the handshake", pair.Finish() ? "can go on" : "is over");
}

void S11(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, kKeyOpen);
  pair.ServerStep();
  pair.EndServer();
  observed.Note("the suspended call", Ended(runtime));
  observed.Note("who answers", pair.engine().abandoned() ? "finds nobody" : "finds somebody");
  AnswerElsewhere(pair);
}

void S12(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, kKeyOpen);
  pair.ServerStep();
  pair.engine().Fail();
  Note(observed, "failed by its engine", pair.ServerStep());
  pair.EndServer();
  observed.Note("the suspended call", Ended(runtime));
}

void S13(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, {.key = true, .identity = true, .opinion = true});
  std::string waited;
  if (pair.ServerStep() == Status::kWantAsync) waited += "choice of identity";
  pair.AnswerIdentity();
  if (pair.ServerStep() == Status::kWantAsync) waited += ", key";
  pair.engine().Answer();
  pair.ServerStep();
  if (pair.client().Handshake() == Status::kWantAsync) waited += ", opinion on the peer";
  pair.AnswerOpinion();
  observed.Note("the handshake", pair.Finish() ? "is done" : "is not done");
  observed.Note("waited for", waited);
}

void S16(const Backend& backend, Observed& observed) {
  engine::Runtime runtime;
  SessionPair pair(backend, runtime, {.identity = true});
  Note(observed, "a choice of identity that answers later", pair.ServerStep());
  pair.AnswerIdentity();
  observed.Note("then", pair.Finish() ? "goes on" : "is stuck");
}

}  // namespace tandem::conformance::tandem_looks
