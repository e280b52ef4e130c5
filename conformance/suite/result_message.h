// A RunResult as bytes, for the way from one process to another of the same program.

#ifndef TANDEM_CONFORMANCE_SUITE_RESULT_MESSAGE_H_
#define TANDEM_CONFORMANCE_SUITE_RESULT_MESSAGE_H_

#include <optional>
#include <string>
#include <string_view>

#include "conformance/suite/run.h"

namespace tandem::conformance {

/// Returns `result` as bytes that Unpack() reads.
std::string Pack(const RunResult& result);

/// Returns what was packed; nothing if `message` is not whole.
std::optional<RunResult> Unpack(std::string_view message);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_RESULT_MESSAGE_H_
