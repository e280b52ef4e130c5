// Exceptions in a file, for a backend that is not of this house.
//
//     # scenario | client | server | versions | reason [| shows: TEXT]
//     AlpnTakesSixteenNamesOf255Bytes | mine | * | Each | there is room for eight
//     KeysUnderScryptServe | * | mine | Each | there is no scrypt | shows: in: scrypt
//
// With `shows` every failure of the run must have TEXT in it; there may be two, and a failure then
// has one of them. Without it the run may fail in any way.

#ifndef TANDEM_CONFORMANCE_SUITE_EXCEPTIONS_FILE_H_
#define TANDEM_CONFORMANCE_SUITE_EXCEPTIONS_FILE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenarios/exceptions.h"

namespace tandem::conformance {

/// What a file holds, or what is wrong with it.
struct ExceptionsFile {
  std::shared_ptr<const std::string> text;  ///< What `exceptions` point into.
  std::vector<Exception> exceptions;
  std::string complaint;  ///< "file:line: what is wrong"; empty if nothing is.
};

/// Reads `text`, which came from `file`. Empty lines and those that begin with # say nothing; the
/// versions are Each, Tls12 or Tls13.
ExceptionsFile ParseExceptions(std::string text, std::string_view file);

/// Reads the file at `path`; none, and no complaint, if `path` is empty.
ExceptionsFile ReadExceptions(const std::string& path);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_EXCEPTIONS_FILE_H_
