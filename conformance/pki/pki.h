// The certificates and keys of make_pki, as text in the program.

#ifndef TANDEM_CONFORMANCE_PKI_PKI_H_
#define TANDEM_CONFORMANCE_PKI_PKI_H_

#include <string_view>

namespace tandem::conformance {

/// Returns the PEM text of `name`, such as "root_a" or "server_rsa.key"; empty if there is none.
std::string_view PkiText(std::string_view name);

/// Returns the first certificate of PkiText(name) alone, without what should be sent behind it.
std::string_view PkiLeafText(std::string_view name);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_PKI_PKI_H_
