// Asks a backend for its verdict on a case, without a handshake.

#ifndef TANDEM_CONFORMANCE_CHAINS_JUDGED_H_
#define TANDEM_CONFORMANCE_CHAINS_JUDGED_H_

#include <string>

#include "conformance/chains/chain_case.h"
#include "tandem/backend.h"

namespace tandem::conformance {

/// What a backend makes of a case.
struct Judged {
  std::string outcome;  ///< As of OutcomeName(); or why it could not be asked.
  std::string native;   ///< The library's own account, for the text of a failure.
};

/// Has `backend` judge what is sent, as it would in a handshake.
Judged Judge(const ChainCase& c, const Backend& backend);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_CHAINS_JUDGED_H_
