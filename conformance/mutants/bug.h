// What can be wrong with a backend: data, one row for each bug, and the class that has it.
//
// Each list stands beside the wrong behaviours that it names, one file per theme.

#ifndef TANDEM_CONFORMANCE_MUTANTS_BUG_H_
#define TANDEM_CONFORMANCE_MUTANTS_BUG_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/run.h"
#include "tandem/backend.h"
#include "tandem/settings.h"

namespace tandem::conformance {

/// Which run of the suite is known to catch a bug, and how.
struct Catch {
  std::string_view run;  ///< "Tls13/NAME", as NameOf() says it.
  Role role;             ///< At which end the wrong backend is; the other one is right.

  /// kFailed: a check says so; or the run ends in kCrashed or kTimedOut.
  Outcome how = Outcome::kFailed;
};

/// Returns "Tls13/NAME, client, check", "crash" or "hang" as its last word.
std::string Text(const Catch& caught);

/// One bug.
struct Bug {
  std::string_view name;  ///< In kebab case; unique.
  std::string_view does;  ///< What a backend with it does, one sentence.
  Catch caught_by;

  /// Makes a backend that has this bug, and else is `inner`, which must outlive it. Its name is
  /// "INNER:BUG".
  std::unique_ptr<const Backend> (*make)(const Backend& inner, const Bug& bug);
};

std::span<const Bug> AlertBugs();
std::span<const Bug> ErrorBugs();
std::span<const Bug> FactBugs();
std::span<const Bug> KeyBugs();
std::span<const Bug> LifeBugs();
std::span<const Bug> ReadBugs();
std::span<const Bug> RuleBugs();
std::span<const Bug> TrustBugs();
std::span<const Bug> WriteBugs();

/// Returns all of the above.
std::vector<Bug> AllBugs();

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MUTANTS_BUG_H_
