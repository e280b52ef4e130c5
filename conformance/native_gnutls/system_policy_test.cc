// The machine's crypto policy, which GnuTLS reads from a file for every program and applies itself.

#include <gtest/gtest.h>

#include <string>

#include "tandem/config.h"
#include "tandem/gnutls.h"

namespace tandem {
namespace {

Config::Builder Rules() { return Config::ForClient(GnuTls(), Trust::DangerNone()); }

TEST(SystemPolicy, NarrowsWhatIsSpokenAndSaysSo) {
  const auto config = Rules().Build();
  ASSERT_TRUE(config.ok()) << config.error().ToString();
  const CompiledRules rules = (*config)->compiled().Compiled();
  EXPECT_EQ(rules.version_min, Version::kTls13);
  EXPECT_NE(rules.system_policy.find("strict.config"), std::string::npos) << rules.system_policy;
  EXPECT_NE((*config)->Describe().find("system policy: honoured: "), std::string::npos);
}

TEST(SystemPolicy, FailsConstructionWhereNothingIsLeft) {
  const auto config = Rules().Versions(Version::kTls12, Version::kTls12).Build();
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().kind, ErrorKind::kUnsupported);
}

TEST(SystemPolicy, CannotBeOverriddenAndSaysSo) {
  const auto config = Rules().MachinePolicy(SystemPolicy::kOverride).Build();
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().kind, ErrorKind::kUnsupported);
  EXPECT_NE(config.error().what.find("strict.config"), std::string::npos) << config.error().what;
}

}  // namespace
}  // namespace tandem
