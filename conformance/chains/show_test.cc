// Shows every case of a bundle in real handshakes of one pair of backends: show_test BUNDLE

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/chains/chain_case.h"
#include "conformance/chains/differences.h"
#include "conformance/pairs/pair.h"
#include "conformance/world/random.h"
#include "conformance/world/world.h"

namespace tandem::conformance {
namespace {

class ShowTest : public testing::Test {
 public:
  ShowTest(ChainCase c, Version version)
      : case_(std::move(c)), world_({ClientBackend(), ServerBackend(), version}) {}

  void TestBody() override {
    IdentityMaterial material;
    material.chain = case_.sent;
    material.key = case_.key;
    const auto identity = Identity::FromDer(Shower(), material);
    if (identity.ok()) {
      Show(*identity);
    } else {
      world_.That(false, "cannot be loaded: " + identity.error().ToString());
    }
    Report();
  }

 private:
  const Backend& Shower() const { return case_.of_server() ? ServerBackend() : ClientBackend(); }
  const Backend& Verifier() const { return case_.of_server() ? ClientBackend() : ServerBackend(); }

  void Show(const World::SharedIdentity& identity) {
    world_.SetDate(case_.at);
    const World::Rules client = case_.of_server() ? world_.ClientRules(case_.MakeTrust())
                                                  : world_.ClientRules().ClientIdentity(identity);
    const World::Rules server = case_.of_server()
                                    ? world_.ServerRules(identity)
                                    : world_.ServerRules().ClientCertificates(
                                          ClientCertificate::kRequired, case_.MakeTrust());
    world_.Open(client, server, case_.of_server() ? case_.asked : "server.test");
    if (world_.failed()) return;
    world_.client().Send(BytesOf("of the client"));
    world_.server().Send(BytesOf("of the server"));
    world_.RunUntilQuiet();
    if (const auto verdict = ExpectedOf(case_, Verifier())) return CheckRefused(*verdict);
    world_.Lives(world_.client());
    world_.Lives(world_.server());
    world_.Got(world_.client(), BytesOf("of the server"));
    world_.Got(world_.server(), BytesOf("of the client"));
  }

  void CheckRefused(Verdict verdict) {
    End& verifier = case_.of_server() ? world_.client() : world_.server();
    End& shower = case_.of_server() ? world_.server() : world_.client();
    const Alert alert = AlertFor(verdict, world_.version());
    world_.Fails(verifier, {.kind = ErrorKind::kUntrusted, .verdict = verdict, .sent = alert});
    world_.Fails(shower, {.kind = ErrorKind::kPeerAlert, .received = alert});
    world_.Got(world_.client(), {});
    world_.Got(world_.server(), {});
  }

  void Report() {
    if (const Unshown* unshown = FindUnshown(case_, Shower(), world_.version())) {
      EXPECT_TRUE(world_.failed()) << "this is true no more; remove it: " << unshown->reason;
      return;
    }
    for (const CheckFailure& failure : world_.checks().failures()) {
      ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text << "\n"
                                                         << case_.about << "\n"
                                                         << world_.Replay();
    }
  }

  ChainCase case_;
  World world_;
};

void Register(const ChainCase& c, Version version) {
  testing::RegisterTest(version == Version::kTls13 ? "Tls13" : "Tls12", c.name.c_str(), nullptr,
                        nullptr, __FILE__, __LINE__,
                        [c, version]() -> testing::Test* { return new ShowTest(c, version); });
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  using namespace tandem;  // NOLINT
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) return 2;
  for (const auto& c : conformance::ReadBundle(argv[1])) {
    if (c.key.empty()) continue;
    for (const Version version : {Version::kTls12, Version::kTls13}) {
      conformance::Register(c, version);
    }
  }
  return RUN_ALL_TESTS();
}
