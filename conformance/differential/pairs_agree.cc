#include "conformance/differential/pairs_agree.h"

#include <algorithm>
#include <span>

namespace tandem::conformance {
namespace {

std::string LineOf(const Trace& trace, std::size_t line) {
  return line < trace.lines.size() ? trace.lines[line] : std::string();
}

std::array<std::string, kPairCount> LinesOf(const Traces& traces, std::size_t line) {
  std::array<std::string, kPairCount> lines;
  std::transform(traces.begin(), traces.end(), lines.begin(),
                 [line](const Trace& trace) { return LineOf(trace, line); });
  return lines;
}

bool AllSame(std::span<const std::string> lines) {
  return std::all_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line == lines.front(); });
}

// Without lines.
Difference BrokenPromises(const Traces& traces, const std::array<std::string, kPairCount>& names) {
  Difference difference;
  for (std::size_t i = 0; i < kPairCount; ++i) {
    for (CheckFailure failure : traces[i].failures) {
      failure.text = names[i] + ": " + failure.text;
      difference.failures.push_back(std::move(failure));
    }
  }
  return difference;
}

std::size_t LongestOf(const Traces& traces) {
  std::size_t length = 0;
  for (const Trace& trace : traces) length = std::max(length, trace.lines.size());
  return length;
}

}  // namespace

std::array<std::string, kPairCount> PairNames(const Backend& first, const Backend& second) {
  const std::string one(first.name());
  const std::string other(second.name());
  return {one + "-" + one, one + "-" + other, other + "-" + one, other + "-" + other};
}

Traces PlayOnAllPairs(const Script& script, const Backend& first, const Backend& second,
                      const CallHooks& hooks) {
  const auto play = [&](const Backend& client, const Backend& server) {
    WorldParts parts{client, server};
    parts.hooks = hooks;
    return Play(script, parts);
  };
  return {play(first, first), play(first, second), play(second, first), play(second, second)};
}

std::optional<Difference> FirstDifference(const Traces& traces,
                                          const std::array<std::string, kPairCount>& names,
                                          std::size_t from) {
  const std::size_t length = LongestOf(traces);
  Difference difference = BrokenPromises(traces, names);
  for (difference.line = from; difference.line < length; ++difference.line) {
    difference.traces = LinesOf(traces, difference.line);
    if (!AllSame(difference.traces)) return difference;
  }
  if (difference.failures.empty()) return std::nullopt;
  return difference;
}

std::string TextOf(const Difference& difference, const std::array<std::string, kPairCount>& names) {
  std::string text;
  std::array<bool, kPairCount> told{};
  for (std::size_t i = 0; i < kPairCount && !AllSame(difference.traces); ++i) {
    if (told[i]) continue;
    for (std::size_t j = i; j < kPairCount; ++j) {
      if (difference.traces[j] != difference.traces[i]) continue;
      text += (j == i ? "" : ", ") + names[j];
      told[j] = true;
    }
    text += ":\n    " + difference.traces[i] + "\n";
  }
  for (const CheckFailure& failure : difference.failures) {
    text += failure.file + ":" + std::to_string(failure.line) + ": " + failure.text + "\n";
  }
  return text;
}

std::string SideBySide(const Traces& traces, const std::array<std::string, kPairCount>& names) {
  std::string text;
  const std::size_t length = LongestOf(traces);
  for (std::size_t line = 0; line < length; ++line) {
    const Difference at{line, LinesOf(traces, line), {}};
    text += AllSame(at.traces) ? "    " + at.traces.front() + "\n" : TextOf(at, names);
  }
  return text + TextOf(BrokenPromises(traces, names), names);
}

}  // namespace tandem::conformance
