// Suites, groups and signature schemes: IANA's numbers, and the names that OpenSSL has for them.

#ifndef TANDEM_BACKENDS_OPENSSL_ALGORITHMS_H_
#define TANDEM_BACKENDS_OPENSSL_ALGORITHMS_H_

#include <vector>

#include <openssl/ssl.h>

#include "tandem/algorithms.h"

namespace tandem::openssl {

/// Return what the library has, as it runs, of what tandem knows; the best first.
std::vector<CipherSuite> CipherSuites();
std::vector<Group> Groups();
std::vector<SignatureScheme> SignatureSchemes();

/// Returns IANA's number of the group that `ssl` has exchanged keys in; 0 for none, or for one
/// without a number here.
Group GroupNumber(SSL* ssl);

/// Returns IANA's number of the scheme that the peer of `ssl` has signed by; 0 for none.
SignatureScheme SchemeNumber(SSL* ssl);

/// Returns OpenSSL's name of a suite; null for what is not known here. Groups and schemes have
/// IANA's names in OpenSSL too.
const char* NameOfSuite(CipherSuite suite);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_ALGORITHMS_H_
