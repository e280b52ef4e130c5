#include "conformance/suite/options.h"

#include <algorithm>
#include <charconv>

namespace tandem::conformance {
namespace {

struct Flag {
  std::string_view name;
  std::string_view value;  // how its value is called; empty: it takes none
  std::string_view help;

  // Returns whether `value` was right.
  bool (*set)(Options& options, std::string_view value);

  std::string_view right = {};  // what a value must be
};

template <auto member>
bool SetTrue(Options& options, std::string_view) {
  return options.*member = true;
}

template <auto member>
bool SetText(Options& options, std::string_view value) {
  options.*member = value;
  return !value.empty();
}

template <auto member>
bool AddNames(Options& options, std::string_view value) {
  const std::vector<std::string> names = Split(value, ',');
  (options.*member).insert((options.*member).end(), names.begin(), names.end());
  return !names.empty();
}

bool AddFilter(Options& options, std::string_view value) {
  options.filter.Add(value);
  return !options.filter.empty();
}

bool SetSeed(Options& options, std::string_view value) {
  options.draws_seed = value == "random";
  options.seed = NumberIn(value);
  return options.draws_seed || options.seed;
}

bool SetRepeat(Options& options, std::string_view value) {
  options.repeat = NumberIn(value).value_or(0);
  return options.repeat >= 1 && options.repeat <= kRepeatLimit;
}

bool SetJobs(Options& options, std::string_view value) {
  const auto jobs = NumberIn(value);
  if (!jobs || *jobs > kJobsLimit) return false;
  options.jobs = static_cast<unsigned>(*jobs);
  return true;
}

bool SetTimeout(Options& options, std::string_view value) {
  constexpr std::uint64_t day = 86400;
  const auto seconds = NumberIn(value);
  if (!seconds || *seconds == 0 || *seconds > day) return false;
  options.timeout = std::chrono::seconds(*seconds);
  return true;
}

bool SetLong(Options& options, std::string_view) {
  options.effort = Effort::kLong;
  return true;
}

bool SetFormat(Options& options, std::string_view value) {
  constexpr std::string_view names[] = {"table", "tap", "junit", "json"};
  const auto* name = std::find(std::begin(names), std::end(names), value);
  options.format = static_cast<Format>(name - std::begin(names));
  return name != std::end(names);
}

constexpr Flag kFlags[] = {
    {"--list", "", "print the scenarios: name, needs, runs", SetTrue<&Options::list>},
    {"--filter", "GLOB", "take Tls13/NAME, or NAME, by * and ?; A*:B*-C*: A* or B*, not C*",
     AddFilter, "a pattern"},
    {"--client", "NAME", "take these backends as clients; several by commas",
     AddNames<&Options::clients>, "a name"},
    {"--server", "NAME", "take these backends as servers; several by commas",
     AddNames<&Options::servers>, "a name"},
    {"--seed", "N", "what all schedules follow from (1); random: draw one and print it", SetSeed,
     "a number or random"},
    {"--repeat", "N", "run all N times, each time with the next seed", SetRepeat,
     "a number from 1 to 1000000"},
    {"--jobs", "N", "processes at once (as many as processors); 0: all in this one", SetJobs,
     "a number up to 256"},
    {"--timeout", "SECONDS", "end a run that takes longer (120; 1800 with --long)", SetTimeout,
     "a number of seconds from 1 to 86400"},
    {"--long", "", "sweep all that can be swept; without --seed the seed changes by the day",
     SetLong},
    {"--format", "FORMAT", "table, tap (14), junit or json", SetFormat,
     "table, tap, junit or json"},
    {"--output", "FILE", "write that there; standard output then gets the table",
     SetText<&Options::output>, "a file"},
    {"--exceptions", "FILE",
     "lines `scenario | client | server | versions | reason [| shows: TEXT]`",
     SetText<&Options::exceptions>, "a file"},
    {"--stop", "", "end at the first run that is bad", SetTrue<&Options::stop>},
    {"--verbose", "", "name the slowest runs too", SetTrue<&Options::verbose>},
    {"--help", "", "print this", SetTrue<&Options::help>},
};

std::string NoSuchFlag(std::string_view argument) {
  std::vector<std::string_view> names;
  for (const Flag& flag : kFlags) names.push_back(flag.name);
  return std::string(argument) + ": there is no such flag; is " +
         std::string(NearestNames(argument.substr(0, argument.find('=')), names, 1).front()) +
         " meant? --help names all";
}

std::string Usage(const Flag& flag) {
  return std::string(flag.name) + (flag.value.empty() ? "" : "=" + std::string(flag.value));
}

// Returns what is wrong.
std::string Set(Options& options, std::string_view argument) {
  const std::size_t equals = argument.find('=');
  const std::string_view name = argument.substr(0, equals);
  const auto* flag = std::find_if(std::begin(kFlags), std::end(kFlags),
                                  [&](const Flag& each) { return each.name == name; });
  if (flag == std::end(kFlags)) return NoSuchFlag(argument);
  if (flag->value.empty() && equals != argument.npos) {
    return std::string(argument) + ": " + std::string(name) + " takes no value";
  }
  if (!flag->value.empty() && equals == argument.npos) {
    return std::string(name) + " needs a value: " + Usage(*flag);
  }
  const std::string_view value = flag->value.empty() ? "" : argument.substr(equals + 1);
  if (flag->set(options, value)) return {};
  return std::string(argument) + ": this must be " + std::string(flag->right);
}

}  // namespace

std::optional<std::uint64_t> NumberIn(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string ParseOptions(std::span<const char* const> arguments, Options& options) {
  for (const char* argument : arguments) {
    std::string complaint = Set(options, argument);
    if (!complaint.empty()) return complaint;
  }
  return {};
}

std::string HelpText() {
  constexpr std::size_t column = 20;
  std::string text =
      "Runs every scenario for every ordered pair of backends, and says what came of it.\n\n";
  for (const Flag& flag : kFlags) {
    std::string usage = "  " + Usage(flag);
    usage.resize(std::max(column, usage.size() + 1), ' ');
    text += usage + std::string(flag.help) + "\n";
  }
  return text +
         "\nThe status is 0 if all went well, 1 if a run did not, 2 if this makes no sense.\n"
         "TANDEM_LONG=1 in the environment is --long.\n";
}

}  // namespace tandem::conformance
