// The flags of a runner.

#ifndef TANDEM_CONFORMANCE_SUITE_OPTIONS_H_
#define TANDEM_CONFORMANCE_SUITE_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/glob.h"
#include "conformance/world/world.h"

namespace tandem::conformance {

/// How the results are written.
enum class Format : std::uint8_t { kTable, kTap, kJunit, kJson };

/// What the flags ask for.
struct Options {
  bool help = false;
  bool list = false;
  Filter filter;
  std::vector<std::string> clients;   ///< Names; none: all.
  std::vector<std::string> servers;   ///< Likewise.
  std::optional<std::uint64_t> seed;  ///< Nothing: 1, or by the day where the effort is long.
  bool draws_seed = false;            ///< --seed=random.
  std::uint64_t repeat = 1;
  std::optional<unsigned> jobs;                 ///< Nothing: as many as there are processors.
  std::optional<std::chrono::seconds> timeout;  ///< Nothing: kTimeout or kLongTimeout.
  Effort effort = Effort::kUsual;
  Format format = Format::kTable;
  std::string output;      ///< A file; empty: standard output.
  std::string exceptions;  ///< A file; empty: none.
  bool stop = false;
  bool verbose = false;
};

/// For one run, by the effort. A usual one takes milliseconds, a long sweep minutes, and a
/// sanitizer on a busy machine makes both twenty times as long.
inline constexpr std::chrono::seconds kTimeout{120};
inline constexpr std::chrono::seconds kLongTimeout{1800};

/// More processes than this are a mistake.
inline constexpr unsigned kJobsLimit = 256;

/// More repetitions than this are a mistake.
inline constexpr std::uint64_t kRepeatLimit = 1'000'000;

/// Reads `arguments`, without the program's name, into `options`. Returns what is wrong, and what
/// would be right, in one line; empty if nothing is wrong.
std::string ParseOptions(std::span<const char* const> arguments, Options& options);

/// Returns the text of --help.
std::string HelpText();

/// Returns the number that all of `text` is, in decimal; nothing if it is none.
std::optional<std::uint64_t> NumberIn(std::string_view text);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_OPTIONS_H_
