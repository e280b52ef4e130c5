// Rules in OpenSSL's own language: what they may change, and what nobody may have them change.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/pki/pki.h"
#include "tandem/config.h"
#include "tandem/openssl.h"
#include "tandem/pem.h"

namespace tandem::conformance {
namespace {

Result<std::shared_ptr<const Config>> BuildWith(const std::string& commands) {
  auto trust = Trust::FromPem(PkiText("root_a"));
  return Config::ForClient(OpenSsl(), std::move(trust).value())
      .Raw(OpenSslCommands(commands))
      .Build();
}

class RefusedRules : public testing::TestWithParam<const char*> {};

TEST_P(RefusedRules, AreUnsupported) {
  const auto config = BuildWith(GetParam());
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().kind, ErrorKind::kUnsupported) << config.error().ToString();
}

INSTANTIATE_TEST_SUITE_P(All, RefusedRules,
                         testing::Values("MinProtocol=TLSv1.1", "Options=-NoRenegotiation",
                                         "Options=SessionTicket", "Options=Compression",
                                         "Options=UnsafeLegacyRenegotiation",
                                         "Options=-ExtendedMasterSecret", "Options=KTLS",
                                         "CipherString=aNULL@SECLEVEL=0",
                                         "CipherString=ECDHE+AESGCM:ADH@SECLEVEL=1"));

class SenselessRules : public testing::TestWithParam<const char*> {};

TEST_P(SenselessRules, AreMisuse) {
  const auto config = BuildWith(GetParam());
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().kind, ErrorKind::kMisuse) << config.error().ToString();
}

INSTANTIATE_TEST_SUITE_P(All, SenselessRules,
                         testing::Values("NoSuchCommand=1", "Groups=no_such_group", "Groups", "=",
                                         "CipherString=NO-SUCH-SUITE",
                                         "MinProtocol=TLSv1.2;NoSuchCommand"));

TEST(RawRules, NarrowWhatIsSpokenAndAreTold) {
  const auto config = BuildWith(" MinProtocol = TLSv1.3 ; Groups=P-256;");
  ASSERT_TRUE(config.ok()) << config.error().ToString();
  const CompiledRules rules = (*config)->compiled().Compiled();
  EXPECT_EQ(rules.version_min, Version::kTls13);
  EXPECT_EQ(rules.version_max, Version::kTls13);
  EXPECT_EQ(rules.groups, std::vector<Group>{0x0017});
  EXPECT_NE(rules.native.find("Groups=P-256"), std::string::npos);
}

TEST(RawRules, TakeTheLibrarysOwnList) {
  const auto config = BuildWith("CipherString=DEFAULT");
  ASSERT_TRUE(config.ok()) << config.error().ToString();
}

// The chain is examined at the level that the rules ask for, if that is above ours.
TEST(RawRules, RaiseTheLevelOfTheChainAndDoNotLowerIt) {
  const auto is_weak = [](const std::string& commands, std::string_view chain) {
    const auto config = BuildWith(commands);
    const auto sent = ReadPemCertificates(PkiText(chain));
    if (!config.ok() || !sent.ok()) {
      ADD_FAILURE() << commands;
      return false;
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return (*config)->compiled().Examine(*sent, now).verdicts.Has(Verdict::kWeak);
  };
  EXPECT_FALSE(is_weak("", "server_rsa"));
  EXPECT_TRUE(is_weak("CipherString=ECDHE+AESGCM@SECLEVEL=3", "server_rsa"));
  EXPECT_FALSE(is_weak("CipherString=ECDHE+AESGCM@SECLEVEL=3", "server_p256"));
  EXPECT_TRUE(is_weak("CipherString=ECDHE+AESGCM@SECLEVEL=1", "server_weak"));
}

}  // namespace
}  // namespace tandem::conformance
