// Output that stops at every byte in turn, while both ends write and change their keys.

#include <algorithm>
#include <string>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/short_exchange.h"

namespace tandem::conformance {
namespace {

using Type = Event::Type;

constexpr std::size_t kStride = 3;
constexpr std::uint64_t kRounds = 3;

void Append(Bytes& all, std::span<const std::byte> more) {
  all.insert(all.end(), more.begin(), more.end());
}

// A connection of which one end, `mute`, cannot send more than a few bytes for a while.
struct Conversation {
  World& w;
  End& mute;
  End& other;
  Link& out;
  Bytes from_mute;
  Bytes from_other;
  int rekeys_to_do = 0;

  // A program that was told to wait with a new key asks again. It has to wait exactly while other
  // output does, and nothing gets out here before the end.
  void RekeyWhatCanBe() {
    while (rekeys_to_do > 0) {
      const bool waits = mute.session().interest().write;
      w.Equal(mute.Rekey(false), waits ? Status::kWantWrite : Status::kOk, "Rekey()");
      if (waits) return;
      --rekeys_to_do;
    }
  }

  // Both write; the mute end changes its key behind that, and the other asks for it once too.
  void Round(std::uint64_t round) {
    const Bytes aloud = Pattern(40 + round, round);
    mute.Send(aloud);
    Append(from_mute, aloud);
    if (w.tls13() && round == 1) w.Equal(other.Rekey(true), Status::kOk, "the other's Rekey()");
    const Bytes heard = Pattern(50 + round, 100 + round);
    other.Send(heard);
    Append(from_other, heard);
    w.RunUntilQuiet();
    if (w.tls13()) ++rekeys_to_do;
    RekeyWhatCanBe();
    w.RunUntilQuiet();
    w.Got(mute, from_other);
    const std::size_t came = std::min(other.received().size(), from_mute.size());
    w.Got(other, std::span(from_mute).first(came));
  }

  void GoOn() {
    out.knobs.send_quota = LinkKnobs::kUnlimited;
    w.RunUntilQuiet();
    RekeyWhatCanBe();
    w.Equal(rekeys_to_do, 0, "keys to change with nothing in the way");
    w.RunUntilQuiet();
    w.Got(other, from_mute);
    w.Exchange(Pattern(70, 7), Pattern(80, 8));
    w.Lives(mute);
    w.Lives(other);
  }
};

// Each key is changed as often as was asked for, and a request is answered once.
void KeysWereChanged(World& w, End& mute, End& other) {
  const auto count = [](End& end, Type type) {
    return static_cast<std::uint64_t>(std::count(end.events().begin(), end.events().end(), type));
  };
  w.Equal(count(mute, Type::kRekeyedByUs), kRounds, mute.name() + "'s own rekeys");
  w.Equal(count(mute, Type::kRekeyedByPeer), std::uint64_t{1}, "rekeys that it saw");
  w.Equal(count(other, Type::kRekeyedByPeer), kRounds + 1, "rekeys that " + other.name() + " saw");
}

// Returns how many bytes the mute end had to say before it could go on.
std::size_t BlockAfter(World& w, const ExchangeConfigs& configs, bool client, std::size_t quota) {
  const Note note(w.checks(), "blocked after " + std::to_string(quota) + " bytes");
  w.BeginRound(quota);
  Connection& open = w.Open(configs.client, configs.server);
  if (!w.Handshake()) return 0;
  w.RunUntilQuiet();
  Conversation talk = {w,
                       client ? open.client : open.server,
                       client ? open.server : open.client,
                       client ? open.to_server : open.to_client,
                       {},
                       {}};
  const std::size_t begin = talk.out.sent();
  talk.out.knobs.send_quota = quota;
  for (std::uint64_t round = 0; round < kRounds; ++round) talk.Round(round);
  const std::size_t said = talk.out.sent() - begin;
  talk.GoOn();
  if (w.tls13()) KeysWereChanged(w, talk.mute, talk.other);
  return said;
}

void BlockAnywhere(World& w, bool client) {
  constexpr std::size_t never = 100'000;
  const ExchangeConfigs configs = BuildExchangeConfigs(w);
  const std::size_t length = BlockAfter(w, configs, client, never);
  for (const std::size_t quota : SweepPoints(w, length + 1, kStride)) {
    if (w.failed()) return;
    BlockAfter(w, configs, client, quota);
  }
}

constexpr Scenario kScenarios[] = {
    {"ClientBlockedAnywhereLosesAndRepeatsNothing", kEach,
     [](World& w) { BlockAnywhere(w, true); }},
    {"ServerBlockedAnywhereLosesAndRepeatsNothing", kEach,
     [](World& w) { BlockAnywhere(w, false); }},
};

}  // namespace

std::span<const Scenario> BlockedSweepScenarios() { return kScenarios; }

}  // namespace tandem::conformance
