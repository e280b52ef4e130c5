// What dtls_echo says about a connection.

#ifndef TANDEM_EXAMPLES_DTLS_ECHO_FACTS_H_
#define TANDEM_EXAMPLES_DTLS_ECHO_FACTS_H_

#include <string>

#include "tandem/connection_info.h"

namespace tandem_examples {

/// Returns `version=... suite=... group=... sni=...`, without spaces inside a value.
std::string DescribeDtls(const tandem::ConnectionInfo& info);

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_DTLS_ECHO_FACTS_H_
