// Scenarios that end in every way there is, and backends that do nothing: for tests of the runner.

#ifndef TANDEM_CONFORMANCE_SUITE_SUITE_FIXTURE_H_
#define TANDEM_CONFORMANCE_SUITE_SUITE_FIXTURE_H_

#include <span>
#include <string_view>

#include "conformance/scenarios/exceptions.h"
#include "conformance/scenarios/scenario.h"
#include "tandem/backend.h"

namespace tandem::conformance {

/// What the text of WritesStrangeText's failure has in it: a NUL, an escape, a byte that is no
/// UTF-8, a noncharacter, quotes, and what XML is made of.
inline constexpr std::string_view kStrangeText{"a\0b\x1b[1m\xff\xef\xbf\xbf\"'<&>]]>\\\t\n#c", 24};

/// Returns, by name: Passes, PassesInTls12, Fails, WritesStrangeText, Aborts, EndsItsProcess,
/// Throws, Hangs, IsExcepted (fails), IsExceptedForAnother (fails, and not as its exception says),
/// IsStale (passes), SpoilsTheEnd (passes, and then its process ends with status 7 when it is
/// done).
std::span<const Scenario> FixtureScenarios();

/// Returns the one of this name.
const Scenario& FixtureScenario(std::string_view name);

/// Returns an exception for each of those whose names begin with Is.
std::span<const Exception> FixtureExceptions();

/// Return backends "red" and "blue", with both versions and no TLS.
const Backend& Red();
const Backend& Blue();

/// Returns another one that is called "red".
const Backend& OtherRed();

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_SUITE_FIXTURE_H_
