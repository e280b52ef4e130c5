// Which two backends a conformance test was linked for.

#ifndef TANDEM_CONFORMANCE_PAIRS_PAIR_H_
#define TANDEM_CONFORMANCE_PAIRS_PAIR_H_

#include "tandem/backend.h"

namespace tandem::conformance {

const Backend& ClientBackend();
const Backend& ServerBackend();

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_PAIRS_PAIR_H_
