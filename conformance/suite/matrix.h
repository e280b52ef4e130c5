// A table of clients and servers, and how many runs of each pair went how.

#ifndef TANDEM_CONFORMANCE_SUITE_MATRIX_H_
#define TANDEM_CONFORMANCE_SUITE_MATRIX_H_

#include <span>
#include <string>
#include <string_view>

#include "conformance/suite/report.h"

namespace tandem::conformance {

/// Returns the table of all of `performed`: a row for each client, a column for each server, in the
/// order in which they come.
std::string MatrixOf(std::span<const Performed> performed);

/// Returns, if there is any, the table of those whose names begin with `label`.
std::string MatrixOf(std::span<const Performed> performed, std::string_view label);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_MATRIX_H_
