// The way from a peer's certificate to one that is trusted, and what a hostile peer can do to it.

#include "tandem/path_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/test_der.h"

namespace tandem {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr auto kNow = sys_days(year{2030} / 1 / 1);

// Certificates differ by their serial numbers, so that a test can tell them apart.
CertificateDraft Draft(std::string_view subject, std::string_view issuer, unsigned serial = 1) {
  CertificateDraft draft;
  draft.subject = CommonName(subject);
  draft.issuer = CommonName(issuer);
  draft.serial = Integer(serial);
  return draft;
}

Der Leaf(std::string_view issuer) { return Draft("leaf", issuer).Write(); }

Der Authority(std::string_view subject, std::string_view issuer, unsigned serial = 1) {
  CertificateDraft draft = Draft(subject, issuer, serial);
  draft.extensions = {CaExtension(true)};
  return draft.Write();
}

Der Expired(std::string_view subject, std::string_view issuer, unsigned serial = 1) {
  CertificateDraft draft = Draft(subject, issuer, serial);
  draft.extensions = {CaExtension(true)};
  draft.not_after = sys_days(year{2025} / 1 / 1);
  return draft.Write();
}

struct Fixture {
  std::vector<Der> sent;
  std::vector<Der> trusted;
  std::vector<Certificate> intermediates;
  std::vector<Der> never_signs;  // Whose key has signed nothing.
  int signatures = 0;            // That were looked at.

  PathFound Find() {
    const PathSources sources{sent, intermediates,
                              [this](const Der& name) {
                                std::vector<Der> named;
                                for (const Der& der : trusted) {
                                  if (Certificate::Parse(der)->subject == name)
                                    named.push_back(der);
                                }
                                return named;
                              },
                              [this](const Certificate& issuer, const Certificate&) {
                                ++signatures;
                                return std::find(never_signs.begin(), never_signs.end(),
                                                 issuer.der) == never_signs.end();
                              }};
    return FindPath(sources, {true, kNow, Trust::FromDer({}), nullptr});
  }

  void Finds(const std::vector<Der>& path) {
    const PathFound found = Find();
    EXPECT_TRUE(found.complete);
    EXPECT_TRUE(found.verdicts.empty());
    EXPECT_EQ(found.path, path);
  }

  void FindsNone(Verdict verdict) {
    const PathFound found = Find();
    EXPECT_FALSE(found.complete);
    EXPECT_EQ(found.verdicts.Gravest(), verdict);
  }
};

TEST(PathSearch, OrderOfWhatIsSentDoesNotMatter) {
  Fixture f;
  const Der root = Authority("root", "root");
  const Der one = Authority("one", "root");
  const Der two = Authority("two", "one");
  f.trusted = {root};
  f.sent = {Leaf("two"), Authority("stranger", "nobody"), root, one, two};
  f.Finds({f.sent[0], two, one, root});
  EXPECT_EQ(f.signatures, 0) << "there was no choice";
}

TEST(PathSearch, TrustedLeafIsAPathByItself) {
  Fixture f;
  f.sent = {Leaf("one"), Authority("one", "root")};
  f.trusted = {f.sent[0], Authority("root", "root")};
  f.Finds({f.sent[0]});
}

TEST(PathSearch, PathEndsWhereTrustBegins) {
  Fixture f;
  const Der one = Authority("one", "root");
  f.sent = {Leaf("one"), one, Authority("root", "root")};
  f.trusted = {Authority("root", "root"), one};
  f.Finds({f.sent[0], one});
}

TEST(PathSearch, KnownIntermediatesFillTheGap) {
  Fixture f;
  const Der one = Authority("one", "root");
  f.sent = {Leaf("one")};
  f.trusted = {Authority("root", "root")};
  f.FindsNone(Verdict::kUnknownIssuer);
  f.intermediates = {*Certificate::Parse(one)};
  f.Finds({f.sent[0], one, f.trusted[0]});
}

TEST(PathSearch, GoodDatesArePreferred) {
  Fixture f;
  const Der good = Authority("one", "root", 2);
  f.sent = {Leaf("one"), Expired("one", "root"), good};
  f.trusted = {Expired("root", "root"), Authority("root", "root", 2)};
  f.Finds({f.sent[0], good, f.trusted[1]});
}

TEST(PathSearch, FaultyPathIsFoundWhereThereIsNoOther) {
  Fixture f;
  const Der expired = Expired("one", "root");
  f.sent = {Leaf("one"), expired};
  f.trusted = {Authority("root", "root")};
  f.Finds({f.sent[0], expired, f.trusted[0]});
}

TEST(PathSearch, SignatureTellsNamesakesApart) {
  Fixture f;
  const Der genuine = Authority("one", "root", 2);
  f.sent = {Leaf("one"), Authority("one", "root"), genuine};
  f.trusted = {Authority("root", "root")};
  f.never_signs = {f.sent[1]};
  f.Finds({f.sent[0], genuine, f.trusted[0]});
}

TEST(PathSearch, StrongSignatureIsPreferred) {
  Fixture f;
  CertificateDraft weak = Draft("one", "root");
  weak.extensions = {CaExtension(true)};
  weak.algorithm = Algorithm(kRsaSha1);
  const Der strong = Authority("one", "root", 2);
  f.sent = {Leaf("one"), weak.Write(), strong};
  f.trusted = {Authority("root", "root")};
  f.Finds({f.sent[0], strong, f.trusted[0]});
}

TEST(PathSearch, PathWithoutFaultIsPreferred) {
  Fixture f;
  const Der root = Authority("root", "root");
  CertificateDraft narrow = Draft("one", "root");
  narrow.extensions = {CaExtension(true, 0)};
  const Der one = Authority("one", "root", 2);
  const Der two = Authority("two", "one");
  f.trusted = {root};
  f.sent = {Leaf("two"), two, narrow.Write(), one};
  f.Finds({f.sent[0], two, one, root});
}

TEST(PathSearch, CircleLeadsNowhere) {
  Fixture f;
  f.sent = {Leaf("a"), Authority("a", "b"), Authority("b", "a")};
  f.trusted = {Authority("root", "root")};
  f.FindsNone(Verdict::kUnknownIssuer);
}

TEST(PathSearch, WhatCannotBeReadIsMalformed) {
  Fixture f;
  f.sent = {Leaf("root"), {std::byte{0x30}, std::byte{0x00}}};
  f.trusted = {Authority("root", "root")};
  f.FindsNone(Verdict::kMalformed);
}

TEST(PathSearch, LongestPathIsBounded) {
  Fixture f;
  const auto name = [](std::size_t level) { return "ca" + std::to_string(level); };
  f.trusted = {Authority(name(0), name(0))};
  f.sent = {Leaf(name(kPathLimit - 2))};
  for (std::size_t level = 1; level <= kPathLimit - 2; ++level) {
    f.sent.push_back(Authority(name(level), name(level - 1)));
  }
  EXPECT_EQ(f.Find().path.size(), kPathLimit);
  f.sent[0] = Leaf(name(kPathLimit - 1));
  f.sent.push_back(Authority(name(kPathLimit - 1), name(kPathLimit - 2)));
  f.FindsNone(Verdict::kTooDeep);
}

TEST(PathSearch, PeerThatSendsNamesakesIsServedAtABoundedCost) {
  Fixture f;
  f.trusted = {Authority("root", "root")};
  f.sent = {Leaf("one")};
  for (unsigned i = 0; i < 13; ++i) f.sent.push_back(Authority("one", "one", i + 10));
  const Der genuine = Authority("one", "root");
  f.sent.push_back(genuine);
  for (const Der& der : f.sent) {
    if (der != genuine) f.never_signs.push_back(der);
  }
  f.Finds({f.sent[0], genuine, f.trusted[0]});
  EXPECT_LE(f.signatures, 64);
  f.trusted.clear();
  f.FindsNone(Verdict::kUnknownIssuer);
}

}  // namespace
}  // namespace tandem
