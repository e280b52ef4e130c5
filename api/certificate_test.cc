// What is read from a certificate, and what is not taken for one.

#include "tandem/certificate.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "api/test_certificates.h"
#include "api/test_der.h"
#include "tandem/name_constraints.h"
#include "tandem/pem.h"

namespace tandem {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

Der Real(const char* pem) { return ReadPemCertificates(pem)->front(); }

CertificateDraft With(std::vector<Der> extensions) {
  CertificateDraft draft;
  draft.extensions = std::move(extensions);
  return draft;
}

std::optional<Certificate> Parse(const CertificateDraft& draft) {
  return Certificate::Parse(draft.Write());
}

// A certificate that has something of everything.
CertificateDraft Rich() {
  CertificateDraft draft =
      With({CaExtension(true, 3), KeyUsageExtension(0x86), PurposeExtension({"1.3.6.1.5.5.7.3.1"}),
            AlternativeNames({Text(0x82, "a.test"), Element(0xA4, CommonName("x")),
                              Element(0x87, BytesOf("\x7F\x01\x01\x01")), Text(0x86, "http://a/")}),
            ConstraintsExtension({Text(0x82, "test")}, {Element(0x87, Der(8))}),
            ExtensionOf("2.5.29.14", Text(0x04, "id")),
            ExtensionOf("2.5.29.35", Sequence({Text(0x80, "id of issuer")}))});
  draft.subject = NameOf({{"2.5.4.6", Text(0x13, "DE")}, {"2.5.4.3", Text(0x0C, "a \xC3\xBC")}});
  draft.key = RsaKey(2048);
  return draft;
}

TEST(Certificate, OfARealAuthorityIsRead) {
  const auto read = Certificate::Parse(Real(kTwoTest));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->version, 3);
  EXPECT_EQ(read->SubjectText(), "CN=two.test");
  EXPECT_EQ(read->IssuerText(), "CN=two.test");
  EXPECT_TRUE(read->self_issued());
  EXPECT_EQ(read->key_type, KeyType::kEcdsa);
  EXPECT_EQ(read->key_bits, 256U);
  EXPECT_EQ(read->signature_hash, SignatureHash::kSha256);
  EXPECT_TRUE(read->signature_algorithms_agree);
  EXPECT_EQ(read->is_ca, true);
  EXPECT_EQ(read->names().dns, (std::vector<std::string>{"one.test", "two.test"}));
  EXPECT_EQ(read->subject_key_id, read->authority_key_id);
  EXPECT_EQ(read->serial.size(), 20U);
}

TEST(Certificate, EveryFieldIsRead) {
  const auto read = Parse(Rich());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->not_before, sys_days{year{2020} / 1 / 1});
  EXPECT_EQ(read->not_after, sys_days{year{2040} / 1 / 1});
  EXPECT_EQ(read->path_length, 3U);
  EXPECT_EQ(read->key_usage, kDigitalSignature | kKeyCertSign | kCrlSign);
  EXPECT_EQ(*read->extended_key_usage, std::vector<std::string>{"1.3.6.1.5.5.7.3.1"});
  EXPECT_EQ(read->alternative_names.size(), 4U);
  EXPECT_EQ(read->names().dns, std::vector<std::string>{"a.test"});
  EXPECT_EQ(read->names().addresses.size(), 1U);
  EXPECT_EQ(read->name_constraints->permitted.size(), 1U);
  EXPECT_EQ(read->name_constraints->excluded.size(), 1U);
  EXPECT_EQ(read->subject_key_id, BytesOf("id"));
  EXPECT_EQ(read->authority_key_id, BytesOf("id of issuer"));
  EXPECT_EQ(read->key_type, KeyType::kRsa);
  EXPECT_EQ(read->key_bits, 2048U);
  EXPECT_EQ(read->SubjectText(), "C=DE, CN=a \\C3\\BC");
  EXPECT_FALSE(read->has_unknown_critical);
}

TEST(Certificate, WhatAuthoritiesDoOutOfTheOrdinaryIsRead) {
  CertificateDraft draft;
  draft.version = 1;
  draft.subject = Sequence({});
  draft.serial = Element(0x02, Der(24, std::byte{0x81}));
  EXPECT_TRUE(Parse(draft).has_value()) << "version 1, no subject, a long and negative serial";
  draft.version = 2;
  draft.before_extensions = {Element(0x81, Der(2)), Element(0x82, Der(3))};
  EXPECT_TRUE(Parse(draft).has_value()) << "unique identifiers";
  draft = With({ExtensionOf("2.5.29.19", Sequence({Boolean(false)}))});
  EXPECT_EQ(Parse(draft)->is_ca, false) << "a default that is written out";
  EXPECT_EQ(Parse(With({CaExtension(false)}))->is_ca, false);
  draft.key = Sequence({Algorithm("1.2.643.2.2.19"), BitString(0, {1})});
  EXPECT_EQ(Parse(draft)->key_type, KeyType::kOther) << "an algorithm that nobody knows";
  draft = With({ExtensionOf("2.5.29.15", BitString(7, {0x00, 0x80}))});
  EXPECT_EQ(Parse(draft)->key_usage, 1U << 8);
}

TEST(Certificate, DatesOfBothFormsAreReadToTheSecond) {
  using namespace std::chrono_literals;
  CertificateDraft draft;
  draft.not_before = sys_days{year{1950} / 1 / 1};
  draft.not_after = sys_days{year{9999} / 12 / 31} + 23h + 59min + 59s;
  EXPECT_EQ(Parse(draft)->not_before, draft.not_before);
  EXPECT_EQ(Parse(draft)->not_after, draft.not_after);
  draft.not_after = sys_days{year{2049} / 12 / 31} + 1s;
  EXPECT_EQ(Parse(draft)->not_after, draft.not_after);
}

TEST(Certificate, StrangeDatesAreMalformed) {
  const Der good = CertificateDraft().Write();
  const Der date = BytesOf("400101000000Z");
  const auto at = std::search(good.begin(), good.end(), date.begin(), date.end());
  for (const std::string_view text :
       {"400230000000Z", "401301000000Z", "400100000000Z", "400101240000Z", "400101000060Z",
        "400101000000z", "4001010000000", "4x0101000000Z", "400101-10000Z"}) {
    Der bad = good;
    const Der bytes = BytesOf(text);
    std::copy(bytes.begin(), bytes.end(), bad.begin() + (at - good.begin()));
    EXPECT_FALSE(Certificate::Parse(bad).has_value()) << text;
  }
}

TEST(Certificate, TwoExtensionsOfOneKindAreMalformed) {
  const Der names = AlternativeNames({Text(0x82, "a.test")});
  EXPECT_TRUE(Parse(With({names})).has_value());
  EXPECT_FALSE(Parse(With({names, names})).has_value());
  const Der unknown = ExtensionOf("1.2.3.4", {});
  EXPECT_FALSE(Parse(With({unknown, names, unknown})).has_value());
}

TEST(Certificate, ExtensionThatDoesNotParseIsMalformed) {
  const Der garbage = BytesOf("\x30\x03\x02\x01");
  for (const std::string_view oid : {"2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19",
                                     "2.5.29.30", "2.5.29.35", "2.5.29.37"}) {
    EXPECT_FALSE(Parse(With({ExtensionOf(oid, garbage)})).has_value()) << oid;
    EXPECT_FALSE(Parse(With({ExtensionOf(oid, {})})).has_value()) << oid;
    const Der trailing = Join({Sequence({}), Der{std::byte{0}}});
    EXPECT_FALSE(Parse(With({ExtensionOf(oid, trailing)})).has_value()) << oid;
  }
  EXPECT_TRUE(Parse(With({ExtensionOf("1.2.3.4", garbage)})).has_value()) << "nobody reads it";
}

TEST(Certificate, LooseEncodingIsMalformed) {
  const Der good = CertificateDraft().Write();
  ASSERT_TRUE(Certificate::Parse(good).has_value());
  EXPECT_FALSE(Certificate::Parse(Join({good, Der{std::byte{0}}})).has_value()) << "trailing";
  const Der content(good.begin() + 3, good.end());
  const Der longer = Join({BytesOf("\x30\x82"), Der{std::byte{0}, good[2]}, content});
  ASSERT_EQ(good[1], std::byte{0x81});
  EXPECT_FALSE(Certificate::Parse(longer).has_value()) << "a length in more bytes than it needs";
  const Der open = Join({BytesOf("\x30\x80"), content, Der(2)});
  EXPECT_FALSE(Certificate::Parse(open).has_value()) << "an indefinite length";
  CertificateDraft draft;
  draft.serial = Element(0x02, BytesOf(std::string_view("\0\1", 2)));
  EXPECT_FALSE(Parse(draft).has_value()) << "a number in more bytes than it needs";
  draft.serial = Element(0x02, {});
  EXPECT_FALSE(Parse(draft).has_value()) << "a number of no bytes";
  draft = With({ExtensionOf("2.5.29.19", Sequence({Element(0x01, {std::byte{1}})}))});
  EXPECT_FALSE(Parse(draft).has_value()) << "a truth that is not DER's";
  draft = With({ExtensionOf("2.5.29.15", BitString(4, {0x99}))});
  EXPECT_FALSE(Parse(draft).has_value()) << "flags where there are none";
  draft = With({CaExtension(true)});
  draft.version = 1;
  EXPECT_FALSE(Parse(draft).has_value()) << "extensions in version 1";
}

TEST(Certificate, HugeLengthsAreMalformed) {
  for (const std::string_view head : {"\x30\x84\xFF\xFF\xFF\xFF", "\x30\x88\x7F\xFF\xFF\xFF\xFF",
                                      "\x30\x84\x7F\xFF\xFF\xFF", "\x30\x82\xFF\xFF", "\x3F\x82"}) {
    const Der bytes = BytesOf(head);
    EXPECT_FALSE(Certificate::Parse(bytes).has_value());
    EXPECT_FALSE(Certificate::Parse(Join({bytes, CertificateDraft().Write()})).has_value());
  }
}

TEST(Certificate, DeepNestingIsLookedAtWithoutRecursion) {
  Der nested = Sequence({});
  for (int depth = 0; depth < 2000; ++depth) nested = Sequence({nested});
  EXPECT_FALSE(Certificate::Parse(nested).has_value());
  EXPECT_TRUE(Parse(With({ExtensionOf("1.2.3.4", nested)})).has_value());
  EXPECT_FALSE(Parse(With({AlternativeNames({Element(0xA4, nested)})})).has_value());
}

TEST(Certificate, TextThatIsNotAsciiIsNoName) {
  const auto read = Parse(With({AlternativeNames(
      {Text(0x82, std::string_view("good.test\0.evil.test", 20)), Text(0x82, "b\xFC.test"),
       Text(0x82, "c.test"), Element(0x87, Der(5)), Element(0x87, Der(16))})}));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->names().dns, std::vector<std::string>{"c.test"});
  EXPECT_EQ(read->names().addresses.size(), 1U);
}

TEST(Certificate, SubjectTextCannotPretendOrWriteOverATerminal) {
  CertificateDraft draft;
  draft.subject = NameOf({{"2.5.4.3", Text(0x0C, "a, O=Bank\x1B[2J")},
                          {"2.5.4.10", Text(0x1E, std::string_view("\0A\0B", 4))},
                          {"1.2.3", Text(0x13, " #x ")},
                          {"1.2.4", BitString(0, {5})}});
  EXPECT_EQ(Parse(draft)->SubjectText(),
            "CN=a\\, O=Bank\\1B[2J, O=AB, 1.2.3=\\ #x\\ , 1.2.4=#03020005");
}

TEST(Certificate, StringThatIsNotWhatItsTypeSaysIsMalformed) {
  CertificateDraft draft;
  for (const Der& value : {Text(0x0C, "\xFF"), Text(0x0C, "\xC0\x80"), Text(0x0C, "\xE2\x82"),
                           Text(0x0C, "\xED\xA0\x80"), Text(0x1E, "odd"), Text(0x1C, "abc")}) {
    draft.subject = NameOf({{"2.5.4.3", value}});
    EXPECT_FALSE(Parse(draft).has_value());
  }
  draft.subject = NameOf({{"1.2.4", Integer(5)}});
  EXPECT_FALSE(Parse(draft).has_value()) << "a number";
  draft.subject = Sequence({SetOf({})});
  EXPECT_FALSE(Parse(draft).has_value()) << "an empty set";
}

TEST(Certificate, IsSelfIssuedWhateverTheFormOfTheName) {
  CertificateDraft draft;
  draft.issuer = NameOf({{"2.5.4.3", Text(0x13, " Some  Root ")}});
  draft.subject = NameOf({{"2.5.4.3", Text(0x0C, "some root")}});
  EXPECT_TRUE(Parse(draft)->self_issued());
  draft.subject = NameOf({{"2.5.4.10", Text(0x0C, "some root")}});
  EXPECT_FALSE(Parse(draft)->self_issued());
}

TEST(Certificate, WeakHashesAndUnequalAlgorithmsAreTold) {
  CertificateDraft draft;
  draft.algorithm = Algorithm(kRsaSha1);
  EXPECT_EQ(Parse(draft)->signature_hash, SignatureHash::kSha1);
  draft.outer_algorithm = Algorithm(kEcdsaSha256);
  EXPECT_FALSE(Parse(draft)->signature_algorithms_agree);
  draft.outer_algorithm.reset();
  draft.algorithm = Sequence({Oid("1.2.840.113549.1.1.10"), Sequence({})});
  EXPECT_EQ(Parse(draft)->signature_hash, SignatureHash::kSha1) << "the default of PSS";
  const Der sha384 = Algorithm("2.16.840.1.101.3.4.2.2");
  draft.algorithm = Sequence({Oid("1.2.840.113549.1.1.10"), Sequence({Element(0xA0, sha384)})});
  EXPECT_EQ(Parse(draft)->signature_hash, SignatureHash::kSha384);
}

TEST(Certificate, UnknownCriticalExtensionsAreTold) {
  EXPECT_FALSE(Parse(With({ExtensionOf("1.2.3.4", {})}))->has_unknown_critical);
  EXPECT_TRUE(Parse(With({ExtensionOf("1.2.3.4", {}, true)}))->has_unknown_critical);
  EXPECT_FALSE(Parse(With({ExtensionOf("2.5.29.36", Sequence({}), true)}))->has_unknown_critical);
  EXPECT_TRUE(Parse(With({ExtensionOf("1.3.6.1.5.5.7.1.14", {})}))->has_unknown_critical)
      << "a proxy certificate, critical or not";
}

TEST(Certificate, LongObjectIdentifiersAreReadAndEndlessOnesAreNot) {
  const std::string uuid = "2.25.340282366920938463463374607431768211455";
  Der arc(19, std::byte{0xFF});
  arc.front() = std::byte{0x83};
  arc.back() = std::byte{0x7F};
  const Der oid = Element(0x06, Join({Der{std::byte{0x69}}, arc}));
  EXPECT_EQ(Parse(With({ExtensionOf("2.5.29.37", Sequence({oid}))}))->extended_key_usage->front(),
            uuid);
  for (const Der& content : {Der{}, Der(300, std::byte{0xFF}), Der{std::byte{0x80}, std::byte{1}},
                             Der{std::byte{0x2A}, std::byte{0x81}}}) {
    const Der bad = Sequence({Element(0x06, content)});
    EXPECT_FALSE(Parse(With({ExtensionOf("2.5.29.37", bad)})).has_value());
  }
}

// Uses everything that was read, for a sanitizer to watch.
void Use(const Der& bytes) {
  const auto read = Certificate::Parse(bytes);
  if (!read.has_value()) return;
  const std::size_t used = read->SubjectText().size() + read->IssuerText().size() +
                           read->names().dns.size() + (read->self_issued() ? 1 : 0);
  if (used > 100 * bytes.size() || read->der != bytes) ADD_FAILURE();
  NameConstraints constraints = read->name_constraints.value_or(NameConstraints{});
  std::size_t budget = kNameBudget;
  NamesArePermitted(*read, constraints, true, budget);
}

TEST(Certificate, EveryTruncationIsMalformed) {
  for (const Der& whole : {Rich().Write(), Real(kOneTest), Real(kTwoTest)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(Certificate::Parse(std::span(whole).first(size)).has_value());
    }
  }
}

TEST(Certificate, EveryChangeOfOneByteIsSurvived) {
  Der bytes = Rich().Write();
  for (std::byte& byte : bytes) {
    const std::byte before = byte;
    for (unsigned bit = 1; bit < 256; bit <<= 1) {
      byte = before ^ static_cast<std::byte>(bit);
      Use(bytes);
    }
    for (const unsigned value : {0x00U, 0x7FU, 0x80U, 0xFFU}) {
      byte = static_cast<std::byte>(value);
      Use(bytes);
    }
    byte = before;
  }
}

TEST(Certificate, ManyChangesAtRandomAreSurvived) {
  std::mt19937 random(20260601);
  const std::vector<Der> seeds = {Rich().Write(), Real(kOneTest), Real(kTwoTest)};
  for (int round = 0; round < 100'000; ++round) {
    Der bytes = seeds[random() % seeds.size()];
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      const auto at = static_cast<std::ptrdiff_t>(random() % bytes.size());
      const auto value = static_cast<std::byte>(random());
      switch (random() % 4) {
        case 0: bytes.insert(bytes.begin() + at, value); break;
        case 1: bytes.erase(bytes.begin() + at); break;
        default: bytes[static_cast<std::size_t>(at)] = value;
      }
    }
    Use(bytes);
  }
}

}  // namespace
}  // namespace tandem
