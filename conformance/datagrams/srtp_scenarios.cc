// Keys for SRTP come out of a handshake, the same at both ends.

#include <gtest/gtest.h>

#include "conformance/datagrams/datagram_scenario.h"
#include "tandem/srtp.h"

namespace tandem::conformance {
namespace {

constexpr SrtpProfile kLong = SrtpProfile::kAes128CmHmacSha1_80;
constexpr SrtpProfile kShort = SrtpProfile::kAes128CmHmacSha1_32;

class SrtpScenario : public DatagramScenario {
 protected:
  // Says whether the handshake was done at both ends.
  bool ConnectWith(std::vector<SrtpProfile> client, std::vector<SrtpProfile> server) {
    world_.Open(world_.Build(world_.ClientRules().Srtp(std::move(client))),
                world_.Build(world_.ServerRules().Srtp(std::move(server))));
    return world_.Handshake().done();
  }

  std::optional<SrtpProfile> AgreedBy(DatagramEnd& end) { return end.session().info()->srtp; }
};

TEST_F(SrtpScenario, BothEndsDeriveTheSameKeys) {
  ASSERT_TRUE(ConnectWith({kLong}, {kLong}));
  EXPECT_EQ(AgreedBy(world_.client()), kLong);
  EXPECT_EQ(AgreedBy(world_.server()), kLong);
  const auto client = world_.client().session().ExportSrtpKeys();
  const auto server = world_.server().session().ExportSrtpKeys();
  ASSERT_TRUE(client.ok() && server.ok());
  EXPECT_EQ(client->client_key, server->client_key);
  EXPECT_EQ(client->server_key, server->server_key);
  EXPECT_EQ(client->client_salt, server->client_salt);
  EXPECT_EQ(client->server_salt, server->server_salt);
  EXPECT_EQ(client->client_key.size(), 16U);
  EXPECT_EQ(client->client_salt.size(), 14U);
  EXPECT_NE(client->client_key, client->server_key);
  EXPECT_NE(client->client_salt, client->server_salt);
}

TEST_F(SrtpScenario, KeysAreTheExportersInTheOrderOfTheRfc) {
  ASSERT_TRUE(ConnectWith({kShort}, {kShort}));
  const auto keys = world_.client().session().ExportSrtpKeys();
  const auto material =
      world_.server().session().Export("EXTRACTOR-dtls_srtp", std::nullopt, 2 * (16 + 14));
  ASSERT_TRUE(keys.ok() && material.ok());
  Bytes joined;
  for (const Bytes* part :
       {&keys->client_key, &keys->server_key, &keys->client_salt, &keys->server_salt}) {
    joined.insert(joined.end(), part->begin(), part->end());
  }
  EXPECT_EQ(joined, *material);
}

TEST_F(SrtpScenario, TheServersOrderDecides) {
  ASSERT_TRUE(ConnectWith({kLong, kShort}, {kShort, kLong}));
  EXPECT_EQ(AgreedBy(world_.client()), kShort);
  EXPECT_EQ(AgreedBy(world_.server()), kShort);
}

TEST_F(SrtpScenario, WithoutACommonProfileThereIsNoneAndTheHandshakeIsDone) {
  ASSERT_TRUE(ConnectWith({kLong}, {kShort}));
  EXPECT_EQ(AgreedBy(world_.client()), std::nullopt);
  EXPECT_EQ(AgreedBy(world_.server()), std::nullopt);
  const auto keys = world_.client().session().ExportSrtpKeys();
  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().kind, ErrorKind::kUnsupported);
}

TEST_F(SrtpScenario, WhoDoesNotAskForItDoesNotGetIt) {
  ASSERT_TRUE(ConnectWith({}, {kLong}));
  EXPECT_EQ(AgreedBy(world_.client()), std::nullopt);
  ASSERT_TRUE(ConnectWith({kLong}, {}));
  EXPECT_EQ(AgreedBy(world_.server()), std::nullopt);
  EXPECT_TRUE(Talk());
}

TEST_F(SrtpScenario, KeysAreMisusedBeforeTheHandshake) {
  world_.Open(world_.Build(world_.ClientRules().Srtp({kLong})),
              world_.Build(world_.ServerRules().Srtp({kLong})));
  const auto keys = world_.client().session().ExportSrtpKeys();
  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().kind, ErrorKind::kMisuse);
}

}  // namespace
}  // namespace tandem::conformance
