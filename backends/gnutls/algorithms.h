// Suites, groups and signature schemes: IANA's numbers, and the names that GnuTLS has for them.

#ifndef TANDEM_BACKENDS_GNUTLS_ALGORITHMS_H_
#define TANDEM_BACKENDS_GNUTLS_ALGORITHMS_H_

#include <string>
#include <vector>

#include <gnutls/gnutls.h>

#include "tandem/algorithms.h"

namespace tandem::gnutls {

/// Return what the library has, as it runs, of what tandem knows; the best first.
std::vector<CipherSuite> CipherSuites();
std::vector<Group> Groups();
std::vector<SignatureScheme> SignatureSchemes();

/// Returns IANA's number of a group; 0 for one without a number here.
Group GroupNumber(gnutls_group_t group);

/// Returns IANA's number of a signature scheme; 0 for one without a number here.
SignatureScheme SchemeNumber(gnutls_sign_algorithm_t scheme);

/// Return what stands in a priority string for it, such as "ECDHE-RSA" and "AES-128-GCM"; nothing
/// for what is not known here.
std::vector<std::string> WordsForSuite(CipherSuite suite);
std::string WordForGroup(Group group);
std::vector<std::string> WordsForScheme(SignatureScheme scheme);

/// Return what `priority` speaks, in its order.
std::vector<CipherSuite> SuitesOf(gnutls_priority_t priority);
std::vector<Group> GroupsOf(gnutls_priority_t priority);
std::vector<SignatureScheme> SchemesOf(gnutls_priority_t priority);

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_ALGORITHMS_H_
