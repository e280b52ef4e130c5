// Which names a CA may speak for (RFC 5280 section 4.2.1.10).

#ifndef TANDEM_NAME_CONSTRAINTS_H_
#define TANDEM_NAME_CONSTRAINTS_H_

#include <cstddef>

#include "tandem/certificate.h"

namespace tandem {

/// Says whether all names of `certificate` are among those that a CA above it may speak for.
///
/// Its names are the alternative names, the subject and the e-mail addresses in the subject. The
/// common name of a leaf (`is_leaf`) counts as a dNSName if it has none and looks like a host's.
/// A name that a constraint speaks of and that cannot be compared is not among them.
///
/// `budget` is what it may cost, in comparisons; what it has cost is taken off. Beyond it nothing
/// is permitted: peers that nobody has proved yet must not buy seconds of work.
bool NamesArePermitted(const Certificate& certificate, const NameConstraints& constraints,
                       bool is_leaf, std::size_t& budget);

/// A whole path's: 500 names and 500 constraints once. OpenSSL allows four times as many for each
/// certificate.
inline constexpr std::size_t kNameBudget = std::size_t{1} << 18;

}  // namespace tandem

#endif  // TANDEM_NAME_CONSTRAINTS_H_
