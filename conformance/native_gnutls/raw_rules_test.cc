// Rules in GnuTLS's own words: what they may do, and what they may not take away.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "tandem/config.h"
#include "tandem/gnutls.h"

namespace tandem {
namespace {

constexpr CipherSuite kAes128 = 0x1301;

Result<std::shared_ptr<const Config>> ClientBy(const std::string& rules) {
  return Config::ForClient(GnuTls(), Trust::DangerNone()).Raw(GnuTlsPriority(rules)).Build();
}

void ExpectRefused(const std::string& rules, ErrorKind kind, const std::string& text) {
  const auto config = ClientBy(rules);
  ASSERT_FALSE(config.ok()) << rules;
  EXPECT_EQ(config.error().kind, kind) << rules << ": " << config.error().ToString();
  EXPECT_NE(config.error().what.find(text), std::string::npos)
      << rules << ": " << config.error().ToString();
}

TEST(RawRules, NarrowWhatIsSpoken) {
  const auto config = ClientBy("-AES-128-GCM:-VERS-TLS1.2:%SAFE_RENEGOTIATION");
  ASSERT_TRUE(config.ok()) << config.error().ToString();
  const CompiledRules rules = (*config)->compiled().Compiled();
  const auto& suites = rules.cipher_suites;
  EXPECT_FALSE(suites.empty());
  EXPECT_EQ(std::count(suites.begin(), suites.end(), kAes128), 0);
  EXPECT_EQ(rules.version_min, Version::kTls13);
}

TEST(RawRules, MayNotTakeAwayWhatSessionsStandOn) {
  for (const char* rules :
       {"%UNSAFE_RENEGOTIATION", "%DISABLE_SAFE_RENEGOTIATION", "%PARTIAL_RENEGOTIATION",
        "%NO_EXTENSIONS", "%NO_SESSION_HASH", "%COMPAT", "%VERIFY_ALLOW_BROKEN",
        "%VERIFY_ALLOW_SIGN_WITH_SHA1", "%VERIFY_ALLOW_X509_V1_CA_CRT",
        "%DEBUG_ALLOW_KEY_USAGE_VIOLATIONS", "+CTYPE-RAWPK", "+CTYPE-SRV-RAWPK", "-CTYPE-X509",
        "!CTYPE-X509", "+CTYPE-ALL"}) {
    ExpectRefused(rules, ErrorKind::kUnsupported, "change what they may not");
  }
}

TEST(RawRules, MayNotTakeItAwayInAnotherSpelling) {
  for (const char* rules :
       {" %COMPAT", "-AES-128-GCM:%NO_SESSION_HASH:-CHACHA20-POLY1305", "+ctype-rawpk"}) {
    ExpectRefused(rules, ErrorKind::kUnsupported, "change what they may not");
  }
}

TEST(RawRules, MayNotLetPeersGoWithoutCertificates) {
  for (const char* rules :
       {"+ANON-DH", "+ANON-ECDH", "+anon-ecdh", "+PSK", "+ECDHE-PSK", "+DHE-PSK", "+RSA-PSK",
        "+SRP", "+SRP-RSA", "-ECDHE-RSA:-ECDHE-ECDSA:+ECDHE-PSK"}) {
    ExpectRefused(rules, ErrorKind::kUnsupported, "");
  }
}

TEST(RawRules, MayNotNameAProfileThatWouldNotBeKept) {
  for (const char* rules : {"%PROFILE_LOW", "%PROFILE_HIGH", "%PROFILE_ULTRA"}) {
    ExpectRefused(rules, ErrorKind::kUnsupported, rules);
  }
}

TEST(RawRules, ThatAreUnknownAreMisuseAndSaidWhere) {
  ExpectRefused("+NO-SUCH-THING", ErrorKind::kMisuse, "\"+NO-SUCH-THING\"");
  ExpectRefused("-AES-128-GCM:%VERIFY_NONSENSE", ErrorKind::kMisuse, "\"%VERIFY_NONSENSE\"");
  ExpectRefused("%COMPAT:-NOTHING", ErrorKind::kMisuse, "\"-NOTHING\"");
  ExpectRefused(":", ErrorKind::kMisuse, "");
  ExpectRefused(std::string("-AES-128-GCM\0%COMPAT", 20), ErrorKind::kMisuse, "zero byte");
}

TEST(RawRules, ThatLeaveNothingAreMisuse) {
  ExpectRefused("-VERS-ALL", ErrorKind::kMisuse, "leave nothing");
}

TEST(RawRules, ThatGnuTlsWouldDropAreRefused) {
  std::string rules = "-AES-128-GCM";
  for (int i = 0; i < 128; ++i) rules += ":-AES-128-GCM";
  ExpectRefused(rules + ":+NO-SUCH-THING", ErrorKind::kUnsupported, "128 rules at most");
}

}  // namespace
}  // namespace tandem
