// The vendor's provider, which knows OpenSSL's ASYNC alone, serves sessions of either backend.

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <string>
#include <tuple>
#include <vector>

#include "conformance/native_openssl/vendor_sessions.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

namespace tandem::conformance {
namespace {

using engine::AsyncStatus;
using Statuses = std::vector<AsyncStatus>;

std::string provider_path;

constexpr WaitBy kAllWays[] = {WaitBy::kRuntime, WaitBy::kCallback, WaitBy::kWaitFds,
                               WaitBy::kPolling};

using Parameters = std::tuple<const char*, Version, Role, const char*>;

class VendorSessionsTest : public testing::TestWithParam<Parameters> {
 protected:
  VendorCase Case(const std::string& mode, WaitBy wait_by = WaitBy::kRuntime) {
    const auto& [backend, version, role, key_type] = GetParam();
    return {backend == std::string("gnutls") ? GnuTls() : OpenSsl(),
            version,
            role,
            key_type,
            mode,
            wait_by};
  }

  // Plays a whole connection, and says what async_status() was at each suspension.
  Statuses Play(const std::string& mode, WaitBy wait_by) {
    vendor_.Hold(true);
    VendorSessions sessions(vendor_, runtime_, Case(mode, wait_by));
    EXPECT_TRUE(sessions.Finish());
    EXPECT_TRUE(sessions.Exchange());
    return sessions.statuses();
  }

  // Runs the loop until the reaper has nothing left.
  void Reap() {
    while (runtime_.counters().orphans > 0) {
      pollfd waiting{runtime_.fd(), POLLIN, 0};
      ASSERT_EQ(poll(&waiting, 1, 20'000), 1) << "an orphan is never woken";
      runtime_.RunReady();
    }
    vendor_.AwaitIdle();
    EXPECT_EQ(runtime_.counters().jobs_in_flight, 0U);
  }

  Vendor vendor_{provider_path};
  engine::Runtime runtime_;
};

TEST_P(VendorSessionsTest, WaitForAnFd) {
  for (const WaitBy wait_by : kAllWays) {
    if (wait_by == WaitBy::kCallback) continue;  // The vendor would not call it.
    SCOPED_TRACE(static_cast<int>(wait_by));
    EXPECT_EQ(Play("fd", wait_by), Statuses{AsyncStatus::kOk});
  }
}

TEST_P(VendorSessionsTest, WaitForTheCallback) {
  for (const WaitBy wait_by : kAllWays) {
    SCOPED_TRACE(static_cast<int>(wait_by));
    EXPECT_EQ(Play("callback", wait_by), Statuses{AsyncStatus::kOk});
  }
}

TEST_P(VendorSessionsTest, AskAgainWhereTheDeviceWasBusy) {
  for (const WaitBy wait_by : kAllWays) {
    SCOPED_TRACE(static_cast<int>(wait_by));
    EXPECT_EQ(Play("busy", wait_by), (Statuses{AsyncStatus::kAgain, AsyncStatus::kOk}));
  }
}

TEST_P(VendorSessionsTest, FailWhereTheDeviceFailsLater) {
  for (const WaitBy wait_by : kAllWays) {
    SCOPED_TRACE(static_cast<int>(wait_by));
    vendor_.Hold(true);
    VendorSessions sessions(vendor_, runtime_, Case("failing", wait_by));
    EXPECT_FALSE(sessions.Finish());
    EXPECT_EQ(sessions.statuses(), Statuses{AsyncStatus::kOk});
    ASSERT_NE(sessions.holder().error(), nullptr);
    EXPECT_EQ(sessions.holder().error()->kind, ErrorKind::kInternal);
    EXPECT_EQ(sessions.holder().error()->alert_sent, Alert::kInternalError);
  }
}

TEST_P(VendorSessionsTest, FailWhereTheDeviceRefuses) {
  VendorSessions sessions(vendor_, runtime_, Case("refusing"));
  EXPECT_FALSE(sessions.Finish());
  EXPECT_EQ(sessions.statuses(), Statuses{});
  ASSERT_NE(sessions.holder().error(), nullptr);
  EXPECT_EQ(sessions.holder().error()->kind, ErrorKind::kInternal);
  EXPECT_EQ(sessions.holder().error()->alert_sent, Alert::kInternalError);
}

TEST_P(VendorSessionsTest, NeedNotWaitWhereItIsDoneAtOnce) {
  VendorSessions sessions(vendor_, runtime_, Case("atonce"));
  EXPECT_TRUE(sessions.Finish());
  EXPECT_TRUE(sessions.Exchange());
  EXPECT_EQ(sessions.statuses(), Statuses{});
}

TEST_P(VendorSessionsTest, MayBeCalledBeforeItIsTime) {
  for (const char* const mode : {"fd", "callback"}) {
    vendor_.AwaitIdle();  // It counts a request until it has told of it.
    vendor_.Hold(true);
    VendorSessions sessions(vendor_, runtime_, Case(mode));
    ASSERT_EQ(sessions.Start(), Status::kWantAsync);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(sessions.holder().Handshake(), Status::kWantAsync);
    EXPECT_EQ(vendor_.pending(), 1) << "the device was asked more than once";
    EXPECT_TRUE(sessions.Finish());
    EXPECT_TRUE(sessions.Exchange());
  }
}

TEST_P(VendorSessionsTest, LeaveToTheReaperWhatIsPending) {
  for (const char* const mode : {"fd", "callback", "busy", "failing"}) {
    SCOPED_TRACE(mode);
    vendor_.Hold(true);
    {
      VendorSessions sessions(vendor_, runtime_, Case(mode));
      ASSERT_EQ(sessions.Start(), Status::kWantAsync);
      sessions.EndHolder();
      EXPECT_EQ(runtime_.counters().jobs_in_flight, 0U);
      EXPECT_EQ(runtime_.counters().orphans, 1U);
    }
    vendor_.Hold(false);
    Reap();
  }
}

TEST_P(VendorSessionsTest, MayGoWhileTheDeviceAnswers) {
  constexpr int kRounds = 30;
  for (const char* const mode : {"fd", "callback"}) {
    for (int i = 0; i < kRounds; ++i) {
      VendorSessions sessions(vendor_, runtime_, Case(mode));
      static_cast<void>(sessions.Start());
    }
    Reap();
  }
}

TEST_P(VendorSessionsTest, LetTheirRuntimeGoAfterThem) {
  for (const char* const mode : {"fd", "callback", "busy"}) {
    vendor_.Hold(true);
    bool abandoned = false;
    engine::Runtime::Options options;
    options.drain_limit = std::chrono::seconds(20);
    options.on_abandoned = [&](const auto&) { abandoned = true; };
    {
      engine::Runtime runtime(options);
      VendorSessions sessions(vendor_, runtime, Case(mode));
      ASSERT_EQ(sessions.Start(), Status::kWantAsync);
      sessions.EndHolder();
      vendor_.Hold(false);
    }
    EXPECT_FALSE(abandoned) << mode;
    vendor_.AwaitIdle();
  }
}

std::string NameOf(const testing::TestParamInfo<Parameters>& test) {
  const auto& [backend, version, role, key_type] = test.param;
  return std::string(backend) + (version == Version::kTls12 ? "_tls12" : "_tls13") +
         (role == Role::kClient ? "_client_" : "_server_") + key_type;
}

INSTANTIATE_TEST_SUITE_P(All, VendorSessionsTest,
                         testing::Combine(testing::Values("gnutls", "openssl"),
                                          testing::Values(Version::kTls12, Version::kTls13),
                                          testing::Values(Role::kClient, Role::kServer),
                                          testing::Values("rsa", "ecdsa")),
                         NameOf);

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) tandem::conformance::provider_path = argv[1];
  return RUN_ALL_TESTS();
}
