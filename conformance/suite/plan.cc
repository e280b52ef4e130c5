#include "conformance/suite/plan.h"

#include <algorithm>
#include <map>
#include <random>
#include <string_view>
#include <utility>

#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kNamesOffered = 3;

// Returns the complaint if `names` has one that no backend has.
std::string Choose(std::string_view flag, const std::vector<std::string>& names,
                   std::span<const Backend* const> all, std::vector<const Backend*>& chosen) {
  chosen.assign(all.begin(), all.end());
  if (names.empty()) return {};
  const auto wanted = [&](const Backend* backend) {
    return std::find(names.begin(), names.end(), backend->name()) != names.end();
  };
  for (const std::string& name : names) {
    std::string known;
    bool found = false;
    for (const Backend* backend : all) {
      known += (known.empty() ? "" : ", ") + std::string(backend->name());
      found = found || backend->name() == name;
    }
    if (!found) return std::string(flag) + "=" + name + ": there is no such backend here: " + known;
  }
  std::erase_if(chosen, [&](const Backend* backend) { return !wanted(backend); });
  return {};
}

// Flags, exceptions and reports know backends by their names alone.
std::string FindNamesakes(const SuiteParts& parts) {
  for (const auto& backends : {parts.clients, parts.servers}) {
    for (const Backend* backend : backends) {
      const auto same_name = [&](const Backend* other) { return other->name() == backend->name(); };
      const auto namesake = [&](const Backend* other) {
        return other != backend && same_name(other);
      };
      if (std::ranges::count_if(backends, same_name) > 1 ||
          std::ranges::any_of(parts.clients, namesake) ||
          std::ranges::any_of(parts.servers, namesake)) {
        return "two backends are called " + std::string(backend->name()) +
               "; each must have a name of its own";
      }
    }
  }
  return {};
}

std::string NeedsText(const Needs& needs) {
  std::string text;
  switch (needs.versions) {
    case Versions::kEach: text = "each version"; break;
    case Versions::kTls12: text = "TLS 1.2"; break;
    case Versions::kTls13: text = "TLS 1.3"; break;
    case Versions::kMixed: text = "mixed versions"; break;
  }
  if (needs.medium == Medium::kDatagram) text += ", datagrams";
  if (needs.capable != nullptr) text += ", a capability";
  if (needs.all_pairs) text += ", two backends";
  return text;
}

std::uint64_t SeedOf(const Options& options, Effort effort) {
  if (options.draws_seed) return std::random_device{}() % 1'000'000'000;
  if (options.seed) return *options.seed;
  if (effort == Effort::kUsual) return 1;
  const auto days = std::chrono::duration_cast<std::chrono::hours>(
                        std::chrono::system_clock::now().time_since_epoch()) /
                    24;
  return static_cast<std::uint64_t>(days.count());
}

std::string NothingFits(std::string_view flag, const Filter& filter,
                        std::span<const Scenario> scenarios) {
  std::vector<std::string_view> names;
  for (const Scenario& scenario : scenarios) names.push_back(scenario.name);
  const auto& taken = filter.taken();
  if (taken.empty()) return "there is nothing to run: --list shows why";
  std::string nearest;
  for (const std::string_view name : NearestNames(taken.front(), names, kNamesOffered)) {
    nearest += (nearest.empty() ? "" : ", ") + std::string(name);
  }
  return std::string(flag) + "=" + taken.front() + ": no run fits; the nearest names are " +
         nearest;
}

// Returns those of `seed` that the filters take.
std::vector<Run> RunsOf(const SuiteParts& parts, const Plan& plan, const Options& options,
                        const Surroundings& surroundings) {
  std::vector<Run> runs =
      AllRuns(parts.scenarios, plan.clients, plan.servers, plan.seed, plan.effort);
  std::erase_if(runs, [&](const Run& run) {
    return !options.filter.Accepts(run) || !surroundings.filter.Accepts(run);
  });
  return runs;
}

// Adds `runs` for each seed, and leaves what belongs to other shards.
void AddRuns(Plan& plan, const std::vector<Run>& runs, std::uint64_t repeat,
             const Surroundings& surroundings) {
  std::uint64_t number = 0;
  for (std::uint64_t round = 0; round < repeat; ++round) {
    for (Run run : runs) {
      run.seed = plan.seed + round;
      if (number++ % surroundings.shards == surroundings.shard) plan.runs.push_back(run);
    }
  }
}

bool Names(std::string_view pattern, std::span<const Backend* const> backends) {
  return pattern == "*" || std::any_of(backends.begin(), backends.end(), [&](const Backend* each) {
           return each->name() == pattern;
         });
}

// An exception is judged where its backends are there, by all pairs of them: a scenario that is run
// once for two backends may not be this program's to run.
bool CoversSomething(const Exception& exception, const SuiteParts& parts, const Plan& plan) {
  std::vector<const Backend*> all = plan.clients;
  for (const Backend* server : plan.servers) {
    if (std::find(all.begin(), all.end(), server) == all.end()) all.push_back(server);
  }
  for (const Scenario& scenario : parts.scenarios) {
    if (scenario.name != exception.scenario) continue;
    if (scenario.needs.all_pairs && all.size() == 1) return true;
  }
  const std::vector<Run> runs = AllRuns(parts.scenarios, all, all, plan.seed, plan.effort);
  return std::any_of(runs.begin(), runs.end(), [&](const Run& run) {
    return FindException({&exception, 1}, run.scenario.name, run.client->name(), run.server->name(),
                         run.version) != nullptr;
  });
}

std::string TextOf(const Exception& exception) {
  return std::string(exception.scenario) + ", " + std::string(exception.client) + " client, " +
         std::string(exception.server) +
         " server: this exception covers no run; remove it: " + std::string(exception.reason);
}

void FindUselessExceptions(const SuiteParts& parts, Plan& plan) {
  for (const Exception& exception : plan.exceptions) {
    if (!Names(exception.client, plan.clients) || !Names(exception.server, plan.servers)) continue;
    if (CoversSomething(exception, parts, plan)) continue;
    plan.useless_exceptions.push_back({"ExceptionCoversNoRun", TextOf(exception)});
  }
}

}  // namespace

Plan MakePlan(const SuiteParts& parts, const Options& options, const Surroundings& surroundings) {
  Plan plan;
  plan.effort = surroundings.wants_long ? Effort::kLong : options.effort;
  plan.seed = SeedOf(options, plan.effort);
  plan.file = ReadExceptions(PathToRead(surroundings, options.exceptions));
  plan.exceptions.assign(parts.exceptions.begin(), parts.exceptions.end());
  plan.exceptions.insert(plan.exceptions.end(), plan.file.exceptions.begin(),
                         plan.file.exceptions.end());
  const std::string complaints[] = {
      Choose("--client", options.clients, parts.clients, plan.clients),
      Choose("--server", options.servers, parts.servers, plan.servers), plan.file.complaint,
      FindNamesakes(parts)};
  for (const std::string& complaint : complaints) {
    if (!complaint.empty()) plan.complaint = complaint;
  }
  if (!plan.complaint.empty()) return plan;

  const std::vector<Run> runs = RunsOf(parts, plan, options, surroundings);
  // What `bazel test --test_filter` asks for is meant for other tests too.
  if (runs.empty() && !surroundings.filter.empty()) {
    plan.nothing_to_run = NothingFits("--test_filter", surroundings.filter, parts.scenarios);
  } else if (runs.empty()) {
    plan.complaint = NothingFits("--filter", options.filter, parts.scenarios);
  } else if (runs.size() * options.repeat > kRunLimit) {
    plan.complaint = "--repeat=" + std::to_string(options.repeat) + ": this would be more than " +
                     std::to_string(kRunLimit) + " runs; take fewer scenarios by --filter";
  } else {
    AddRuns(plan, runs, options.repeat, surroundings);
    if (plan.runs.empty()) plan.nothing_to_run = "the other shards have all runs";
  }
  const bool whole = options.filter.empty() && surroundings.filter.empty();
  if (whole && surroundings.shard == 0) FindUselessExceptions(parts, plan);
  return plan;
}

std::string ListText(const SuiteParts& parts, const Plan& plan, bool filtered) {
  std::map<std::string_view, std::size_t> counts;
  for (const Run& run : plan.runs) ++counts[run.scenario.name];
  std::size_t width = 0;
  for (const Scenario& scenario : parts.scenarios) width = std::max(width, scenario.name.size());
  std::string text;
  for (const Scenario& scenario : parts.scenarios) {
    const std::size_t count = counts[scenario.name];
    if (filtered && count == 0) continue;
    std::string line(scenario.name);
    line.resize(width + 2, ' ');
    line += NeedsText(scenario.needs);
    line.resize(std::max(line.size() + 2, width + 34), ' ');
    text += line + std::to_string(count) + (count == 1 ? " run\n" : " runs\n");
  }
  return text;
}

}  // namespace tandem::conformance
