// Where a backend is allowed to differ: data, each with its reason.
//
// A scenario that fails where an exception covers it, in the way that the exception says, is
// expected to; one that passes there shows an exception that has stopped being true, and that is a
// failure too.

#ifndef TANDEM_CONFORMANCE_SCENARIOS_EXCEPTIONS_H_
#define TANDEM_CONFORMANCE_SCENARIOS_EXCEPTIONS_H_

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "conformance/scenarios/scenario.h"
#include "conformance/world/check.h"

namespace tandem::conformance {

/// One allowed difference. "*" stands for any backend.
struct Exception {
  /// What fails, and what fails because of it.
  static constexpr std::size_t kShown = 2;

  std::string_view scenario;
  std::string_view client;
  std::string_view server;
  Versions versions;        ///< kEach covers all.
  std::string_view reason;  ///< What the library does, and why that cannot be helped here.

  /// Texts of which every failure of the run has one; none: it may fail in any way.
  std::array<std::string_view, kShown> shows{};
};

/// Returns the exceptions that docs/parity.md explains.
std::span<const Exception> Exceptions();

/// Returns the exception that covers a run, or null.
const Exception* FindException(std::span<const Exception> exceptions, std::string_view scenario,
                               std::string_view client, std::string_view server, Version version);

/// Says whether each of `failures` is one that some exception allows that covers the run.
bool AllAllowed(std::span<const Exception> exceptions, std::string_view scenario,
                std::string_view client, std::string_view server, Version version,
                std::span<const CheckFailure> failures);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_EXCEPTIONS_H_
