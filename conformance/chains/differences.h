// Where a backend is allowed to differ: data, each with its reason. What has stopped being true
// fails a test.

#ifndef TANDEM_CONFORMANCE_CHAINS_DIFFERENCES_H_
#define TANDEM_CONFORMANCE_CHAINS_DIFFERENCES_H_

#include <optional>
#include <span>
#include <string_view>

#include "conformance/chains/chain_case.h"
#include "tandem/backend.h"

namespace tandem::conformance {

/// One verdict of one backend that is not the expected one.
struct Difference {
  std::string_view name;  ///< Of the case.
  std::string_view backend;
  std::optional<Verdict> outcome;  ///< Nothing: trusted.
  std::string_view reason;
};

/// Returns all of them.
std::span<const Difference> Differences();

/// Returns what is expected of `backend`: the exception, or what the case expects.
std::optional<Verdict> ExpectedOf(const ChainCase& c, const Backend& backend);

/// One case that a backend does not show in a handshake. The verdict on it comes from other
/// showers, and from asking the verifier alone.
struct Unshown {
  std::string_view name;  ///< Of the case.
  std::string_view shower;
  std::optional<Version> version;  ///< Nothing: either.
  std::string_view reason;
};

/// Returns the exception for a handshake, or null.
const Unshown* FindUnshown(const ChainCase& c, const Backend& shower, Version version);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_CHAINS_DIFFERENCES_H_
