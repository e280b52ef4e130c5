// The vendor's provider serves a program that knows OpenSSL alone: that it is what vendors ship.

#include <gtest/gtest.h>
#include <openssl/async.h>
#include <openssl/err.h>
#include <poll.h>

#include <atomic>
#include <string>
#include <tuple>
#include <vector>

#include "conformance/native_openssl/vendor.h"

namespace tandem::conformance {
namespace {

std::string provider_path;

int CountCall(SSL* /*ssl*/, void* count) {
  std::atomic<int>& calls = *static_cast<std::atomic<int>*>(count);
  ++calls;
  calls.notify_all();
  return 1;
}

// A handshake of a server whose key is the vendor's with a client that is not asynchronous.
class PlainHandshake {
 public:
  PlainHandshake(const Vendor& vendor, const std::string& identity, const std::string& mode,
                 int version)
      : vendor_(vendor) {
    // So that it is not done before it can be seen to wait.
    vendor.Hold(mode != "atonce");
    server_context_.reset(SSL_CTX_new_ex(vendor.library(), nullptr, TLS_server_method()));
    client_context_.reset(SSL_CTX_new(TLS_client_method()));
    for (SSL_CTX* context : {server_context_.get(), client_context_.get()}) {
      SSL_CTX_set_min_proto_version(context, version);
      SSL_CTX_set_max_proto_version(context, version);
    }
    const KeyPointer key = vendor.Import(identity, mode);
    EXPECT_EQ(SSL_CTX_use_certificate(server_context_.get(), ReadCertificate(identity).get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(server_context_.get(), key.get()), 1);
    EXPECT_EQ(SSL_CTX_check_private_key(server_context_.get()), 1);
    SSL_CTX_set_mode(server_context_.get(), SSL_MODE_ASYNC);
    server_.reset(SSL_new(server_context_.get()));
    client_.reset(SSL_new(client_context_.get()));
    BIO* server_end = nullptr;
    BIO* client_end = nullptr;
    BIO_new_bio_pair(&server_end, 65536, &client_end, 65536);
    SSL_set_bio(server_.get(), server_end, server_end);
    SSL_set_bio(client_.get(), client_end, client_end);
    SSL_set_accept_state(server_.get());
    SSL_set_connect_state(client_.get());
  }

  void SetCallback() {
    SSL_set_async_callback(server_.get(), CountCall);
    SSL_set_async_callback_arg(server_.get(), &calls_);
  }

  // Runs to the end, and waits as a program would; says whether the server was done.
  bool Run() {
    for (;;) {
      SSL_do_handshake(client_.get());
      ERR_clear_error();
      const int result = SSL_do_handshake(server_.get());
      if (result == 1) return SSL_do_handshake(client_.get()) == 1;
      const int error = SSL_get_error(server_.get(), result);
      if (error == SSL_ERROR_WANT_READ) continue;
      if (error != SSL_ERROR_WANT_ASYNC) return false;
      ++suspensions;
      Wait();
    }
  }

  int suspensions = 0;
  std::vector<int> statuses;
  int fds = 0;
  int calls() const { return calls_; }
  int status() {
    int status = -1;
    SSL_get_async_status(server_.get(), &status);
    return status;
  }

 private:
  void Wait() {
    statuses.push_back(status());
    std::size_t count = 0;
    SSL_get_all_async_fds(server_.get(), nullptr, &count);
    std::vector<int> all(count);
    SSL_get_all_async_fds(server_.get(), all.data(), &count);
    fds += static_cast<int>(count);
    if (statuses.back() == ASYNC_STATUS_EAGAIN) return;
    EXPECT_EQ(vendor_.pending(), 1);
    vendor_.Hold(false);
    if (statuses.back() == ASYNC_STATUS_OK) return calls_.wait(0);
    ASSERT_EQ(count, 1U);
    pollfd waiting{all.front(), POLLIN, 0};
    EXPECT_EQ(poll(&waiting, 1, 10'000), 1);
  }

  const Vendor& vendor_;
  SslContextPointer server_context_;
  SslContextPointer client_context_;
  std::atomic<int> calls_ = 0;
  SslPointer server_;
  SslPointer client_;
};

class VendorPlain : public testing::TestWithParam<std::tuple<std::string, int>> {
 protected:
  PlainHandshake Handshake(const std::string& mode) {
    return {vendor_, std::get<0>(GetParam()), mode, std::get<1>(GetParam())};
  }

  Vendor vendor_{provider_path};
};

TEST_P(VendorPlain, TellsByAnFd) {
  PlainHandshake handshake(Handshake("fd"));
  EXPECT_TRUE(handshake.Run());
  EXPECT_EQ(handshake.statuses, std::vector<int>{ASYNC_STATUS_UNSUPPORTED});
  EXPECT_EQ(handshake.fds, 1);
}

TEST_P(VendorPlain, TellsByTheCallback) {
  PlainHandshake handshake(Handshake("callback"));
  handshake.SetCallback();
  EXPECT_TRUE(handshake.Run());
  EXPECT_EQ(handshake.statuses, std::vector<int>{ASYNC_STATUS_OK});
  EXPECT_EQ(handshake.calls(), 1);
  EXPECT_EQ(handshake.fds, 0);
}

TEST_P(VendorPlain, TellsByAnFdWhereThereIsNoCallback) {
  PlainHandshake handshake(Handshake("callback"));
  EXPECT_TRUE(handshake.Run());
  EXPECT_EQ(handshake.fds, 1);
}

TEST_P(VendorPlain, IsAskedAgainWhenItWasBusy) {
  PlainHandshake handshake(Handshake("busy"));
  handshake.SetCallback();
  EXPECT_TRUE(handshake.Run());
  EXPECT_EQ(handshake.statuses, (std::vector<int>{ASYNC_STATUS_EAGAIN, ASYNC_STATUS_OK}));
  EXPECT_EQ(handshake.calls(), 1);
}

TEST_P(VendorPlain, FailsAfterItWasWaitedFor) {
  PlainHandshake handshake(Handshake("failing"));
  handshake.SetCallback();
  EXPECT_FALSE(handshake.Run());
  EXPECT_EQ(handshake.suspensions, 1);
  EXPECT_EQ(handshake.status(), ASYNC_STATUS_ERR);
}

TEST_P(VendorPlain, RefusesAtOnce) {
  PlainHandshake handshake(Handshake("refusing"));
  EXPECT_FALSE(handshake.Run());
  EXPECT_EQ(handshake.suspensions, 0);
  EXPECT_EQ(handshake.status(), ASYNC_STATUS_ERR);
}

TEST_P(VendorPlain, MayBeDoneAtOnce) {
  PlainHandshake handshake(Handshake("atonce"));
  EXPECT_TRUE(handshake.Run());
  EXPECT_EQ(handshake.suspensions, 0);
}

INSTANTIATE_TEST_SUITE_P(All, VendorPlain,
                         testing::Combine(testing::Values("server_rsa", "server_p256"),
                                          testing::Values(TLS1_2_VERSION, TLS1_3_VERSION)),
                         [](const auto& test) {
                           return std::get<0>(test.param) +
                                  (std::get<1>(test.param) == TLS1_2_VERSION ? "_tls12" : "_tls13");
                         });

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) tandem::conformance::provider_path = argv[1];
  return RUN_ALL_TESTS();
}
