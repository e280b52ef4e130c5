// What the rules of RFC 5280 make of a path, whoever found it.

#include "tandem/path_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "api/test_der.h"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kServer = "1.3.6.1.5.5.7.3.1";
constexpr std::string_view kClient = "1.3.6.1.5.5.7.3.2";
constexpr std::string_view kAny = "2.5.29.37.0";

// Key usage, in the first byte of its BIT STRING.
constexpr unsigned kSigns = 0x80;
constexpr unsigned kEnciphers = 0x20;
constexpr unsigned kSignsCertificates = 0x04;
constexpr unsigned kSignsLists = 0x02;

std::vector<Verdict> Listed(const VerdictSet& set) {
  std::vector<Verdict> verdicts;
  for (unsigned i = 0; i <= static_cast<unsigned>(Verdict::kOther); ++i) {
    if (set.Has(static_cast<Verdict>(i))) verdicts.push_back(static_cast<Verdict>(i));
  }
  return verdicts;
}

// Leaf, intermediates and root, of which each can be changed before it is judged.
struct PathTest : ::testing::Test {
  PathTest() { Grow(1); }

  // Leaf, `intermediates`, root.
  void Grow(int intermediates) {
    drafts.assign(static_cast<std::size_t>(intermediates) + 2, {});
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      drafts[i].serial = Integer(100 + i);
      drafts[i].subject = CommonName("name " + std::to_string(i));
      drafts[i].issuer = CommonName("name " + std::to_string(std::min(i + 1, drafts.size() - 1)));
      if (i > 0) drafts[i].extensions = {CaExtension(true)};
    }
    leaf().extensions = {AlternativeNames({Text(0x82, "server.test")})};
  }

  CertificateDraft& leaf() { return drafts.front(); }
  CertificateDraft& root() { return drafts.back(); }

  std::vector<Verdict> Judge() {
    std::vector<Certificate> path;
    for (const CertificateDraft& draft : drafts) {
      auto certificate = Certificate::Parse(draft.Write());
      if (!certificate.has_value()) return {Verdict::kOther};
      path.push_back(std::move(*certificate));
    }
    const auto signed_by = [&](const RevocationList& list, const Certificate& issuer) {
      asked.emplace_back(list.der, issuer.der);
      return lists_are_signed;
    };
    return Listed(JudgePath(path, complete, {of_server, now, trust, signed_by}));
  }

  std::vector<CertificateDraft> drafts;
  bool complete = true;
  bool of_server = true;
  std::chrono::sys_seconds now = sys_days{year{2030} / 1 / 1};
  Trust trust = Trust::System();
  bool lists_are_signed = true;
  std::vector<std::pair<Der, Der>> asked;
};

using PathRules = PathTest;

TEST_F(PathRules, FindNothingOnAGoodPath) {
  EXPECT_THAT(Judge(), IsEmpty());
  of_server = false;
  EXPECT_THAT(Judge(), IsEmpty());
  drafts.resize(1);
  EXPECT_THAT(Judge(), IsEmpty()) << "a leaf that is trusted as it stands";
  Grow(8);
  EXPECT_THAT(Judge(), IsEmpty());
}

TEST_F(PathRules, FindNoIssuerOnNoPath) {
  drafts.clear();
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kUnknownIssuer));
}

TEST_F(PathRules, JudgeTheDatesOfAllToTheSecond) {
  for (CertificateDraft& draft : drafts) {
    const CertificateDraft before = draft;
    draft.not_after = now;
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kExpired));
    draft.not_after = now + 1s;
    draft.not_before = now;
    EXPECT_THAT(Judge(), IsEmpty());
    draft.not_before = now + 1s;
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kNotYetValid));
    draft = before;
  }
}

TEST_F(PathRules, RefuseAnIssuerThatIsNoAuthority) {
  for (std::size_t i = 1; i < drafts.size(); ++i) {
    const CertificateDraft before = drafts[i];
    drafts[i].extensions = {CaExtension(false)};
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
    drafts[i].extensions.clear();
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
    drafts[i].extensions = {CaExtension(true), KeyUsageExtension(kSigns)};
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
    drafts[i].extensions = {CaExtension(true), KeyUsageExtension(kSignsCertificates)};
    EXPECT_THAT(Judge(), IsEmpty());
    drafts[i] = before;
  }
}

TEST_F(PathRules, TakeAVersionOneAuthorityOnlyAsTheTrustedOne) {
  root().version = 1;
  root().extensions.clear();
  EXPECT_THAT(Judge(), IsEmpty());
  complete = false;
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
  complete = true;
  root().issuer = CommonName("somebody else");
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
  Grow(1);
  drafts[1].version = 1;
  drafts[1].extensions.clear();
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
}

TEST_F(PathRules, CountWhatIsBelowAnAuthority) {
  Grow(2);
  root().extensions = {CaExtension(true, 2)};
  drafts[2].extensions = {CaExtension(true, 1)};
  drafts[1].extensions = {CaExtension(true, 0)};
  EXPECT_THAT(Judge(), IsEmpty());
  drafts[2].extensions = {CaExtension(true, 0)};
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
  drafts[2].extensions = {CaExtension(true)};
  root().extensions = {CaExtension(true, 1)};
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose)) << "the trusted one's limit holds";
}

TEST_F(PathRules, DoNotCountTheSelfIssued) {
  Grow(2);
  drafts[1].issuer = drafts[1].subject = drafts[2].subject;
  drafts[2].extensions = {CaExtension(true, 0)};
  EXPECT_THAT(Judge(), IsEmpty());
}

TEST_F(PathRules, RefuseAPathThatIsTooDeep) {
  Grow(3);
  trust.MaxIntermediates(3);
  EXPECT_THAT(Judge(), IsEmpty());
  trust.MaxIntermediates(2);
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kTooDeep));
  trust.MaxIntermediates(0);
  Grow(0);
  EXPECT_THAT(Judge(), IsEmpty());
  drafts.resize(1);
  EXPECT_THAT(Judge(), IsEmpty());
}

TEST_F(PathRules, AskEveryExtendedKeyUsage) {
  for (CertificateDraft& draft : drafts) {
    const CertificateDraft before = draft;
    draft.extensions.push_back(PurposeExtension({kClient, kServer}));
    EXPECT_THAT(Judge(), IsEmpty());
    draft.extensions.back() = PurposeExtension({kClient});
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
    of_server = false;
    EXPECT_THAT(Judge(), IsEmpty());
    draft.extensions.back() = PurposeExtension({kServer, kAny});
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose)) << "any is none, as in OpenSSL";
    of_server = true;
    draft = before;
  }
}

TEST_F(PathRules, LeaveOutTheLeafsExtendedKeyUsageIfTold) {
  trust.DangerAnyPurpose();
  leaf().extensions.push_back(PurposeExtension({kClient}));
  EXPECT_THAT(Judge(), IsEmpty());
  drafts[1].extensions.push_back(PurposeExtension({kClient}));
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
}

TEST_F(PathRules, AskTheLeafsKeyUsage) {
  leaf().extensions.push_back(KeyUsageExtension(kEnciphers));
  EXPECT_THAT(Judge(), IsEmpty());
  of_server = false;
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
  leaf().extensions.back() = KeyUsageExtension(kSignsCertificates);
  of_server = true;
  trust.DangerAnyPurpose();
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
}

TEST_F(PathRules, ObeyNetscapesTypes) {
  leaf().extensions.push_back(ExtensionOf("2.16.840.1.113730.1.1", BitString(7, {0x80})));
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWrongPurpose));
  of_server = false;
  EXPECT_THAT(Judge(), IsEmpty());
}

TEST_F(PathRules, RefuseWhatIsCriticalAndUnknown) {
  for (CertificateDraft& draft : drafts) {
    draft.extensions.push_back(ExtensionOf("1.2.3.4", {}, true));
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kCriticalExtension));
    draft.extensions.pop_back();
  }
}

TEST_F(PathRules, RefuseWeakKeysAnywhere) {
  for (CertificateDraft& draft : drafts) {
    draft.key = RsaKey(2048);
    EXPECT_THAT(Judge(), IsEmpty());
    draft.key = RsaKey(2040);
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kWeak));
    draft.key = EcKey("1.2.840.10045.3.1.1", 49);
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kWeak)) << "192 bits";
    draft.key = EcKey("1.3.132.0.33", 57);
    EXPECT_THAT(Judge(), IsEmpty()) << "224 bits";
  }
}

TEST_F(PathRules, RefuseWeakSignaturesOfAllButTheTrusted) {
  root().algorithm = Algorithm(kRsaSha1);
  EXPECT_THAT(Judge(), IsEmpty());
  complete = false;
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWeak));
  complete = true;
  drafts[1].algorithm = Algorithm("1.2.840.113549.1.1.4");
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kWeak));
}

TEST_F(PathRules, RefuseCurvesWithoutAName) {
  const Der parameters = Sequence({Integer(1)});
  Der point(65, std::byte{4});
  point.insert(point.begin(), std::byte{0});
  leaf().key = Sequence({Sequence({Oid("1.2.840.10045.2.1"), parameters}), Element(0x03, point)});
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kMalformed));
}

TEST_F(PathRules, RefuseTwoAccountsOfOneSignature) {
  leaf().outer_algorithm = Algorithm("1.2.840.10045.4.3.3");
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kMalformed));
}

struct NameCase {
  Der name;
  Der base;
  bool is_inside;
};

Der Email(std::string_view text) { return Text(0x81, text); }
Der Dns(std::string_view text) { return Text(0x82, text); }
Der Uri(std::string_view text) { return Text(0x86, text); }
Der Address(std::string_view bytes) { return Text(0x87, bytes); }
Der Directory(const Der& name) { return Element(0xA4, name); }

std::vector<NameCase> NameCases() {
  const Der upper = NameOf({{"2.5.4.10", Text(0x13, "The  FIRM ")}, {"2.5.4.3", Text(0x0C, "x")}});
  const Der firm = NameOf({{"2.5.4.10", Text(0x0C, "the firm")}});
  return {
      {Dns("a.test"), Dns("test"), true},
      {Dns("A.Test"), Dns("tEST"), true},
      {Dns("test"), Dns("test"), true},
      {Dns("atest"), Dns("test"), false},
      {Dns("a.test"), Dns(".test"), true},
      {Dns("test"), Dns(".test"), false},
      {Dns("a.test.evil"), Dns("test"), false},
      {Dns("a.test"), Dns(""), true},
      {Dns("*.test"), Dns("test"), true},
      {Address("\x0A\x01\x02\x03"), Address(std::string_view("\x0A\x01\0\0\xFF\xFF\0\0", 8)), true},
      {Address("\x0A\x02\x02\x03"), Address(std::string_view("\x0A\x01\0\0\xFF\xFF\0\0", 8)),
       false},
      {Address("0123456789abcdef"), Address(std::string(32, '\0')), true},
      {Address("0123"), Address(std::string(32, '\0')), false},
      {Email("a@mail.test"), Email("mail.test"), true},
      {Email("a@MAIL.test"), Email("a@mail.test"), true},
      {Email("A@mail.test"), Email("a@mail.test"), false},
      {Email("a@b.mail.test"), Email("mail.test"), false},
      {Email("a@b.mail.test"), Email(".mail.test"), true},
      {Email("a@mail.test"), Email(".mail.test"), false},
      {Uri("https://a.test:80/x"), Uri("a.test"), true},
      {Uri("https://a.test/x"), Uri(".test"), true},
      {Uri("https://test/x"), Uri(".test"), false},
      {Uri("https://evil?.a.test"), Uri(".a.test"), false},
      {Directory(upper), Directory(firm), true},
      {Directory(firm), Directory(upper), false},
      {Directory(CommonName("x")), Directory(firm), false},
      {Directory(CommonName("x")), Directory(Sequence({})), true},
  };
}

TEST_F(PathRules, PermitNamesInsideAndExcludeThem) {
  const std::vector<Verdict> nothing;
  const std::vector<Verdict> refused = {Verdict::kNameConstraint};
  int number = 0;
  leaf().subject = Sequence({});
  for (const NameCase& c : NameCases()) {
    SCOPED_TRACE(number++);
    leaf().extensions = {AlternativeNames({c.name})};
    root().extensions = {CaExtension(true), ConstraintsExtension({c.base}, {})};
    drafts[1].subject = leaf().issuer = drafts[1].issuer = root().subject;
    EXPECT_EQ(Judge(), c.is_inside ? nothing : refused);
    root().extensions = {CaExtension(true), ConstraintsExtension({}, {c.base})};
    EXPECT_EQ(Judge(), c.is_inside ? refused : nothing);
  }
}

TEST_F(PathRules, RefuseNamesThatCannotBeCompared) {
  const Der other = Element(0xA0, Join({Oid("1.2.3"), Element(0xA0, Text(0x0C, "x"))}));
  const std::pair<Der, Der> cases[] = {
      {Email("nobody"), Email("mail.test")},    {Uri("mailto:a"), Uri("a.test")},
      {Uri("https://a@b.test"), Uri("b.test")}, {Address("12345"), Address(std::string(8, '\0'))},
      {Address("1234"), Address("12345")},      {other, other},
  };
  for (const auto& [name, base] : cases) {
    leaf().extensions = {AlternativeNames({name})};
    root().extensions = {CaExtension(true), ConstraintsExtension({base}, {})};
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint));
    root().extensions = {CaExtension(true), ConstraintsExtension({}, {base})};
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint));
    leaf().extensions = {AlternativeNames({Dns("a.test")})};
    EXPECT_THAT(Judge(), IsEmpty()) << "it has no such name";
  }
}

TEST_F(PathRules, ExcludeWhatAWildcardStandsFor) {
  leaf().extensions = {AlternativeNames({Dns("*.test")})};
  for (const std::string_view base : {"a.test", "A.TEST", ".test", "test"}) {
    root().extensions = {CaExtension(true), ConstraintsExtension({}, {Dns(base)})};
    EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint)) << base;
  }
  for (const std::string_view base : {"a.b.test", "a.example", "btest"}) {
    root().extensions = {CaExtension(true), ConstraintsExtension({}, {Dns(base)})};
    EXPECT_THAT(Judge(), IsEmpty()) << base;
  }
}

TEST_F(PathRules, ConstrainTheSubjectToo) {
  leaf().extensions.clear();
  root().extensions = {CaExtension(true), ConstraintsExtension({Dns("test")}, {})};
  leaf().subject = CommonName("www.evil.example");
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint)) << "a host's name, and no other";
  leaf().extensions = {AlternativeNames({Dns("a.test")})};
  EXPECT_THAT(Judge(), IsEmpty()) << "the common name does not count";
  leaf().extensions.clear();
  leaf().subject = CommonName("Evil Example");
  EXPECT_THAT(Judge(), IsEmpty()) << "not a host's name";
  leaf().subject = CommonName(std::string_view("a.test\0.evil", 12));
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint));
  root().extensions = {CaExtension(true), ConstraintsExtension({Email("mail.test")}, {})};
  leaf().subject = NameOf({{"1.2.840.113549.1.9.1", Text(0x16, "a@evil.test")}});
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint));
  leaf().subject = NameOf({{"1.2.840.113549.1.9.1", Text(0x16, "a@mail.test")}});
  EXPECT_THAT(Judge(), IsEmpty());
  leaf().subject = NameOf({{"1.2.840.113549.1.9.1", Text(0x0C, "a@mail.test")}});
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint)) << "not an IA5String";
}

TEST_F(PathRules, ConstrainAuthoritiesButNotTheSelfIssued) {
  const Der firm = NameOf({{"2.5.4.10", Text(0x0C, "firm")}});
  root().extensions = {CaExtension(true), ConstraintsExtension({Directory(firm)}, {})};
  leaf().subject = firm;
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint)) << "the intermediate is outside";
  drafts[1].subject = drafts[1].issuer = root().subject;
  EXPECT_THAT(Judge(), IsEmpty());
  leaf().issuer = leaf().subject = root().subject;
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint)) << "a leaf is never exempt";
}

TEST_F(PathRules, AddUpTheConstraintsOfAll) {
  root().extensions = {CaExtension(true), ConstraintsExtension({Dns("test")}, {})};
  drafts[1].extensions = {CaExtension(true), ConstraintsExtension({Dns("example")}, {})};
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint));
  drafts[1].extensions = {CaExtension(true), ConstraintsExtension({Dns("server.test")}, {})};
  EXPECT_THAT(Judge(), IsEmpty());
}

TEST_F(PathRules, RefuseMoreComparisonsThanAnyHonestPathNeeds) {
  std::vector<Der> names;
  for (int i = 0; i < 600; ++i) names.push_back(Directory(CommonName(std::to_string(i))));
  root().extensions = {CaExtension(true), ConstraintsExtension({}, names)};
  leaf().extensions = {AlternativeNames({Directory(CommonName("x"))})};
  EXPECT_THAT(Judge(), IsEmpty());
  leaf().extensions = {AlternativeNames(std::vector<Der>(600, Directory(CommonName("x"))))};
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint));
}

TEST_F(PathRules, RefuseConstraintsWithDistances) {
  const Der subtree = Sequence({Dns("test"), Element(0x81, Der(1))});
  const Der value = Sequence({Element(0xA0, subtree)});
  root().extensions = {CaExtension(true), ExtensionOf("2.5.29.30", value, true)};
  EXPECT_THAT(Judge(), ElementsAre(Verdict::kNameConstraint));
}

}  // namespace
}  // namespace tandem
