// What the environment asks of a runner: Bazel's test protocol, and how to start it again.

#ifndef TANDEM_CONFORMANCE_SUITE_SURROUNDINGS_H_
#define TANDEM_CONFORMANCE_SUITE_SURROUNDINGS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "conformance/suite/glob.h"

namespace tandem::conformance {

/// Looks a variable of the environment up; null if there is none.
using Environment = std::function<const char*(const char* name)>;

/// What the environment says.
struct Surroundings {
  bool bazel_test = false;          ///< Bazel runs other tests beside this one.
  bool wants_long = false;          ///< TANDEM_LONG=1.
  Filter filter;                    ///< --test_filter of `bazel test`, for all its tests.
  std::string junit_file;           ///< Where Bazel wants the results; or empty.
  std::string premature_exit_file;  ///< There as long as this program is not done; or empty.
  std::string working_directory;    ///< Where `bazel run` was typed; or empty.
  std::string command;              ///< What a replay begins with.
  std::string shard_status_file;    ///< To be made by a program that knows of shards; or empty.
  std::uint64_t shard = 0;          ///< This one of `shards`, from 0.
  std::uint64_t shards = 1;         ///< At least 1.
  std::string complaint;            ///< What makes no sense; or empty.
};

/// Reads the environment of a program that was started as `program`.
Surroundings ReadSurroundings(std::string_view program, const Environment& environment);

/// Returns `path` if there is such a file, as there is of what Bazel gives a test; else
/// PathToWrite().
std::string PathToRead(const Surroundings& surroundings, const std::string& path);

/// Returns `path`, seen from where `bazel run` was typed.
std::string PathToWrite(const Surroundings& surroundings, const std::string& path);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_SURROUNDINGS_H_
