// Pins as people write them, and trust that cannot be enforced.

#include "tandem/trust.h"

#include <gtest/gtest.h>

#include <string>

#include "api/test_certificates.h"
#include "api/test_der.h"
#include "tandem/pem.h"
#include "tandem/pin.h"

namespace tandem {
namespace {

const std::string kHex = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
const std::string kBase64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

std::string WithColons(const std::string& hex) {
  std::string text;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    if (i > 0) text += ':';
    text += hex.substr(i, 2);
  }
  return text;
}

std::string LowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  return text;
}

TEST(Pin, IsReadInEveryForm) {
  const auto pin = Pin::Parse(Pin::Of::kCertificate, kHex);
  ASSERT_TRUE(pin.ok());
  EXPECT_EQ(pin->of, Pin::Of::kCertificate);
  EXPECT_EQ(pin->sha256.front(), std::byte{0xE3});
  EXPECT_EQ(pin->sha256.back(), std::byte{0x55});
  for (const std::string& text : {LowerCase(kHex), WithColons(kHex), WithColons(LowerCase(kHex)),
                                  kBase64, "sha256/" + kBase64, "sha256//" + kBase64}) {
    const auto same = Pin::Parse(Pin::Of::kCertificate, text);
    ASSERT_TRUE(same.ok()) << text;
    EXPECT_EQ(*same, *pin) << text;
  }
}

TEST(Pin, OfAnotherFormIsMisuse) {
  const std::string zero(1, '\0');
  for (const std::string& text :
       {std::string(), kHex.substr(1), kHex + "0", kHex.substr(2), "G" + kHex.substr(1),
        WithColons(kHex) + ":", WithColons(kHex).replace(2, 1, "-"), kBase64.substr(0, 43),
        kBase64 + "=", kBase64.substr(0, 40), "sha256///" + kBase64, "sha1/" + kBase64,
        "sha256/" + kHex, " " + kHex, kHex + "\n", kHex.substr(0, 63) + zero, kHex + kHex}) {
    const auto pin = Pin::Parse(Pin::Of::kPublicKey, text);
    ASSERT_FALSE(pin.ok()) << text;
    EXPECT_EQ(pin.error().kind, ErrorKind::kMisuse);
  }
}

Der OneTest() { return ReadPemCertificates(kOneTest)->front(); }

TEST(Trust, HasNoFlawAsARule) {
  Trust trust = Trust::System();
  trust.Intermediates({OneTest()})
      .RevocationLists({RevocationListDraft().Write()})
      .RequirePin({{}});
  EXPECT_EQ(trust.flaw(), "");
  EXPECT_EQ(trust.revocation_lists().size(), 1U);
  const Trust copy = trust;
  EXPECT_EQ(copy.revocation_lists().data(), trust.revocation_lists().data());
  EXPECT_EQ(Trust::FromPins({{}}).flaw(), "");
  EXPECT_EQ(Trust::DangerNone().flaw(), "");
}

TEST(Trust, SaysWhichPartDoesNotParse) {
  Trust trust = Trust::System();
  trust.Intermediates({OneTest(), RevocationListDraft().Write()});
  EXPECT_NE(trust.flaw().find("number 2 is not a certificate"), std::string::npos);
  trust = Trust::System().RevocationLists({OneTest()});
  EXPECT_NE(trust.flaw().find("number 1 is not a revocation list"), std::string::npos);
}

TEST(Trust, WithoutAPinIsFlawed) {
  EXPECT_NE(Trust::FromPins({}).flaw(), "");
  EXPECT_NE(Trust::System().RequirePin({}).flaw(), "");
}

TEST(Trust, CannotPromiseMoreThanIsLookedFor) {
  EXPECT_EQ(Trust::System().MaxIntermediates(Trust::kIntermediatesLimit).flaw(), "");
  EXPECT_NE(Trust::System().MaxIntermediates(Trust::kIntermediatesLimit + 1).flaw(), "");
}

TEST(Trust, ThatLooksForNoPathHasNoRulesForOne) {
  EXPECT_NE(Trust::FromPins({{}}).RevocationLists({}).flaw(), "");
  EXPECT_NE(Trust::FromPins({{}}).Intermediates({OneTest()}).flaw(), "");
  EXPECT_NE(Trust::DangerNone().RequirePin({{}}).flaw(), "");
  EXPECT_NE(Trust::DangerNone().MaxIntermediates(1).flaw(), "");
  EXPECT_NE(Trust::FromPins({{}}).DangerAnyPurpose().flaw(), "");
}

}  // namespace
}  // namespace tandem
