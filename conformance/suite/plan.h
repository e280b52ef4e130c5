// From flags and surroundings to the runs that are to be done.

#ifndef TANDEM_CONFORMANCE_SUITE_PLAN_H_
#define TANDEM_CONFORMANCE_SUITE_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "conformance/suite/exceptions_file.h"
#include "conformance/suite/options.h"
#include "conformance/suite/report.h"
#include "conformance/suite/run.h"
#include "conformance/suite/suite.h"
#include "conformance/suite/surroundings.h"

namespace tandem::conformance {

/// What is to be done.
struct Plan {
  std::string complaint;  ///< What makes no sense, in one line; empty if nothing.
  std::vector<const Backend*> clients;
  std::vector<const Backend*> servers;
  std::uint64_t seed = 1;
  Effort effort = Effort::kUsual;
  std::vector<Run> runs;       ///< By seed, then by pair; of this shard alone.
  std::string nothing_to_run;  ///< Why there is none, where that is no nonsense; else empty.
  ExceptionsFile file;
  std::vector<Exception> exceptions;          ///< Of the parts and of the file.
  std::vector<Complaint> useless_exceptions;  ///< Those that cover no run, if that can be said.
};

/// More runs than this are a mistake: of the filter, or of --repeat.
inline constexpr std::size_t kRunLimit = 2'000'000;

/// Makes the plan.
Plan MakePlan(const SuiteParts& parts, const Options& options, const Surroundings& surroundings);

/// Returns the text of --list: name, needs and runs of each scenario that the plan takes; without a
/// filter also of those that are never run.
std::string ListText(const SuiteParts& parts, const Plan& plan, bool filtered);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_PLAN_H_
