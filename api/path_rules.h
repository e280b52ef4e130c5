// The rules of RFC 5280 section 6 that must not differ between libraries.
//
// A library has verified the path, and may have more to say. These rules are applied on top, to
// both libraries' paths: what they refuse is refused everywhere.

#ifndef TANDEM_PATH_RULES_H_
#define TANDEM_PATH_RULES_H_

#include <chrono>
#include <functional>
#include <span>

#include "tandem/certificate.h"
#include "tandem/revocation_list.h"
#include "tandem/trust.h"
#include "tandem/verdict.h"

namespace tandem {

/// What a path is judged for.
struct PathQuestion {
  bool of_server = true;  ///< The leaf is a server's, else a client's.
  std::chrono::sys_seconds now;
  const Trust& trust;  ///< Its depth, its purpose and its revocation lists.

  /// Says whether `issuer`'s key has signed `list`: the backend's part.
  std::function<bool(const RevocationList& list, const Certificate& issuer)> signed_by;
};

/// Judges `path`, from the leaf up to the certificate that is trusted, or as far as it is known.
/// `complete`: its last certificate is trusted, so the strength of its signature and its revocation
/// are not looked at, and it may be of version 1; all else holds for it too.
///
/// Finds kMalformed (algorithms that disagree), kUnknownIssuer (no path at all), kExpired,
/// kNotYetValid, kWrongPurpose (key usage, extended key usage, CA flag, path length),
/// kNameConstraint, kCriticalExtension, kWeak, kTooDeep, kRevoked and kRevocationUnknown.
VerdictSet JudgePath(std::span<const Certificate> path, bool complete,
                     const PathQuestion& question);

}  // namespace tandem

#endif  // TANDEM_PATH_RULES_H_
