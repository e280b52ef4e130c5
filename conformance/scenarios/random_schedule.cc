#include "conformance/scenarios/random_schedule.h"

#include <array>
#include <string_view>

namespace tandem::conformance {
namespace {

constexpr std::array<std::string_view, kDisturbances> kNames = {
    "send chop",    "receive chop", "capacity", "random sizes",       "stalls", "coalesce",
    "odd programs", "quotas",       "changes",  "client certificate", "large"};

// How often what stops may stop, before it is left alone.
constexpr int kStops = 200;

// Half of the time few, so that what happens at the edges happens often.
std::size_t Size(Random& random, std::size_t most) {
  return 1 + random.Below(random.OneIn(2) ? 40 : most);
}

// What the times of kLarge come to: some 50,000 bytes.
constexpr std::size_t kLargeTimes = 300;

}  // namespace

RandomSchedule ScheduleOf(std::uint64_t seed) {
  Random random(seed);
  // The bits that two numbers share are a quarter of all: most schedules disturb in a few ways.
  const std::uint64_t many = random.Next();
  const std::uint64_t few = many & random.Next();
  const std::uint64_t all = random.OneIn(4) ? many : few;
  return {seed, static_cast<std::uint32_t>(all) & ((1U << kDisturbances) - 1)};
}

std::string Describe(const RandomSchedule& schedule) {
  std::string text;
  for (unsigned i = 0; i < kDisturbances; ++i) {
    if (!schedule.Has(static_cast<Disturbance>(i))) continue;
    text += (text.empty() ? "" : ", ") + std::string(kNames[i]);
  }
  return text.empty() ? "nothing" : text;
}

void Disturber::Turn() {
  TurnLink(connection_.to_server, 2 * turns_);
  TurnLink(connection_.to_client, 2 * turns_ + 1);
  TurnProgram(connection_.client, 2 * turns_);
  TurnProgram(connection_.server, 2 * turns_ + 1);
  ++turns_;
}

void Disturber::TurnLink(Link& link, std::uint64_t turn) {
  const auto random = [&](Disturbance one) {
    return Random(Random(schedule_.seed + static_cast<unsigned>(one)).Next() + turn);
  };
  const auto size = [&](Disturbance one, std::size_t most) {
    Random its_own = random(one);
    return Size(its_own, most);
  };
  using enum Disturbance;
  if (schedule_.Has(kSendChop)) link.knobs.send_chop = size(kSendChop, 1000);
  if (schedule_.Has(kReceiveChop)) link.knobs.receive_chop = size(kReceiveChop, 1000);
  if (schedule_.Has(kCapacity)) link.knobs.capacity = size(kCapacity, 5000);
  if (schedule_.Has(kRandomSizes)) link.knobs.random_sizes = !random(kRandomSizes).OneIn(4);
  if (schedule_.Has(kStalls)) {
    link.knobs.stall_one_in = static_cast<unsigned>(2 + random(kStalls).Below(4));
  }
  if (schedule_.Has(kCoalesce)) link.knobs.coalesce = size(kCoalesce, 4000);
  if (schedule_.Has(kQuotas)) {
    Random quotas = random(kQuotas);
    link.knobs.send_quota = Size(quotas, 3000);
    link.knobs.receive_quota = Size(quotas, 2000);
  }
}

void Disturber::TurnProgram(End& end, std::uint64_t turn) {
  if (!schedule_.Has(Disturbance::kOddPrograms)) return;
  Random random(Random(schedule_.seed + kDisturbances).Next() + turn);
  end.app.read_size = Size(random, 20000);
  end.app.write_size = Size(random, 20000);
  end.app.reads_per_turn = static_cast<unsigned>(1 + random.Below(5));
}

void Disturber::MaybeTurnAgain() {
  Random random(Random(schedule_.seed).Next() + ++calls_);
  if (schedule_.Has(Disturbance::kChanges) && random.OneIn(10)) Turn();
}

bool Disturber::GoOn() {
  if (!schedule_.Has(Disturbance::kQuotas)) return false;
  bool stopped = false;
  for (Link* link : {&connection_.to_server, &connection_.to_client}) {
    stopped = stopped || link->knobs.send_quota == 0 || link->knobs.receive_quota == 0;
  }
  if (turns_ < kStops) {
    Turn();
    return stopped;
  }
  for (Link* link : {&connection_.to_server, &connection_.to_client}) {
    link->knobs.send_quota = LinkKnobs::kUnlimited;
    link->knobs.receive_quota = LinkKnobs::kUnlimited;
  }
  return stopped;
}

void PlaySchedule(World& world, const RandomSchedule& schedule) {
  const Note note(world.checks(), "schedule of --seed=" + std::to_string(schedule.seed) +
                                      ", disturbed by: " + Describe(schedule));
  world.BeginRound(0);
  const ExchangeConfigs configs =
      BuildExchangeConfigs(world, schedule.Has(Disturbance::kClientCertificate));
  Connection& open = world.Open(configs.client, configs.server);
  ShortExchange exchange(
      world, {.pattern = schedule.seed,
              .times = schedule.Has(Disturbance::kLarge) ? kLargeTimes : std::size_t{1}});
  Disturber disturber(open, schedule);
  disturber.Turn();
  do {
    world.RunUntilQuiet([&] {
      disturber.MaybeTurnAgain();
      exchange.Advance();
    });
  } while (!world.failed() && disturber.GoOn());
  exchange.WentRight();
}

}  // namespace tandem::conformance
