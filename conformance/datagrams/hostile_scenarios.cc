// Datagrams that nobody has sent: at every point of the life they change nothing.

#include <gtest/gtest.h>

#include <functional>

#include "conformance/datagrams/datagram_scenario.h"
#include "conformance/datagrams/records.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

/// What a stranger makes, knowing the datagram that it comes before.
struct Forgery {
  const char* name;
  std::function<std::vector<Bytes>(std::span<const std::byte>)> make;

  /// The receiver cannot take it for anything: it is counted.
  bool counted = true;
};

Bytes Copy(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

bool IsProtected(std::span<const std::byte> datagram) {
  const auto records = RecordsIn(datagram);
  return !records.empty() && records.back().epoch > 0;
}

// A record whose header promises more than there is.
std::vector<Bytes> TruncatedRecord(std::span<const std::byte> datagram) {
  const auto records = RecordsIn(datagram);
  if (records.empty()) return {};
  const std::size_t half = DatagramRecord::kHeaderSize + records.front().size / 2;
  return {Copy(datagram.first(half))};
}

// Only where a key protects it: in plaintext it would be another message, not a bad one.
std::vector<Bytes> BadMac(std::span<const std::byte> datagram) {
  const auto records = RecordsIn(datagram);
  if (!IsProtected(datagram)) return {};
  return {WithLastBitTurned(Copy(datagram.subspan(records.back().begin)))};
}

std::vector<Forgery> Forgeries() {
  using Span = std::span<const std::byte>;
  return {
      {"empty", [](Span) { return std::vector<Bytes>{{}}; }},
      {"one byte", [](Span) { return std::vector<Bytes>{{std::byte{22}}}; }},
      {"garbage", [](Span) { return std::vector<Bytes>{Pattern(100, 3)}; }},
      {"large garbage", [](Span) { return std::vector<Bytes>{Pattern(3000, 4)}; }},
      {"header alone", [](Span of) { return std::vector<Bytes>{Copy(of.first(12))}; }},
      {"truncated record", TruncatedRecord},
      {"wrong epoch", [](Span of) { return std::vector<Bytes>{WithEpoch(Copy(of), 0x1234)}; }},
      {"replay", [](Span of) { return std::vector<Bytes>{Copy(of)}; }, false},
      {"bad MAC", BadMac, false},
      {"many", [](Span) { return std::vector<Bytes>(100, Pattern(50, 5)); }},
  };
}

class HostileScenario : public DatagramScenario {
 protected:
  DatagramEnd& Receiver(Direction direction) {
    return direction == Direction::kToServer ? world_.server() : world_.client();
  }

  // The last datagram that was sent in that direction.
  Bytes Last(Direction direction) {
    Bytes last;
    for (const TraceLine& line : world_.network().trace()) {
      if (line.direction == direction && line.fate != Fate::kForged) last = line.datagram;
    }
    return last;
  }
};

TEST_F(HostileScenario, ForgeriesDoNotDisturbAHandshake) {
  ASSERT_TRUE(world_.Connect());
  const Instant::duration usual = world_.worst();
  for (const Direction direction : kDirections) {
    const Ordinal count = world_.network().sent(direction);
    for (const Forgery& forgery : Forgeries()) {
      for (Ordinal at = 1; at <= count; ++at) {
        const Note note(world_.checks(), std::string(forgery.name) + " " + Show(direction) +
                                             " before #" + std::to_string(at));
        world_.Open();
        std::size_t made = 0;
        Path(world_.network(), direction).before = [&](Ordinal ordinal, auto datagram) {
          auto forged = ordinal == at ? forgery.make(datagram) : std::vector<Bytes>{};
          made += forged.size();
          return forged;
        };
        const HandshakeOutcome outcome = world_.Handshake();
        world_.RunFor(100ms);
        Path(world_.network(), direction).before = {};
        if (!world_.That(outcome.done(), "the handshake is not done")) continue;
        world_.That(outcome.took <= usual + 1ms, "the handshake was delayed");
        const std::uint64_t counted = Receiver(direction).session().datagrams_discarded();
        if (forgery.counted) {
          world_.That(counted == made,
                      "discarded " + std::to_string(counted) + " of " + std::to_string(made));
        }
        Talk();
      }
    }
  }
}

TEST_F(HostileScenario, ForgeriesDoNotDisturbAConnection) {
  for (const Forgery& forgery : Forgeries()) {
    for (const Direction direction : kDirections) {
      const Note note(world_.checks(), std::string(forgery.name) + " " + Show(direction));
      if (!world_.Connect()) continue;
      Talk();
      const std::uint64_t before = Receiver(direction).session().datagrams_discarded();
      std::size_t made = 0;
      for (const Bytes& forged : forgery.make(Last(direction))) {
        world_.network().Inject(direction, forged);
        ++made;
      }
      world_.RunUntilQuiet();
      const std::uint64_t counted = Receiver(direction).session().datagrams_discarded() - before;
      world_.That(counted == made,
                  "discarded " + std::to_string(counted) + " of " + std::to_string(made));
      Talk();
    }
  }
}

TEST_F(HostileScenario, GoodDatagramsBehindBadOnesCome) {
  ASSERT_TRUE(world_.Connect());
  world_.network().to_server().before = [](Ordinal, std::span<const std::byte> datagram) {
    return std::vector<Bytes>{{}, Pattern(20, 1), WithLastBitTurned(Copy(datagram))};
  };
  constexpr std::size_t count = 30;
  for (std::size_t i = 0; i < count; ++i) world_.client().Write(Pattern(30, i));
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_EQ(world_.server().received().size(), count) << world_.Describe();
  EXPECT_EQ(world_.server().session().datagrams_discarded(), 3 * count);
}

// A whole flight of the handshake, again, long after it.
TEST_F(HostileScenario, AReplayedHandshakeChangesNothing) {
  ASSERT_TRUE(world_.Connect());
  const auto trace = world_.network().trace();
  for (int round = 0; round < 3; ++round) {
    for (const TraceLine& line : trace) world_.network().Inject(line.direction, line.datagram);
    EXPECT_TRUE(world_.RunUntilQuiet());
    EXPECT_EQ(world_.client().timeout(), std::nullopt);
    EXPECT_EQ(world_.server().timeout(), std::nullopt);
    Talk();
  }
}

// In plaintext and from nobody: an attacker's close_notify or handshake_failure.
TEST_F(HostileScenario, APlaintextAlertAfterTheHandshakeChangesNothing) {
  ASSERT_TRUE(world_.Connect());
  for (const Direction direction : kDirections) {
    for (const int description : {0, 40, 90}) {
      const Bytes alert = {std::byte{kAlert}, std::byte{0xfe}, std::byte{0xfd},
                           std::byte{0},      std::byte{0},    std::byte{0},
                           std::byte{0},      std::byte{0},    std::byte{0},
                           std::byte{9},      std::byte{9},    std::byte{0},
                           std::byte{2},      std::byte{2},    static_cast<std::byte>(description)};
      world_.network().Inject(direction, alert);
    }
  }
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_EQ(world_.client().session().datagrams_discarded(), 3U) << world_.Describe();
  EXPECT_EQ(world_.server().session().datagrams_discarded(), 3U) << world_.Describe();
  Talk();
}

// A flood is worked off in turns, and none of them takes for ever.
TEST_F(HostileScenario, AFloodEndsNothing) {
  ASSERT_TRUE(world_.Connect());
  constexpr std::size_t count = 2000;
  for (std::size_t i = 0; i < count; ++i) {
    world_.network().Inject(Direction::kToServer, Pattern(40, i));
  }
  Talk();
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_EQ(world_.server().session().datagrams_discarded(), count);
}

}  // namespace
}  // namespace tandem::conformance
