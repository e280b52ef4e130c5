// A wire and two programs that behave as a seed says, in as many ways at once as it says.

#ifndef TANDEM_CONFORMANCE_SCENARIOS_RANDOM_SCHEDULE_H_
#define TANDEM_CONFORMANCE_SCENARIOS_RANDOM_SCHEDULE_H_

#include <cstdint>
#include <string>

#include "conformance/scenarios/short_exchange.h"
#include "conformance/world/world.h"

namespace tandem::conformance {

/// One way to disturb an exchange; each may be turned alone.
enum class Disturbance : std::uint8_t {
  kSendChop,
  kReceiveChop,
  kCapacity,
  kRandomSizes,
  kStalls,
  kCoalesce,
  kOddPrograms,  ///< They read and write pieces of odd sizes.
  kQuotas,       ///< Each direction stops and goes on in mid-flight.
  kChanges,      ///< All that is turned is turned again in mid-flight.
  kClientCertificate,
  kLarge,  ///< Hundreds of times as many bytes.
};

inline constexpr unsigned kDisturbances = static_cast<unsigned>(Disturbance::kLarge) + 1;

/// What is disturbed, and the seed by which: a disturbance that is on does the same whichever
/// others are on.
struct RandomSchedule {
  std::uint64_t seed = 1;
  std::uint32_t disturbances = (1U << kDisturbances) - 1;

  bool Has(Disturbance one) const { return (disturbances >> static_cast<unsigned>(one) & 1) != 0; }
  RandomSchedule Without(Disturbance one) const {
    return {seed, disturbances & ~(1U << static_cast<unsigned>(one))};
  }
};

/// Returns the schedule of `seed`: a few disturbances or many.
RandomSchedule ScheduleOf(std::uint64_t seed);

/// Returns what it disturbs, in words.
std::string Describe(const RandomSchedule& schedule);

/// Plays a short exchange under `schedule` in `world`, and checks that all went right.
void PlaySchedule(World& world, const RandomSchedule& schedule);

/// Disturbs one connection as `schedule` says, now and whenever it is asked to.
class Disturber {
 public:
  Disturber(Connection& connection, const RandomSchedule& schedule)
      : connection_(connection), schedule_(schedule) {}

  /// Turns the knobs of both directions and of both programs.
  void Turn();

  /// Is called between turns: turns them again now and then.
  void MaybeTurnAgain();

  /// Lets go on what stops. Says whether anything did.
  bool GoOn();

 private:
  void TurnLink(Link& link, std::uint64_t turn);
  void TurnProgram(End& end, std::uint64_t turn);

  Connection& connection_;
  RandomSchedule schedule_;
  std::uint64_t turns_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_RANDOM_SCHEDULE_H_
