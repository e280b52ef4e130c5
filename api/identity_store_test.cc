#include "tandem/identity_store.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "api/scripted_backend.h"
#include "api/test_certificates.h"
#include "tandem/config.h"

namespace tandem {
namespace {

constexpr SignatureScheme kEcdsaP256 = 0x0403;
constexpr SignatureScheme kEd25519 = 0x0807;
constexpr SignatureScheme kRsa = 0x0804;

struct Fixture {
  Script script;
  ScriptedBackend backend{script};
  std::shared_ptr<const Identity> ed25519 = Load(kOneTest);  // one.test
  std::shared_ptr<const Identity> p256 = Load(kTwoTest);     // one.test and two.test

  std::shared_ptr<const Identity> Load(const char* chain) {
    return std::move(Identity::FromPem(backend, chain, kAnyKey)).value();
  }
};

ClientHello Hello(std::string name, std::vector<SignatureScheme> schemes,
                  std::vector<std::string> alpn = {}) {
  ClientHello hello;
  hello.server_name = std::move(name);
  hello.signature_schemes = std::move(schemes);
  hello.alpn = std::move(alpn);
  return hello;
}

TEST(IdentityStore, ChoosesByNameThenByTheClientsSchemes) {
  Fixture f;
  const auto store = IdentityStore::Make({{f.ed25519}, {f.p256}});
  EXPECT_EQ(store->Choose(Hello("one.test", {kEcdsaP256, kEd25519})), f.ed25519);
  EXPECT_EQ(store->Choose(Hello("one.test", {kEcdsaP256})), f.p256);
  EXPECT_EQ(store->Choose(Hello("two.test", {kEd25519})), f.p256) << "the name weighs more";
  EXPECT_EQ(store->Choose(Hello("one.test", {kRsa})), f.ed25519) << "the library will say why not";
}

TEST(IdentityStore, ServesStrangersWithTheFirstUnlessItIsStrict) {
  Fixture f;
  EXPECT_EQ(IdentityStore::Make({{f.ed25519}, {f.p256}})->Choose(Hello("", {kEcdsaP256})), f.p256);
  EXPECT_EQ(IdentityStore::Make({{f.ed25519}, {f.p256}})->Choose(Hello("x.test", {kEd25519})),
            f.ed25519);
  EXPECT_EQ(IdentityStore::Make({{f.ed25519}}, true)->Choose(Hello("x.test", {kEd25519})), nullptr);
  EXPECT_EQ(IdentityStore::Make({{f.ed25519}}, true)->Choose(Hello("", {kEd25519})), nullptr);
  EXPECT_EQ(IdentityStore::Make({})->Choose(Hello("one.test", {kEd25519})), nullptr);
}

TEST(IdentityStore, ChoosesByNamesAndProtocolsThatItIsTold) {
  Fixture f;
  const auto store = IdentityStore::Make(
      {{f.p256, {"*.wild.test"}, {}}, {f.ed25519, {}, {"acme-tls/1"}}, {f.p256, {}, {}}});
  EXPECT_EQ(store->Choose(Hello("a.wild.test", {kEd25519})), f.p256);
  EXPECT_EQ(store->Choose(Hello("one.test", {kEd25519}, {"h2", "acme-tls/1"})), f.ed25519);
  EXPECT_EQ(store->Choose(Hello("one.test", {kEd25519}, {"h2"})), f.p256);
}

TEST(IdentityStore, ServesWhatItIsToldLast) {
  Fixture f;
  const auto store = IdentityStore::Make({{f.ed25519}});
  store->Replace({{f.p256}});
  EXPECT_EQ(store->Choose(Hello("one.test", {kEd25519})), f.p256);
}

TEST(IdentityStore, IsReplacedWhileOthersChoose) {
  Fixture f;
  const auto store = IdentityStore::Make({{f.ed25519}});
  std::thread replacer([&] {
    for (int i = 0; i < 500; ++i) store->Replace({{i % 2 == 0 ? f.p256 : f.ed25519}});
  });
  for (int i = 0; i < 500; ++i) {
    EXPECT_NE(store->Choose(Hello("one.test", {kEd25519})), nullptr);
  }
  replacer.join();
}

TEST(IdentityStore, AnswersThePolicyAndSaysWhyItCannot) {
  Fixture f;
  Settings settings;
  settings.role = Role::kServer;
  settings.choose_identity = IdentityStore::Make({{f.ed25519}}, true)->Chooser();
  HandshakePolicy served(settings, f.backend, nullptr);
  const HelloAnswer* answer = served.AnswerHello(Hello("one.test", {kEd25519}));
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer->identity, f.ed25519);
  HandshakePolicy refused(settings, f.backend, nullptr);
  EXPECT_EQ(refused.AnswerHello(Hello("x.test", {kEd25519})), nullptr);
  EXPECT_EQ(refused.refusal_alert(), Alert::kUnrecognizedName);
}

}  // namespace
}  // namespace tandem
