// What the policy makes of a peer's certificates, whatever a library finds.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "api/scripted_backend.h"
#include "api/test_certificates.h"
#include "tandem/handshake_policy.h"
#include "tandem/pem.h"

namespace tandem {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

Der DerOf(std::string_view pem) { return std::move(ReadPemCertificates(pem)->front()); }

// A library that finds what a test says.
class FakeExaminer final : public ChainExaminer {
 public:
  ChainFindings findings;
  mutable int asked = 0;

  ChainFindings Examine(std::span<const Der>, std::chrono::sys_seconds) const override {
    ++asked;
    return findings;
  }
};

struct Fixture {
  explicit Fixture(Trust trust) {
    settings.trust = std::move(trust);
    settings.wall_clock = [] { return sys_days(year{2030} / 1 / 1); };
    examiner.findings.path = sent;
    examiner.findings.complete = true;
  }

  // Nothing: trusted.
  std::optional<Verdict> Judge(const char* name = "one.test") {
    const auto server = ServerName::Dns(name);
    HandshakePolicy policy(settings, backend, &*server);
    const auto alert = policy.JudgePeer(sent, examiner, Version::kTls13);
    if (!alert.has_value()) return std::nullopt;
    error = *policy.refusal();
    refused_chain = policy.refused_chain();
    EXPECT_EQ(*alert, policy.refusal_alert());
    if (error.verdict.has_value()) {
      EXPECT_EQ(*alert, AlertFor(*error.verdict, Version::kTls13));
    }
    return error.verdict.value_or(Verdict::kOther);
  }

  Script script;
  ScriptedBackend backend{script};
  Settings settings;
  FakeExaminer examiner;
  std::vector<Der> sent{DerOf(kTwoTest)};
  Error error;
  std::vector<Der> refused_chain;
};

TEST(PeerPolicy, AcceptsWhatNobodyObjectsTo) {
  Fixture f(Trust::System());
  EXPECT_EQ(f.Judge("one.test"), std::nullopt);
  EXPECT_EQ(f.Judge("two.test"), std::nullopt);
  EXPECT_EQ(f.examiner.asked, 2);
}

TEST(PeerPolicy, RefusesWhatTheLibraryRefusesWhateverTheRulesSay) {
  for (const Verdict verdict : {Verdict::kUnknownIssuer, Verdict::kBadSignature, Verdict::kOther}) {
    Fixture f(Trust::System());
    f.examiner.findings.verdicts.Add(verdict);
    f.examiner.findings.native = "its own words";
    EXPECT_EQ(f.Judge(), verdict);
    EXPECT_EQ(f.error.native, "its own words");
    EXPECT_EQ(f.refused_chain, f.sent) << "people want to see whom";
  }
}

TEST(PeerPolicy, RefusesWhatTheRulesRefuseWhateverTheLibrarySays) {
  Fixture f(Trust::System());
  EXPECT_EQ(f.Judge("three.test"), Verdict::kWrongName);
  f.settings.wall_clock = [] { return sys_days(year{2020} / 1 / 1); };
  EXPECT_EQ(f.Judge("one.test"), Verdict::kNotYetValid);
  f.settings.wall_clock = [] { return sys_days(year{2200} / 1 / 1); };
  EXPECT_EQ(f.Judge("three.test"), Verdict::kExpired) << "it weighs more than a wrong name";
}

TEST(PeerPolicy, RefusesAPathThatCannotBeReadOrIsNotThere) {
  Fixture f(Trust::System());
  f.examiner.findings.path = {Der(10)};
  EXPECT_EQ(f.Judge(), Verdict::kMalformed);
  f.examiner.findings.path.clear();
  EXPECT_EQ(f.Judge(), Verdict::kMalformed);
}

TEST(PeerPolicy, RefusesAPathThatEndsNowhereOrBeginsElsewhere) {
  Fixture f(Trust::System());
  f.examiner.findings.complete = false;
  EXPECT_EQ(f.Judge(), Verdict::kUnknownIssuer) << "though the library objects to nothing";
  f.examiner.findings.complete = true;
  f.examiner.findings.path = {DerOf(kOneTest)};
  EXPECT_EQ(f.Judge(), Verdict::kOther) << "a certificate that the peer has not shown";
}

TEST(PeerPolicy, ClientWithoutANameTrustsNobody) {
  Fixture f(Trust::System());
  HandshakePolicy policy(f.settings, f.backend, nullptr);
  EXPECT_TRUE(policy.JudgePeer(f.sent, f.examiner, Version::kTls13).has_value());
  EXPECT_EQ(policy.refusal()->verdict, Verdict::kWrongName);
}

TEST(PeerPolicy, ClockThatThrowsIsMisuse) {
  Fixture f(Trust::System());
  f.settings.wall_clock = []() -> std::chrono::system_clock::time_point { throw 1; };
  EXPECT_TRUE(f.Judge().has_value());
  EXPECT_EQ(f.error.kind, ErrorKind::kMisuse);
}

TEST(PeerPolicy, RefusesMoreCertificatesThanAreLookedAt) {
  Fixture f(Trust::System());
  f.sent.resize(Trust::kMaxSent, f.sent.front());
  EXPECT_EQ(f.Judge(), std::nullopt);
  f.sent.push_back(f.sent.front());
  EXPECT_EQ(f.Judge(), Verdict::kTooDeep);
}

TEST(PeerPolicy, PinsAreAskedForBesidesTheChainOrInsteadOfIt) {
  Fixture f(Trust::System());
  Pin pin{Pin::Of::kCertificate, {}};
  const auto digest = f.backend.Digest(Hash::kSha256, f.sent.front());
  std::copy(digest.begin(), digest.end(), pin.sha256.begin());
  f.settings.trust->RequirePin({pin});
  EXPECT_EQ(f.Judge(), std::nullopt);
  f.settings.trust->RequirePin({Pin{}});
  EXPECT_EQ(f.Judge(), Verdict::kNotPinned);

  f.settings.trust = Trust::FromPins({pin});
  f.examiner.asked = 0;
  EXPECT_EQ(f.Judge("other.test"), std::nullopt) << "the pin says who it is";
  EXPECT_EQ(f.examiner.asked, 0);
  f.settings.trust = Trust::FromPins({Pin{}});
  EXPECT_EQ(f.Judge(), Verdict::kNotPinned);
}

TEST(PeerPolicy, FurtherVerifierIsAskedLastAndItsWordCounts) {
  int asked = 0;
  Trust trust = Trust::System();
  trust.FurtherVerifier([&](const PeerCertificates& peer, engine::Reply<PeerOpinion> reply) {
    ++asked;
    EXPECT_EQ(peer.sent.size(), 1U);
    EXPECT_EQ(peer.path.size(), 1U);
    if (peer.name == "one.test") return reply.Answer({});
    reply.Answer({Verdict::kRefused});
  });
  Fixture f(std::move(trust));
  EXPECT_EQ(f.Judge("one.test"), std::nullopt);
  EXPECT_EQ(f.Judge("two.test"), Verdict::kRefused);
  EXPECT_EQ(f.Judge("three.test"), Verdict::kWrongName);
  EXPECT_EQ(asked, 2) << "a peer that is not trusted anyway is not asked about";
}

TEST(PeerPolicy, FurtherVerifierThatFailsRefuses) {
  std::optional<engine::Reply<PeerOpinion>> kept;
  struct Case {
    VerifyPeer hook;
    ErrorKind kind;
  };
  using Reply = engine::Reply<PeerOpinion>;
  const Case cases[] = {
      {[](const PeerCertificates&, Reply reply) { reply.Fail("no time"); }, ErrorKind::kUntrusted},
      {[](const PeerCertificates&, Reply) {}, ErrorKind::kUntrusted},
      {[&](const PeerCertificates&, Reply r) { kept = std::move(r); }, ErrorKind::kMisuse},
      {[](const PeerCertificates&, Reply) { throw 1; }, ErrorKind::kMisuse},
  };
  for (const Case& c : cases) {
    Trust trust = Trust::DangerNone();
    trust.FurtherVerifier(c.hook);
    Fixture f(std::move(trust));
    EXPECT_TRUE(f.Judge().has_value()) << "even where anybody is trusted";
    EXPECT_EQ(f.error.kind, c.kind);
  }
}

TEST(PeerPolicy, FirstRefusalStands) {
  Fixture f(Trust::System());
  f.examiner.findings.verdicts.Add(Verdict::kExpired);
  const auto name = ServerName::Dns("server.test");
  HandshakePolicy policy(f.settings, f.backend, &*name);
  EXPECT_EQ(policy.JudgePeer(f.sent, f.examiner, Version::kTls13), Alert::kCertificateExpired);
  EXPECT_EQ(policy.refusal()->verdict, Verdict::kExpired);
  (void)policy.RefuseMissingCertificate(Version::kTls13);
  EXPECT_EQ(policy.refusal()->verdict, Verdict::kExpired);
}

}  // namespace
}  // namespace tandem
