#include "examples/facts.h"

#include <algorithm>
#include <string>
#include <vector>

#include "conformance/pki/pki.h"
#include "gtest/gtest.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"
#include "tandem/pem.h"
#include "tandem/pin.h"

namespace tandem_examples {
namespace {

using tandem::Error;
using tandem::ErrorKind;
using tandem::conformance::PkiText;

std::vector<tandem::Der> Chain(std::string_view name) {
  auto chain = tandem::ReadPemCertificates(PkiText(name));
  return chain.ok() ? *chain : std::vector<tandem::Der>();
}

std::string ValueOf(const Facts& facts, const std::string& key) {
  const auto found = std::find_if(facts.begin(), facts.end(),
                                  [&key](const Fact& fact) { return fact.key == key; });
  return found == facts.end() ? "(no such line)" : found->value;
}

// --- Certificates --------------------------------------------------------------------------------

TEST(DescribeChainTest, TellsWhatACertificateSays) {
  const Facts facts = DescribeChain(tandem::OpenSsl(), Chain("server_rsa"), "certificate");
  EXPECT_EQ(ValueOf(facts, "certificate 0"), "CN=tandem server_rsa");
  EXPECT_EQ(ValueOf(facts, "certificate 0 issuer"), "CN=tandem root_a");
  EXPECT_EQ(ValueOf(facts, "certificate 0 names"), "server.test *.wild.test 127.0.0.1 ::1");
  EXPECT_EQ(ValueOf(facts, "certificate 0 from"), "2020-01-01 00:00:00Z");
  EXPECT_EQ(ValueOf(facts, "certificate 0 until"), "2049-12-31 23:59:59Z");
  EXPECT_EQ(ValueOf(facts, "certificate 0 key"), "RSA 2048 bits");
  EXPECT_EQ(ValueOf(facts, "certificate 0 sha256").size(), 64U);
}

TEST(DescribeChainTest, TellsKindsOfKeys) {
  const auto key_of = [](std::string_view name) {
    return ValueOf(DescribeChain(tandem::OpenSsl(), Chain(name), "x"), "x 0 key");
  };
  EXPECT_EQ(key_of("server_p256"), "ECDSA 256 bits");
  EXPECT_EQ(key_of("server_weak"), "RSA 1024 bits");
  EXPECT_EQ(key_of("server_ed25519").substr(0, 7), "Ed25519");
}

TEST(DescribeChainTest, TellsEachCertificateAndTheNamesOfTheLeafOnly) {
  const Facts facts = DescribeChain(tandem::OpenSsl(), Chain("server_chained"), "certificate");
  EXPECT_EQ(ValueOf(facts, "certificate 1"), "CN=tandem intermediate");
  EXPECT_EQ(ValueOf(facts, "certificate 1 names"), "(no such line)");
  EXPECT_EQ(ValueOf(facts, "certificate 2"), "(no such line)");
}

TEST(DescribeChainTest, IsTheSameOnBothBackends) {
  for (const char* name : {"server_rsa", "server_p256", "server_ed25519", "server_chained"}) {
    EXPECT_EQ(DescribeChain(tandem::OpenSsl(), Chain(name), "certificate"),
              DescribeChain(tandem::GnuTls(), Chain(name), "certificate"))
        << name;
  }
}

TEST(DescribeChainTest, TheHashOfTheKeyIsAPin) {
  const Facts facts = DescribeChain(tandem::GnuTls(), Chain("server_p256"), "certificate");
  const std::string hash = ValueOf(facts, "certificate 0 key sha256");
  EXPECT_TRUE(tandem::Pin::Parse(tandem::Pin::Of::kPublicKey, hash).ok()) << hash;
}

TEST(DescribeChainTest, WhatIsNoCertificateIsCounted) {
  const std::vector<tandem::Der> junk = {{std::byte{0x30}, std::byte{0x00}}, {}};
  const Facts facts = DescribeChain(tandem::OpenSsl(), junk, "certificate");
  EXPECT_EQ(ValueOf(facts, "certificate 0"), "cannot be read");
  EXPECT_EQ(ValueOf(facts, "certificate 1 sha256"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// --- Errors --------------------------------------------------------------------------------------

TEST(DescribeErrorTest, TellsAllOfIt) {
  Error error = tandem::MakeError(ErrorKind::kUntrusted, "the server is not trusted");
  error.verdict = tandem::Verdict::kExpired;
  error.alert_sent = tandem::Alert::kCertificateExpired;
  error.native = "library text";
  const Facts facts = DescribeError(error);
  EXPECT_EQ(FactLines(facts),
            "failure: untrusted\n"
            "why: the server is not trusted\n"
            "verdict: expired\n"
            "alert sent: 45 certificate_expired\n"
            "library says: library text\n");
  EXPECT_FALSE(facts.back().comparable);
}

// --- Text ----------------------------------------------------------------------------------------

TEST(FactLinesTest, WhatIsNotPrintableIsEscaped) {
  EXPECT_EQ(FactLines({{"key", "a\x1b[31m\n\xc3\xa4 z"}}), "key: a\\x1b[31m\\x0a\\xc3\\xa4 z\n");
}

TEST(CompareTest, EqualLinesStandOnceAndOthersAreMarked) {
  const Comparison comparison = Compare("left", {{"version", "TLS 1.3"}, {"group", "x25519"}},
                                        "right", {{"version", "TLS 1.3"}, {"group", "secp256r1"}});
  EXPECT_EQ(comparison.text,
            "           left    | right\n"
            "  version  TLS 1.3\n"
            "! group    x25519  | secp256r1\n");
  EXPECT_EQ(comparison.different, std::vector<std::string>{"group"});
}

TEST(CompareTest, ALineThatOneSideLacksDiffers) {
  const Comparison comparison =
      Compare("l", {{"a", "1"}, {"c", "3"}, {"d", "4"}}, "r", {{"b", "2"}, {"c", "3"}, {"e", "5"}});
  EXPECT_EQ(comparison.different, (std::vector<std::string>{"a", "b", "d", "e"}));
  EXPECT_EQ(comparison.text,
            "     l  | r\n"
            "! a  1  | \n"
            "! b     | 2\n"
            "  c  3\n"
            "! d  4  | \n"
            "! e     | 5\n");
}

TEST(CompareTest, WhatIsNewWithEveryConnectionIsShownAndNotMarked) {
  const Comparison comparison =
      Compare("l", {{"binding", "aa", false}}, "r", {{"binding", "bb", false}});
  EXPECT_TRUE(comparison.different.empty());
  EXPECT_EQ(comparison.text,
            "           l   | r\n"
            "  binding  aa  | bb\n");
}

}  // namespace
}  // namespace tandem_examples
