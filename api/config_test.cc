#include "tandem/config.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

#include "api/scripted_backend.h"
#include "api/test_certificates.h"
#include "tandem/handshake_policy.h"

namespace tandem {
namespace {

using IdentityReply = engine::Reply<std::shared_ptr<const Identity>>;

constexpr const char* kChain = kOneTest;
constexpr const char* kKey = kAnyKey;

struct Fixture {
  Script script;
  ScriptedBackend backend{script};
  std::shared_ptr<const Identity> identity =
      std::move(Identity::FromPem(backend, kChain, kKey)).value();
};

ErrorKind KindOf(const Result<std::shared_ptr<const Config>>& result) {
  return result.ok() ? ErrorKind::kInternal : result.error().kind;
}

TEST(Config, RefusesRulesThatContradictEachOther) {
  Fixture f;
  const auto client = [&f] { return Config::ForClient(f.backend, Trust::System()); };
  const auto server = [&f] { return Config::ForServer(f.backend, f.identity); };
  EXPECT_EQ(KindOf(client().Versions(Version::kTls13, Version::kTls12).Build()),
            ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().Alpn({""}).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().Alpn({std::string(256, 'x')}).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().Alpn({"h2", "h2"}).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().Alpn({}, AlpnPolicy::kMustPresent).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().Alpn(std::vector<std::string>(17, "x")).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().HandshakeTimeout(std::chrono::milliseconds(0)).Build()),
            ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().HandshakeTimeout(std::chrono::milliseconds::max()).Build()),
            ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(server().ClientIdentity(f.identity).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(
      KindOf(client().ClientCertificates(ClientCertificate::kRequired, Trust::System()).Build()),
      ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(Config::ForServer(f.backend, ChooseIdentity()).Build()), ErrorKind::kMisuse);
  EXPECT_TRUE(client().Build().ok());
  EXPECT_TRUE(server().Build().ok());
}

TEST(Config, RefusesListsThatSayNothingOrTooLittle) {
  Fixture f;
  const auto client = [&f] { return Config::ForClient(f.backend, Trust::System()); };
  EXPECT_EQ(KindOf(client().CipherSuites({}).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().Groups({}).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().SignatureSchemes({}).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().Groups({0x001D, 0x001D}).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(client().CipherSuites({0x1301}).Build()), ErrorKind::kMisuse)
      << "nothing for TLS 1.2";
  EXPECT_EQ(KindOf(client().CipherSuites({0xC02B}).Build()), ErrorKind::kMisuse)
      << "nothing for TLS 1.3";
  EXPECT_TRUE(
      client().CipherSuites({0x1301}).Versions(Version::kTls13, Version::kTls13).Build().ok());
  EXPECT_EQ(KindOf(Config::ForClient(f.backend, Trust::FromPins({})).Build()), ErrorKind::kMisuse);
  EXPECT_EQ(KindOf(Config::ForClient(f.backend, Trust::FromDer({})).Build()), ErrorKind::kMisuse);
}

TEST(Config, RefusesRawRulesOfAnotherBackend) {
  Fixture f;
  const auto client = [&f] { return Config::ForClient(f.backend, Trust::System()); };
  EXPECT_EQ(KindOf(client().Raw({"another", "text"}).Build()), ErrorKind::kMisuse);
  EXPECT_TRUE(client().Raw({"scripted", "text"}).Build().ok());
}

TEST(Config, LevelsAreReplacedByWhatIsNamedAfterThem) {
  Fixture f;
  const auto compatible = Config::ForClient(f.backend, Trust::System())
                              .SecurityLevel(Level::kCompatible)
                              .Groups({0x0017})
                              .Build();
  ASSERT_TRUE(compatible.ok());
  const Settings& settings = (*compatible)->settings();
  EXPECT_EQ(settings.cipher_suites.size(),
            kDefaultCipherSuites.size() + kCompatibleCipherSuites.size());
  EXPECT_EQ(settings.groups, std::vector<Group>{0x0017});
  const auto modern = Config::ForClient(f.backend, Trust::System())
                          .SecurityLevel(Level::kCompatible)
                          .SecurityLevel(Level::kModern)
                          .Build();
  ASSERT_TRUE(modern.ok());
  EXPECT_EQ((*modern)->settings().cipher_suites.size(), kDefaultCipherSuites.size());
}

TEST(Config, DescribesItselfInOneLineForEachRule) {
  Fixture f;
  const auto config = Config::ForServer(f.backend, f.identity)
                          .ClientCertificates(ClientCertificate::kRequired, Trust::DangerNone())
                          .Alpn({"h2", "x"}, AlpnPolicy::kMustPresent)
                          .Build();
  ASSERT_TRUE(config.ok());
  const std::string text = (*config)->Describe();
  for (const char* line :
       {"role: server\n", "backend: scripted (scripted 1)\n",
        "identity: CN=one.test, 1 certificate\n", "client certificates: required\n",
        "trust: ANYBODY (danger)\n", "alpn: h2 x (one must be agreed on)\n",
        "handshake timeout: 60000 ms\n", "system policy: honoured, nothing found\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "is not in:\n" << text;
  }
}

TEST(Config, RefusesAnIdentityOfAnotherBackend) {
  Fixture f;
  Fixture other;
  EXPECT_EQ(KindOf(Config::ForServer(f.backend, other.identity).Build()), ErrorKind::kMisuse);
}

TEST(Identity, TellsWhatIsWrongWithItsTexts) {
  Fixture f;
  const auto kind = [&f](const std::string& chain, const std::string& key) {
    const auto identity = Identity::FromPem(f.backend, chain, key);
    return identity.ok() ? ErrorKind::kInternal : identity.error().kind;
  };
  EXPECT_EQ(kind("", kKey), ErrorKind::kMisuse);
  EXPECT_EQ(kind(kChain, ""), ErrorKind::kMisuse);
  EXPECT_EQ(kind(kChain, std::string(kKey) + kKey), ErrorKind::kMisuse);
  EXPECT_EQ(kind(kChain,
                 "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                 "-----END ENCRYPTED PRIVATE KEY-----\n"),
            ErrorKind::kMisuse)
      << "its passphrase is missing";
  const std::string both = std::string(kChain) + kKey;
  EXPECT_TRUE(Identity::FromPem(f.backend, both, both).ok());
  const std::string encrypted =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
  EXPECT_TRUE(Identity::FromPem(f.backend, kChain, encrypted, "right").ok());
  EXPECT_EQ(Identity::FromPem(f.backend, kChain, encrypted, "wrong").error().what,
            "the passphrase is wrong");
  const auto missing = Identity::FromPemFiles(f.backend, "/nonexistent/chain", "/nonexistent/key");
  EXPECT_NE(missing.error().what.find("/nonexistent/chain"), std::string::npos);
}

// Asks a policy with `hook` to answer a ClientHello, and returns the Error that it ends with.
Error RefusalOf(Fixture& f, ChooseIdentity hook, Alert expected_alert) {
  Settings settings;
  settings.role = Role::kServer;
  settings.choose_identity = std::move(hook);
  HandshakePolicy policy(settings, f.backend, nullptr);
  EXPECT_EQ(policy.AnswerHello(ClientHello{}), nullptr);
  EXPECT_EQ(policy.refusal_alert(), expected_alert);
  return *policy.refusal();
}

TEST(HandshakePolicy, AnswersASecondHelloAsTheFirstWithoutAskingAgain) {
  Fixture f;
  int asked = 0;
  Settings settings;
  settings.choose_identity = [&](const ClientHello&, IdentityReply reply) {
    ++asked;
    reply.Answer(f.identity);
  };
  HandshakePolicy policy(settings, f.backend, nullptr);
  const HelloAnswer* first = policy.AnswerHello(ClientHello{});
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(policy.AnswerHello(ClientHello{}), first);
  EXPECT_EQ(asked, 1);
}

TEST(HandshakePolicy, TellsEachWayInWhichAHookGivesNoIdentity) {
  Fixture f;
  Fixture other;
  std::optional<IdentityReply> kept;
  EXPECT_EQ(RefusalOf(
                f, [](const ClientHello&, IdentityReply reply) { reply.Fail("unknown"); },
                Alert::kUnrecognizedName)
                .kind,
            ErrorKind::kIncompatible);
  EXPECT_EQ(RefusalOf(
                f, [](const ClientHello&, IdentityReply) {}, Alert::kUnrecognizedName)
                .kind,
            ErrorKind::kIncompatible)
      << "a dropped reply is a no";
  EXPECT_EQ(RefusalOf(
                f, [&](const ClientHello&, IdentityReply r) { kept = std::move(r); },
                Alert::kInternalError)
                .kind,
            ErrorKind::kMisuse);
  EXPECT_EQ(
      RefusalOf(
          f, [](const ClientHello&, IdentityReply r) { r.Answer(nullptr); }, Alert::kInternalError)
          .kind,
      ErrorKind::kMisuse);
  EXPECT_EQ(RefusalOf(
                f, [&](const ClientHello&, IdentityReply r) { r.Answer(other.identity); },
                Alert::kInternalError)
                .kind,
            ErrorKind::kMisuse);
  EXPECT_EQ(RefusalOf(
                f, [](const ClientHello&, IdentityReply) { throw 1; }, Alert::kInternalError)
                .kind,
            ErrorKind::kMisuse);
}

TEST(HandshakePolicy, ServersOrderDecidesAlpn) {
  Fixture f;
  struct Case {
    AlpnPolicy policy;
    std::vector<std::string> offered;
    std::optional<std::string> selected;  // Nothing: refused.
  };
  const Case cases[] = {
      {AlpnPolicy::kMustMatch, {"b", "a"}, "a"}, {AlpnPolicy::kMustMatch, {}, ""},
      {AlpnPolicy::kMustMatch, {"x"}, {}},       {AlpnPolicy::kIgnore, {"x"}, ""},
      {AlpnPolicy::kIgnore, {"b"}, "b"},         {AlpnPolicy::kMustPresent, {}, {}},
      {AlpnPolicy::kMustPresent, {"x"}, {}},     {AlpnPolicy::kMustPresent, {"b"}, "b"},
  };
  for (const Case& c : cases) {
    Settings settings;
    settings.identity = f.identity;
    settings.alpn = {"a", "b"};
    settings.alpn_policy = c.policy;
    HandshakePolicy policy(settings, f.backend, nullptr);
    ClientHello hello;
    hello.alpn = c.offered;
    const HelloAnswer* answer = policy.AnswerHello(hello);
    ASSERT_EQ(answer != nullptr, c.selected.has_value());
    if (answer != nullptr) {
      EXPECT_EQ(answer->alpn, *c.selected);
    } else {
      EXPECT_EQ(policy.refusal_alert(), Alert::kNoApplicationProtocol);
    }
  }
}

}  // namespace
}  // namespace tandem
