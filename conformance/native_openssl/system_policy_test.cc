// The machine's crypto policy, which OpenSSL reads from a file for every program.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tandem/config.h"
#include "tandem/openssl.h"

namespace tandem {
namespace {

Config::Builder Rules() { return Config::ForClient(OpenSsl(), Trust::DangerNone()); }

TEST(SystemPolicy, NarrowsWhatIsSpokenAndSaysSo) {
  const auto config = Rules().Build();
  ASSERT_TRUE(config.ok()) << config.error().ToString();
  const CompiledRules rules = (*config)->compiled().Compiled();
  EXPECT_EQ(rules.version_min, Version::kTls13);
  EXPECT_EQ(rules.cipher_suites, std::vector<CipherSuite>{0x1302});
  EXPECT_FALSE(rules.system_policy.empty());
  EXPECT_NE((*config)->Describe().find("system policy: honoured: "), std::string::npos);
}

TEST(SystemPolicy, FailsConstructionWhereNothingIsLeft) {
  const auto version = Rules().Versions(Version::kTls12, Version::kTls12).Build();
  ASSERT_FALSE(version.ok());
  EXPECT_EQ(version.error().kind, ErrorKind::kUnsupported);
  const auto suite = Rules().CipherSuites({0x1301, 0xC02B}).Build();
  ASSERT_FALSE(suite.ok());
  EXPECT_EQ(suite.error().kind, ErrorKind::kUnsupported);
}

TEST(SystemPolicy, IsOverriddenKnowingly) {
  const auto config = Rules().MachinePolicy(SystemPolicy::kOverride).Build();
  ASSERT_TRUE(config.ok()) << config.error().ToString();
  const CompiledRules rules = (*config)->compiled().Compiled();
  EXPECT_EQ(rules.version_min, Version::kTls12);
  EXPECT_EQ(rules.cipher_suites.size(), kDefaultCipherSuites.size());
}

TEST(SystemPolicy, IsNotOverriddenByRawRules) {
  for (const char* const commands : {"MinProtocol=TLSv1.2", "Ciphersuites=TLS_AES_128_GCM_SHA256",
                                     "MinProtocol=TLSv1.2;Ciphersuites=TLS_AES_128_GCM_SHA256"}) {
    const auto config = Rules().Raw(OpenSslCommands(commands)).Build();
    ASSERT_FALSE(config.ok()) << commands;
    EXPECT_EQ(config.error().kind, ErrorKind::kUnsupported) << commands;
    EXPECT_NE(config.error().ToString().find("crypto policy"), std::string::npos)
        << config.error().ToString();
  }
  const auto narrower = Rules().Raw(OpenSslCommands("Groups=P-256")).Build();
  EXPECT_TRUE(narrower.ok());
  const auto knowingly = Rules()
                             .MachinePolicy(SystemPolicy::kOverride)
                             .Raw(OpenSslCommands("Ciphersuites=TLS_AES_128_GCM_SHA256"))
                             .Build();
  EXPECT_TRUE(knowingly.ok());
}

}  // namespace
}  // namespace tandem
