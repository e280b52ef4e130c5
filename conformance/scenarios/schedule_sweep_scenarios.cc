// Schedules that a seed makes: one connection that is disturbed in many ways at once, and many
// connections on one thread of which some come to grief.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/scenarios/random_schedule.h"
#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/short_exchange.h"

namespace tandem::conformance {
namespace {

// The first is the World's own: the seed that a failure names replays it alone, with --seed.
std::uint64_t SeedOf(const World& w, std::uint64_t round) {
  return round == 0 ? w.seed() : Random(w.seed() * 1'000'003 + round).Next() >> 32;
}

std::unique_ptr<World> Play(World& w, const RandomSchedule& schedule) {
  WorldParts parts = w.parts();
  parts.seed = schedule.seed;
  auto world = std::make_unique<World>(parts);
  PlaySchedule(*world, schedule);
  return world;
}

// Leaves out whatever it fails without.
std::unique_ptr<World> PlayLess(World& w, RandomSchedule schedule, std::unique_ptr<World> failed) {
  for (unsigned i = 0; i < kDisturbances; ++i) {
    const auto one = static_cast<Disturbance>(i);
    if (!schedule.Has(one)) continue;
    auto played = Play(w, schedule.Without(one));
    if (!played->failed()) continue;
    schedule = schedule.Without(one);
    failed = std::move(played);
  }
  return failed;
}

void AnySchedule(World& w) {
  const std::uint64_t rounds = w.effort() == Effort::kLong ? 2000 : 60;
  for (std::uint64_t round = 0; round < rounds && !w.failed(); ++round) {
    const RandomSchedule schedule = ScheduleOf(SeedOf(w, round));
    auto played = Play(w, schedule);
    w.Absorb(played->failed() ? *PlayLess(w, schedule, std::move(played)) : *played);
  }
}

// What becomes of one of many connections.
enum class Fate : std::uint8_t { kNone, kGarbage, kCut, kFlipped, kAbandoned };

struct OneOfMany {
  std::unique_ptr<Connection> connection;
  std::unique_ptr<ShortExchange> exchange;
  Fate fate = Fate::kNone;
  std::size_t when = 0;  ///< Bytes, or steps, before its fate comes.
  std::size_t steps = 0;
};

// Brings a fate that comes by itself.
void Doom(World& w, OneOfMany& one) {
  Link& link = w.random().OneIn(2) ? one.connection->to_client : one.connection->to_server;
  if (one.fate == Fate::kCut) link.knobs.cut_at = one.when;
  if (one.fate == Fate::kFlipped) link.knobs.flipped = {one.when, 3};
}

std::vector<OneOfMany> OpenMany(World& w, const ExchangeConfigs& configs) {
  std::vector<OneOfMany> all(8 + w.random().Below(57));
  for (std::size_t i = 0; i < all.size(); ++i) {
    OneOfMany& one = all[i];
    w.Open(configs.client, configs.server);
    one.connection = w.Detach();
    one.exchange = std::make_unique<ShortExchange>(
        w, *one.connection, ExchangeShape{.pattern = i, .times = w.random().OneIn(4) ? 50U : 1U});
    one.connection->to_client.knobs.receive_chop = 1 + w.random().Below(500);
    one.connection->to_server.knobs.capacity = 1 + w.random().Below(2000);
    if (w.random().OneIn(3)) one.fate = static_cast<Fate>(1 + w.random().Below(4));
    one.when = w.random().Below(one.fate == Fate::kCut || one.fate == Fate::kFlipped ? 1500 : 30);
    Doom(w, one);
  }
  return all;
}

// Gives one connection a turn of each of its programs, and its fate when it is time.
bool Step(OneOfMany& one) {
  if (one.steps++ == one.when) {
    if (one.fate == Fate::kGarbage) one.connection->to_client.Inject(Pattern(50, one.when));
    if (one.fate == Fate::kAbandoned) one.connection->server.Abandon();
  }
  one.exchange->Advance();
  bool woke = false;
  for (End* end : {&one.connection->client, &one.connection->server}) {
    if (!end->Wakes()) continue;
    end->Turn();
    woke = true;
  }
  return woke;
}

// Steps all, each time in another order, until none has anything to do.
void StepAll(World& w, std::vector<OneOfMany>& all) {
  constexpr std::size_t round_limit = 100'000;
  std::vector<std::size_t> order(all.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t round = 0; round < round_limit; ++round) {
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[w.random().Below(i)]);
    }
    bool woke = false;
    for (const std::size_t i : order) woke = Step(all[i]) || woke;
    if (!woke) return;
  }
  w.That(false, "they never come to rest");
}

// Who waits for what will never come hangs up in the end.
void HangUpAll(World& w, std::vector<OneOfMany>& all) {
  for (OneOfMany& one : all) {
    if (one.fate == Fate::kNone) continue;
    one.connection->to_client.End();
    one.connection->to_server.End();
  }
  StepAll(w, all);
}

void CameToWhatItShould(World& w, OneOfMany& one) {
  if (one.fate == Fate::kNone) {
    one.exchange->WentRight();
    return;
  }
  for (const End* end : {&one.connection->client, &one.connection->server}) {
    one.exchange->WasToldTheTruth(*end);
    const bool over = !end->started() || one.exchange->EndedWell(*end) || end->error() != nullptr;
    w.That(over, "should have come to an end; " + end->Describe());
  }
}

void ManySessions(World& w) {
  const ExchangeConfigs configs = BuildExchangeConfigs(w);
  const std::uint64_t rounds = w.effort() == Effort::kLong ? 50 : 2;
  for (std::uint64_t round = 0; round < rounds && !w.failed(); ++round) {
    const Note in_round(w.checks(), "round " + std::to_string(round));
    w.BeginRound(round);
    std::vector<OneOfMany> all = OpenMany(w, configs);
    StepAll(w, all);
    HangUpAll(w, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Note in_session(w.checks(), "session " + std::to_string(i));
      CameToWhatItShould(w, all[i]);
    }
  }
}

constexpr Scenario kScenarios[] = {
    {"AnyScheduleGivesTheSameExchange", kEach, AnySchedule},
    {"SessionsThatComeToGriefLeaveTheOthersAlone", kEach, ManySessions},
};

}  // namespace

std::span<const Scenario> ScheduleSweepScenarios() { return kScenarios; }

}  // namespace tandem::conformance
