#include "conformance/native_openssl/async_table/ssl_looks.h"

#include <openssl/async.h>
#include <openssl/err.h>

#include <array>
#include <string>
#include <vector>

#include "conformance/native_openssl/async_table/ssl_pair.h"
#include "conformance/native_openssl/async_table/test_job.h"

namespace tandem::conformance::openssl_looks {
namespace {

int PauseOnce() { return ASYNC_pause_job(); }

// What an engine does that tells by the callback: all of it at once, for what matters is who is
// called.
int CompleteByCallback() {
  ASYNC_WAIT_CTX* const wait = ASYNC_get_wait_ctx(ASYNC_get_current_job());
  ASYNC_callback_fn callback = nullptr;
  void* argument = nullptr;
  if (ASYNC_WAIT_CTX_get_callback(wait, &callback, &argument) == 1) callback(argument);
  return 1;
}

int CountCall(SSL* /*ssl*/, void* count) { return ++*static_cast<int*>(count); }

}  // namespace

void J13(Observed& observed) {
  const auto api = OpenSslAsync();
  OSSL_LIB_CTX* const outside = OSSL_LIB_CTX_set0_default(nullptr);
  OSSL_LIB_CTX* const own = OSSL_LIB_CTX_new();
  TestJob job(*api, [&] {
    OSSL_LIB_CTX_set0_default(own);
    ASYNC_pause_job();
    return OSSL_LIB_CTX_set0_default(nullptr) == own ? 1 : 0;
  });
  job.Go();
  observed.Note("outside, while it is paused",
                OSSL_LIB_CTX_set0_default(nullptr) == outside ? "as before" : "the job's");
  job.Go();
  observed.Note("inside, resumed", job.result == 1 ? "the job's" : "another");
  OSSL_LIB_CTX_free(own);
}

void J14(Observed& observed) {
  const auto api = OpenSslAsync();
  TestJob job(*api, [] {
    ERR_raise(ERR_LIB_USER, 1);
    ASYNC_pause_job();
    return ERR_peek_error() != 0 ? 1 : 0;
  });
  job.Go();
  observed.Note("outside, while it is paused",
                ERR_peek_error() != 0 ? "the job's errors" : "no errors");
  ERR_clear_error();
  job.Go();
  observed.Note("inside, resumed", job.result == 1 ? "its errors" : "no errors");
}

void P5(Observed& observed) {
  ASYNC_init_thread(1, 0);
  SslPair first;
  SslPair second;
  for (SslPair* pair : {&first, &second}) {
    SSL_clear_mode(pair->client(), SSL_MODE_ASYNC);
    pair->on_server_certificate = PauseOnce;
  }
  observed.Note("the only job", ErrorName(first.ServerStep()));
  first.FreeServer();
  observed.Note("after the end of its owner, another", ErrorName(second.ServerStep()));
}

void S1(Observed& observed) {
  ASYNC_init_thread(1, 0);
  SslPair pair;
  pair.Finish();
  const auto api = OpenSslAsync();
  TestJob other(*api, [] { return ASYNC_pause_job(); });
  other.Go();
  char byte = 0;
  const auto error = [&](int result) { return ErrorName(SSL_get_error(pair.server(), result)); };
  observed.Note("with all jobs taken, read", error(SSL_read(pair.server(), &byte, 1)));
  observed.Note("write", error(SSL_write(pair.server(), &byte, 1)));
  observed.Note("shutdown", error(SSL_shutdown(pair.server())));
}

void S2(Observed& observed) {
  const auto api = OpenSslAsync();
  SslPair pair;
  pair.on_server_certificate = PauseOnce;
  SSL_do_handshake(pair.client());
  TestJob job(*api, [&] {
    SSL_do_handshake(pair.server());
    return 1;
  });
  observed.Note("the job around the call", OutcomeName(job.Go()));
  observed.Note("jobs", 1 + SSL_waiting_for_async(pair.server()));
  observed.Note("resumed", OutcomeName(job.Go()));
}

void S3(Observed& observed) {
  SslPair pair;
  std::size_t count = 0;
  int status = 0;
  observed.Note("before, fds",
                SSL_get_all_async_fds(pair.server(), nullptr, &count) == 0 ? "none" : "some");
  observed.Note("status", SSL_get_async_status(pair.server(), &status) == 0 ? "none" : "some");
  pair.on_server_certificate = [] {
    ASYNC_WAIT_CTX* const wait = ASYNC_get_wait_ctx(ASYNC_get_current_job());
    ASYNC_WAIT_CTX_set_wait_fd(wait, wait, 0, nullptr, nullptr);
    ASYNC_WAIT_CTX_set_status(wait, ASYNC_STATUS_OK);
    return ASYNC_pause_job();
  };
  pair.ServerStep();
  SSL_get_all_async_fds(pair.server(), nullptr, &count);
  SSL_get_async_status(pair.server(), &status);
  observed.Note("suspended, fds", static_cast<long>(count));
  std::size_t deleted = 0;
  SSL_get_changed_async_fds(pair.server(), nullptr, &count, nullptr, &deleted);
  observed.Note("new", static_cast<long>(count));
  observed.Note("status", status);
}

void S4(Observed& observed) {
  SslPair pair;
  int calls = 0;
  SSL_do_handshake(pair.server());
  SSL_set_async_callback(pair.server(), CountCall);
  SSL_set_async_callback_arg(pair.server(), &calls);
  pair.on_server_certificate = CompleteByCallback;
  pair.ServerStep();
  observed.Note("calls", calls);
}

void S5(Observed& observed) {
  SslPair pair;
  int calls = 0;
  SSL_set_async_callback(pair.server(), CountCall);
  SSL_set_async_callback_arg(pair.server(), &calls);
  SSL_do_handshake(pair.server());
  SSL_set_async_callback(pair.server(), nullptr);
  pair.on_server_certificate = CompleteByCallback;
  pair.ServerStep();
  observed.Note("calls", calls);
}

void S6(Observed& observed) {
  ASYNC_init_thread(1, 0);
  SslPair first;
  SslPair second;
  for (SslPair* pair : {&first, &second}) {
    SSL_clear_mode(pair->client(), SSL_MODE_ASYNC);
    pair->on_server_certificate = PauseOnce;
  }
  observed.Note("suspended", ErrorName(first.ServerStep()));
  observed.Note("waits", SSL_waiting_for_async(first.server()) == 1 ? "yes" : "no");
  observed.Note("without a job to be had", ErrorName(second.ServerStep()));
  first.Finish();
  observed.Note("when there is one", second.Finish() ? "goes on" : "is stuck");
}

void S7(Observed& observed) {
  SslPair pair;
  pair.on_client_verification = PauseOnce;
  pair.ServerStep();
  SSL_do_handshake(pair.client());
  std::array<char, 8> buffer{};
  buffer.fill('?');
  const int result = SSL_read(pair.client(), buffer.data(), buffer.size());
  observed.Note("read, when it may go on",
                result > 0 ? "ok" : ErrorName(SSL_get_error(pair.client(), result)));
  observed.Note("bytes", result > 0 ? result : 0);
  observed.Note("the buffer", buffer.front() == '?' ? "untouched" : "written");
}

void S8(Observed& observed) {
  SslPair pair;
  pair.on_server_certificate = PauseOnce;
  SSL_do_handshake(pair.client());
  const int result = SSL_do_handshake(pair.server());
  ERR_raise(ERR_LIB_USER, 1);
  observed.Note("suspended, with somebody's error in the queue",
                ErrorName(SSL_get_error(pair.server(), result)));
}

void S9(Observed& observed) {
  SslPair pair;
  pair.on_server_certificate = PauseOnce;
  pair.ServerStep();
  ERR_clear_error();
  const int result = SSL_shutdown(pair.server());
  observed.Note("shutdown", ErrorName(SSL_get_error(pair.server(), result)));
  observed.Note("the handshake", pair.Finish() ? "can go on" : "is over");
}

void S10(Observed& observed) {
  SslPair pair;
  pair.on_server_certificate = PauseOnce;
  pair.ServerStep();
  observed.Note("SSL_clear()", SSL_clear(pair.server()));
  observed.Note("still waits", SSL_waiting_for_async(pair.server()) == 1 ? "yes" : "no");
  const int result = SSL_do_handshake(pair.server());
  observed.Note("the next handshake", ErrorName(SSL_get_error(pair.server(), result)));
}

void S11(Observed& observed) {
  SslPair pair;
  bool ended = false;
  pair.on_server_certificate = [&] {
    ASYNC_pause_job();
    ended = true;
    return 1;
  };
  pair.ServerStep();
  pair.FreeServer();
  observed.Note("the suspended call", ended ? "has come to its end" : "is lost");
}

void S12(Observed& observed) {
  SslPair pair;
  bool ended = false;
  pair.on_server_certificate = [&] {
    ASYNC_pause_job();
    ended = true;
    return 0;
  };
  pair.ServerStep();
  observed.Note("failed by its engine", ErrorName(pair.ServerStep()));
  pair.FreeServer();
  observed.Note("the suspended call", ended ? "has come to its end" : "is lost");
}

void S16(Observed& observed) {
  SslPair pair;
  pair.on_server_certificate = [] { return -1; };
  observed.Note("a certificate callback that says later", ErrorName(pair.ServerStep()));
}

}  // namespace tandem::conformance::openssl_looks
