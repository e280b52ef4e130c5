// Paths that carry no more than so many bytes.

#include <gtest/gtest.h>

#include "conformance/datagrams/datagram_scenario.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kNarrow = 600;

/// What a record costs at most: header, explicit nonce, tag.
constexpr std::size_t kRecordCost = 13 + 8 + 16;

class PathScenario : public DatagramScenario {
 protected:
  void NarrowBoth(std::size_t PathKnobs::*knob) {
    for (const Direction direction : kDirections) Path(world_.network(), direction).*knob = kNarrow;
  }
};

TEST_F(PathScenario, NoDatagramIsLargerThanTheMaximumPayload) {
  for (const std::size_t payload : {256U, 257U, 300U, 548U, 1200U, 1472U, 9000U, 65507U}) {
    const Note note(world_.checks(), "payload " + std::to_string(payload));
    OpenWith({.max_payload = payload});
    if (!world_.That(world_.Handshake().done(), "the handshake is not done")) continue;
    for (DatagramEnd* end : {&world_.client(), &world_.server()}) {
      const std::size_t most = end->session().max_datagram();
      world_.That(most + kRecordCost >= std::min<std::size_t>(payload, 1 << 14),
                  "max_datagram() is " + std::to_string(most));
      end->Write(Pattern(most, 1));
    }
    world_.RunUntilQuiet();
    for (const Direction direction : kDirections) {
      const std::size_t largest = world_.network().largest(direction);
      world_.That(largest <= payload, Show(direction) + ": " + std::to_string(largest) + " bytes");
    }
    world_.That(world_.client().received().size() == 1, "the largest came to the client");
    world_.That(world_.server().received().size() == 1, "the largest came to the server");
  }
}

TEST_F(PathScenario, ABlackHoleDoesNotMatterToWhoKnowsIt) {
  OpenWith({.max_payload = kNarrow});
  NarrowBoth(&PathKnobs::black_hole_above);
  const HandshakeOutcome outcome = world_.Handshake();
  EXPECT_TRUE(outcome.done()) << world_.Describe();
  EXPECT_LT(outcome.took, 500ms);
  const std::size_t most = world_.client().session().max_datagram();
  EXPECT_EQ(world_.client().Write(Pattern(most, 1)), Status::kOk);
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_EQ(world_.server().received().size(), 1U) << world_.Describe();
}

TEST_F(PathScenario, AHandshakeFindsOutAboutABlackHole) {
  world_.Open();
  NarrowBoth(&PathKnobs::black_hole_above);
  EXPECT_TRUE(world_.Handshake().done()) << world_.Describe();
}

TEST_F(PathScenario, AHandshakeHeedsMessageTooLong) {
  world_.Open();
  NarrowBoth(&PathKnobs::refused_above);
  const HandshakeOutcome outcome = world_.Handshake();
  EXPECT_TRUE(outcome.done()) << world_.Describe();
}

TEST_F(PathScenario, DataThatIsTooLongForThePathIsRefusedAndSmallerDataIsSent) {
  ASSERT_TRUE(world_.Connect());
  NarrowBoth(&PathKnobs::refused_above);
  DatagramEnd& client = world_.client();
  const std::size_t before = client.session().max_datagram();
  EXPECT_EQ(client.Write(Pattern(before, 1)), Status::kRefused);
  EXPECT_EQ(client.error(), nullptr);
  const std::size_t after = client.session().max_datagram();
  EXPECT_LT(after, before);
  EXPECT_EQ(client.Write(Pattern(after, 2)), Status::kOk);
  EXPECT_TRUE(world_.RunUntilQuiet());
  ASSERT_EQ(world_.server().received().size(), 1U) << world_.Describe();
  EXPECT_EQ(world_.server().received()[0].payload, Pattern(after, 2));
}

TEST_F(PathScenario, WhoLearnsOfANarrowerPathSaysSo) {
  ASSERT_TRUE(world_.Connect());
  NarrowBoth(&PathKnobs::black_hole_above);
  for (DatagramEnd* end : {&world_.client(), &world_.server()}) {
    EXPECT_EQ(end->session().SetMaxPayload(kNarrow), Status::kOk);
    const std::size_t most = end->session().max_datagram();
    EXPECT_LT(most, kNarrow);
    EXPECT_GE(most + kRecordCost, kNarrow);
    EXPECT_EQ(end->Write(Pattern(most, 1)), Status::kOk);
    EXPECT_EQ(end->Write(Pattern(most + 1, 1)), Status::kRefused);
  }
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_EQ(world_.client().received().size(), 1U) << world_.Describe();
  EXPECT_EQ(world_.server().received().size(), 1U) << world_.Describe();
}

TEST_F(PathScenario, WhoLearnsOfAWiderPathSaysSo) {
  OpenWith({.max_payload = kNarrow});
  ASSERT_TRUE(world_.Handshake().done()) << world_.Describe();
  DatagramEnd& server = world_.server();
  const std::size_t before = server.session().max_datagram();
  EXPECT_EQ(server.session().SetMaxPayload(2 * kNarrow), Status::kOk);
  EXPECT_EQ(server.session().max_datagram(), before + kNarrow);
  EXPECT_EQ(server.Write(Pattern(before + kNarrow, 1)), Status::kOk);
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_EQ(world_.client().received().size(), 1U) << world_.Describe();
}

TEST_F(PathScenario, AnImpossibleMaximumPayloadIsRefused) {
  ASSERT_TRUE(world_.Connect());
  const std::size_t before = world_.client().session().max_datagram();
  for (const std::size_t bytes : {0U, 255U, 65508U}) {
    EXPECT_EQ(world_.client().session().SetMaxPayload(bytes), Status::kRefused) << bytes;
  }
  EXPECT_EQ(world_.client().session().max_datagram(), before);
  Talk();
}

}  // namespace
}  // namespace tandem::conformance
