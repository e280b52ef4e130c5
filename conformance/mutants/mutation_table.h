// The test of the tests: which run of the suite notices which bug.

#ifndef TANDEM_CONFORMANCE_MUTANTS_MUTATION_TABLE_H_
#define TANDEM_CONFORMANCE_MUTANTS_MUTATION_TABLE_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/mutants/bug.h"
#include "conformance/scenarios/scenario.h"
#include "conformance/suite/run.h"
#include "tandem/backend.h"

namespace tandem::conformance {

/// One run that a mutant did not pass.
struct Noticed {
  std::string run;  ///< As NameOf() says it.
  Role role;        ///< At which end the mutant was.
  Outcome outcome;
  std::string why;  ///< The first line of the first failure.
};

/// What came of a hunt.
struct Hunted {
  std::vector<Noticed> noticed;  ///< In the order of the list; the row's own, if it is among them,
                                 ///< comes first.
  std::size_t runs = 0;          ///< How many were made.
  bool complete = true;          ///< Every run was made.
};

struct HuntOptions {
  /// Ends at the first run that notices; the row's own comes first.
  bool first_only = false;

  /// Runs the sweeps too, which take longer than all the rest.
  bool sweeps = false;

  /// Of a run; kHangTimeout where `first_only` is asked of a bug that hangs. Good ones take a
  /// second or two, and sweeps a minute on a busy machine.
  std::chrono::seconds timeout{120};

  /// A mutant that hangs so often is not asked further.
  std::size_t hangs = 2;

  unsigned jobs = 1;
};

/// Returns the scenarios that take seconds; sweeps take as long as all of these.
std::vector<Scenario> ScenariosWithoutSweeps();

/// Of a run that is known to hang. All others have the suite's usual time, and on a busy machine
/// need more of it.
inline constexpr std::chrono::seconds kHangTimeout{10};

/// Makes the run by which `bug` says that it is caught, of `mutant` and `right`, and returns what
/// came of it; nothing if there is no such run.
std::optional<RunResult> PerformExpected(const Bug& bug, const Backend& mutant,
                                         const Backend& right);

/// Runs the whole list with `mutant` as client and as server of `right`, which is what it
/// decorates. Leaves out what `right` itself does not pass, by an exception.
Hunted Hunt(const Bug& bug, const Backend& mutant, const Backend& right,
            const HuntOptions& options);

/// One row of the table: a bug, and what came of it over each of the backends, in their order.
struct MutationRow {
  Bug bug;
  std::vector<Hunted> over;
};

/// Returns the table as Markdown. `names` are those of the backends; `counts`: with the number of
/// runs that notice each bug.
std::string MutationTableText(std::span<const MutationRow> rows, std::span<const std::string> names,
                              bool counts);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MUTANTS_MUTATION_TABLE_H_
