// Revocation lists: what is read from them, and what they prove.

#include "tandem/revocation_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "api/test_der.h"
#include "tandem/path_rules.h"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

RevocationListDraft Rich() {
  RevocationListDraft draft;
  draft.entries = {RevokedEntry(Integer(300)),
                   RevokedEntry(Integer(7), {ExtensionOf("2.5.29.21", Element(0x0A, Der(1)))})};
  draft.extensions = {ExtensionOf("2.5.29.20", Integer(9)),
                      ExtensionOf("2.5.29.35", Sequence({Text(0x80, "id")}))};
  return draft;
}

std::optional<RevocationList> Parse(const RevocationListDraft& draft) {
  return RevocationList::Parse(draft.Write());
}

Certificate WithSerial(unsigned serial) {
  CertificateDraft draft;
  draft.serial = Integer(serial);
  return *Certificate::Parse(draft.Write());
}

TEST(RevocationList, IsRead) {
  const auto list = Parse(Rich());
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(list->serials.size(), 2U);
  EXPECT_TRUE(list->Revokes(WithSerial(7)));
  EXPECT_TRUE(list->Revokes(WithSerial(300)));
  EXPECT_FALSE(list->Revokes(WithSerial(8)));
  EXPECT_TRUE(list->IsFromIssuerOf(WithSerial(7)));
  EXPECT_EQ(list->next_update, sys_days{year{2031} / 1 / 1});
  EXPECT_FALSE(list->has_unknown_critical);
  EXPECT_TRUE(Parse(RevocationListDraft())->serials.empty());
}

TEST(RevocationList, OfVersionOneIsReadAndHasNoExtensions) {
  RevocationListDraft draft;
  draft.version.reset();
  draft.next_update.reset();
  EXPECT_TRUE(Parse(draft).has_value());
  draft.extensions = Rich().extensions;
  EXPECT_FALSE(Parse(draft).has_value());
  draft.version = 2;
  EXPECT_FALSE(Parse(draft).has_value());
}

TEST(RevocationList, OfAPartIsTold) {
  for (const Der& extension :
       {ExtensionOf("2.5.29.27", Integer(1)),  // A delta.
        ExtensionOf("2.5.29.28", Sequence({Element(0x81, {std::byte{0xFF}})}), true),
        ExtensionOf("2.5.29.28", Sequence({Element(0x84, {std::byte{0xFF}})})),  // Indirect.
        ExtensionOf("1.2.3.4", {}, true)}) {
    RevocationListDraft draft;
    draft.extensions = {extension};
    EXPECT_TRUE(Parse(draft)->has_unknown_critical);
  }
  RevocationListDraft draft;
  draft.entries = {RevokedEntry(Integer(1), {ExtensionOf("2.5.29.29", Sequence({}), true)})};
  EXPECT_TRUE(Parse(draft)->has_unknown_critical) << "an entry of another issuer";
}

TEST(RevocationList, EveryTruncationIsMalformed) {
  const Der whole = Rich().Write();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(RevocationList::Parse(std::span(whole).first(size)).has_value());
  }
  EXPECT_FALSE(RevocationList::Parse(Join({whole, Der(1)})).has_value());
}

void Use(const Der& bytes) {
  const auto list = RevocationList::Parse(bytes);
  if (list.has_value()) list->Revokes(WithSerial(7));
}

TEST(RevocationList, EveryChangeOfOneByteIsSurvived) {
  Der bytes = Rich().Write();
  for (std::byte& byte : bytes) {
    const std::byte before = byte;
    for (unsigned bit = 1; bit < 256; bit <<= 1) {
      byte = before ^ static_cast<std::byte>(bit);
      Use(bytes);
    }
    byte = before;
  }
}

TEST(RevocationList, ManyChangesAtRandomAreSurvived) {
  std::mt19937 random(20260602);
  const Der whole = Rich().Write();
  for (int round = 0; round < 20'000; ++round) {
    Der bytes = whole;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      const auto at = static_cast<std::ptrdiff_t>(random() % bytes.size());
      if (random() % 4 == 0) bytes.erase(bytes.begin() + at);
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    }
    Use(bytes);
  }
}

// A leaf with serial 7, an intermediate with serial 8, and a root.
struct Revocations : ::testing::Test {
  Revocations() {
    leaf.serial = Integer(7);
    leaf.subject = CommonName("leaf");
    leaf.issuer = issuer.subject = CommonName("issuer");
    issuer.serial = Integer(8);
    issuer.issuer = root.subject = root.issuer = CommonName("root");
    root.serial = Integer(9);
    issuer.extensions = root.extensions = {CaExtension(true)};
  }

  VerdictSet Judge() {
    std::vector<Certificate> path;
    for (const auto* draft : {&leaf, &issuer, &root}) {
      path.push_back(*Certificate::Parse(draft->Write()));
    }
    Trust trust = Trust::System();
    std::vector<Der> ders;
    for (const RevocationListDraft& list : lists) ders.push_back(list.Write());
    trust.RevocationLists(ders, reach);
    const auto signed_by = [&](const RevocationList&, const Certificate& by) {
      signers.push_back(by.SubjectText());
      return lists_are_signed;
    };
    return JudgePath(path, true, {true, sys_days{year{2030} / 1 / 1}, trust, signed_by});
  }

  std::optional<Verdict> Gravest() { return Judge().Gravest(); }

  CertificateDraft leaf;
  CertificateDraft issuer;
  CertificateDraft root;
  std::vector<RevocationListDraft> lists;
  Revocation reach = Revocation::kWhereListed;
  bool lists_are_signed = true;
  std::vector<std::string> signers;
};

TEST_F(Revocations, DependOnTheReachWhereNothingIsListed) {
  EXPECT_EQ(Gravest(), std::nullopt);
  reach = Revocation::kLeaf;
  EXPECT_EQ(Gravest(), Verdict::kRevocationUnknown);
  lists.resize(1);
  EXPECT_EQ(Gravest(), std::nullopt);
  reach = Revocation::kWholePath;
  EXPECT_EQ(Gravest(), Verdict::kRevocationUnknown);
  lists.resize(2);
  lists[1].issuer = CommonName("root");
  EXPECT_EQ(Gravest(), std::nullopt) << "the root itself needs no list";
}

TEST_F(Revocations, ProveNothingByAWeakHash) {
  constexpr std::string_view ecdsa_sha224 = "1.2.840.10045.4.3.1";
  for (const std::string_view weak : {kRsaSha1, ecdsa_sha224}) {
    lists.assign(1, {});
    lists[0].algorithm = Algorithm(weak);
    EXPECT_EQ(Gravest(), Verdict::kRevocationUnknown) << weak;
  }
}

TEST_F(Revocations, AreFoundAnywhereBelowTheTrusted) {
  lists.resize(1);
  lists[0].entries = {RevokedEntry(Integer(7))};
  EXPECT_EQ(Gravest(), Verdict::kRevoked);
  EXPECT_EQ(signers, std::vector<std::string>{"CN=issuer"});
  lists[0].entries = {RevokedEntry(Integer(8)), RevokedEntry(Integer(9))};
  EXPECT_EQ(Gravest(), std::nullopt) << "numbers of another issuer's";
  lists[0].issuer = CommonName("root");
  EXPECT_EQ(Gravest(), Verdict::kRevoked) << "the intermediate";
  lists[0].entries = {RevokedEntry(Integer(9))};
  EXPECT_EQ(Gravest(), std::nullopt) << "the root is not looked at";
}

TEST_F(Revocations, AreUnknownIfTheListProvesNothing) {
  const auto now = sys_days{year{2030} / 1 / 1};
  const auto expect_unknown = [&](const char* why) {
    EXPECT_EQ(Gravest(), Verdict::kRevocationUnknown) << why;
    lists.assign(1, {});
    lists[0].entries = {RevokedEntry(Integer(7))};
  };
  lists.resize(1);
  lists[0].this_update = now + 1s;
  expect_unknown("from the future");
  lists[0].next_update = now;
  expect_unknown("out of date");
  lists[0].next_update.reset();
  expect_unknown("without an end");
  lists[0].extensions = {ExtensionOf("2.5.29.27", Integer(1))};
  expect_unknown("a delta");
  issuer.extensions.push_back(KeyUsageExtension(0x04));
  expect_unknown("its issuer may not sign lists");
  issuer.extensions.back() = KeyUsageExtension(0x06);
  lists_are_signed = false;
  expect_unknown("signed by somebody else");
  lists_are_signed = true;
  lists[0].issuer = CommonName("ISSUER ");
  expect_unknown("the name is spelled in another way");
  EXPECT_EQ(Gravest(), Verdict::kRevoked);
}

TEST_F(Revocations, AreCoveredByOneListInForceOfSeveral) {
  lists.resize(2);
  lists[0].next_update = sys_days{year{2029} / 6 / 1};
  EXPECT_EQ(Gravest(), std::nullopt);
  lists[1].entries = {RevokedEntry(Integer(7))};
  EXPECT_EQ(Gravest(), Verdict::kRevoked);
}

}  // namespace
}  // namespace tandem
