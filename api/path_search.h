// The way from a peer's certificate to one that is trusted.
//
// Each library searches in its own way and takes its own wrong turns: at a cross-signed issuer, at
// a renewed one, at one that only has the right name. So the way is found here, by names, key
// identifiers and dates, and the library is asked about that one.

#ifndef TANDEM_PATH_SEARCH_H_
#define TANDEM_PATH_SEARCH_H_

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "tandem/certificate.h"
#include "tandem/path_rules.h"
#include "tandem/verdict.h"

namespace tandem {

/// Where the certificates of a path may come from.
struct PathSources {
  std::span<const Der> sent;                   ///< By the peer: the leaf, and others in any order.
  std::span<const Certificate> intermediates;  ///< Of the rules.

  /// Returns the trusted certificates whose subject is `name` (a Name, DER).
  std::function<std::vector<Der>(const Der& name)> trusted;

  /// Says whether the key of `issuer` has signed `certificate`, by whatever algorithm.
  std::function<bool(const Certificate& issuer, const Certificate& certificate)> has_signed;
};

/// What was found.
struct PathFound {
  std::vector<Der> path;  ///< The leaf and its issuers, as far as they are known.
  bool complete = false;  ///< The last of `path` is trusted.

  /// kMalformed: something that was sent cannot be read, and there is no path. kUnknownIssuer or
  /// kTooDeep: the path is not complete.
  VerdictSet verdicts;
};

/// Certificates of a path at most. Nobody on the public web needs more than 5.
inline constexpr std::size_t kPathLimit = 16;

/// Finds the best path: one whose signatures are right and in which the rules find no fault. Of
/// equally good ones the shortest. If there is none without fault, then the one with the fewest, so
/// that the fault can be named. Names match byte for byte.
///
/// `question.signed_by` is not asked: to choose a path, revocation lists are taken at their word.
PathFound FindPath(const PathSources& sources, const PathQuestion& question);

}  // namespace tandem

#endif  // TANDEM_PATH_SEARCH_H_
