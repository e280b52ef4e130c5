#include "conformance/differential/comparison.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "conformance/differential/known_differences.h"
#include "conformance/differential/pairs_agree.h"
#include "conformance/differential/play.h"
#include "conformance/differential/shrink.h"

namespace tandem::conformance {
namespace {

void Count(const Trace& trace, Tally& tally) {
  tally.schedules += trace.connections;
  tally.actions += trace.actions;
}

using Names = std::array<std::string, kPairCount>;

// What is found in the traces of a script.
struct Finding {
  bool known = false;
  std::optional<Difference> unknown;
};

Finding Examine(const Script& script, const Traces& traces, const Names& names) {
  Finding finding;
  for (std::size_t from = 0;;) {
    auto difference = FirstDifference(traces, names, from);
    if (!difference.has_value()) return finding;
    const KnownDifference* known = FindKnownDifference(script, *difference);
    if (known == nullptr) {
      finding.unknown = std::move(difference);
      return finding;
    }
    finding.known = true;
    if (known->derails) return finding;
    from = difference->line + 1;
  }
}

std::string ReplayText(const Script& script) {
  return "bazel run //conformance/differential:play -- --script='" + TextOf(script) + "'\n";
}

}  // namespace

std::string Tally::Text() const {
  return std::to_string(scripts) + " scripts, " + std::to_string(kPairCount) + " pairs, " +
         std::to_string(schedules) + " schedules, " + std::to_string(actions) + " actions, " +
         std::to_string(known) + " known differences, " + std::to_string(differences) +
         " differences";
}

std::string CompareOnAllPairs(const Script& script, const Backend& first, const Backend& second,
                              const CallHooks& hooks, Tally& tally) {
  const auto names = PairNames(first, second);
  const auto examine = [&](const Script& candidate) {
    return Examine(candidate, PlayOnAllPairs(candidate, first, second, hooks), names);
  };
  const Traces traces = PlayOnAllPairs(script, first, second, hooks);
  ++tally.scripts;
  for (const Trace& trace : traces) Count(trace, tally);
  const Finding found = Examine(script, traces, names);
  if (found.known) ++tally.known;
  if (!found.unknown.has_value()) return {};
  ++tally.differences;
  const Script shortest = Shrink(
      script, [&](const Script& candidate) { return examine(candidate).unknown.has_value(); });
  const auto shown = examine(shortest).unknown;
  return "the pairs differ\n" + TextOf(shown.value_or(*found.unknown), names) +
         ReplayText(shortest);
}

std::string PromisesBroken(const Script& script, const WorldParts& parts, Tally& tally) {
  const Trace trace = Play(script, parts);
  ++tally.scripts;
  Count(trace, tally);
  if (trace.failures.empty()) return {};
  ++tally.differences;
  const Script shortest = Shrink(
      script, [&](const Script& candidate) { return !Play(candidate, parts).failures.empty(); });
  std::string text = "a promise is broken\n";
  // What is broken by chance may be whole the next time.
  auto failures = Play(shortest, parts).failures;
  if (failures.empty()) failures = trace.failures;
  for (const CheckFailure& failure : failures) text += failure.text + "\n";
  return text + ReplayText(shortest);
}

}  // namespace tandem::conformance
