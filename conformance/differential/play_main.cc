// Plays scripts on all pairs of two backends and prints what their applications saw.
//
//     play --script='w0.settle; c0.write 100; s0.read_all'
//     play --seed=7                what GenerateScript() makes of 7
//     play --seed=7 --shrink       the shortest like it in which the pairs still differ
//     play --from=1 --count=100    only what differs, shrunk, of so many seeds

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/differential/comparison.h"
#include "conformance/differential/pairs_agree.h"
#include "conformance/differential/script.h"
#include "conformance/differential/script_generator.h"
#include "conformance/differential/shrink.h"
#include "conformance/pairs/pair.h"
#include "tandem/error.h"

namespace tandem::conformance {
namespace {

struct Wishes {
  std::optional<Script> script;
  bool shrink = false;
  std::uint64_t from = 1;
  std::uint64_t count = 0;
};

std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Returns what is wrong with a flag; empty: nothing.
std::string Read(std::string_view flag, Wishes& wishes) {
  const std::size_t name_size = std::min(flag.find('='), flag.size());
  const std::string_view name = flag.substr(0, name_size);
  const std::string_view value = flag.substr(std::min(name_size + 1, flag.size()));
  if (name == "--script") {
    auto parsed = ParseScript(value);
    if (!parsed.ok()) return parsed.error().what;
    wishes.script = *std::move(parsed);
    return {};
  }
  if (flag == "--shrink") {
    wishes.shrink = true;
    return {};
  }
  const auto number = Number(value);
  if (!number.has_value()) return "neither a flag nor one with a number";
  if (name == "--seed") {
    wishes.script = GenerateScript(*number);
  } else if (name == "--from") {
    wishes.from = *number;
  } else if (name == "--count") {
    wishes.count = *number;
  } else {
    return "there is no such flag";
  }
  return {};
}

bool Differ(const Script& script) {
  const auto names = PairNames(ClientBackend(), ServerBackend());
  return FirstDifference(PlayOnAllPairs(script, ClientBackend(), ServerBackend()), names)
      .has_value();
}

void Show(Script script, bool shrink) {
  if (shrink && Differ(script)) script = Shrink(script, Differ);
  const auto names = PairNames(ClientBackend(), ServerBackend());
  const Traces traces = PlayOnAllPairs(script, ClientBackend(), ServerBackend());
  std::printf("--script='%s'\n%s", TextOf(script).c_str(), SideBySide(traces, names).c_str());
}

bool CompareMany(std::uint64_t from, std::uint64_t count) {
  Tally tally;
  for (std::uint64_t seed = from; seed < from + count; ++seed) {
    const std::string report =
        CompareOnAllPairs(GenerateScript(seed), ClientBackend(), ServerBackend(), {}, tally);
    if (report.empty()) continue;
    std::printf("--seed=%llu: %s", static_cast<unsigned long long>(seed), report.c_str());
    static_cast<void>(std::fflush(stdout));
  }
  std::printf("%s\n", tally.Text().c_str());
  return tally.differences == 0;
}

int Main(int argc, char** argv) {
  Wishes wishes;
  for (int i = 1; i < argc; ++i) {
    const std::string complaint = Read(argv[i], wishes);
    if (complaint.empty()) continue;
    std::fprintf(stderr, "%s: %s\n", argv[i], complaint.c_str());
    return 2;
  }
  if (wishes.script.has_value()) {
    Show(*std::move(wishes.script), wishes.shrink);
    return 0;
  }
  return CompareMany(wishes.from, wishes.count) ? 0 : 1;
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) { return tandem::conformance::Main(argc, argv); }
