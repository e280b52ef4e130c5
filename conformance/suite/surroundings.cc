#include "conformance/suite/surroundings.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "conformance/suite/escape.h"
#include "conformance/suite/options.h"

namespace tandem::conformance {
namespace {

// Returns the label of what Bazel has built at `program`: .../bazel-out/MODE/bin/PACKAGE/NAME.
std::optional<std::string> LabelOf(std::string_view program) {
  constexpr std::string_view mark = "/bin/";
  const std::size_t out = program.find("bazel-out/");
  const std::size_t bin = program.find(mark, out == program.npos ? program.size() : out);
  if (bin == program.npos) return std::nullopt;
  std::string_view rest = program.substr(bin + mark.size());
  std::string label = "//";
  constexpr std::string_view external = "external/";
  if (rest.substr(0, external.size()) == external) {
    rest.remove_prefix(external.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    label = "@" + std::string(rest.substr(0, slash)) + "//";
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  const std::size_t slash = rest.rfind('/');
  if (slash == rest.npos) return label + ":" + std::string(rest);
  return label + std::string(rest.substr(0, slash)) + ":" + std::string(rest.substr(slash + 1));
}

void ReadShards(Surroundings& read, std::string_view shard, std::string_view shards) {
  if (shards.empty()) return;
  read.shard = NumberIn(shard).value_or(0);
  read.shards = NumberIn(shards).value_or(0);
  if (read.shard < read.shards && NumberIn(shard)) return;
  read.complaint = "TEST_SHARD_INDEX=" + std::string(shard) +
                   " TEST_TOTAL_SHARDS=" + std::string(shards) +
                   ": these must be numbers, the first below the second";
}

}  // namespace

Surroundings ReadSurroundings(std::string_view program, const Environment& environment) {
  const auto variable = [&](const char* name) {
    const char* value = environment(name);
    return std::string(value == nullptr ? "" : value);
  };
  Surroundings read;
  read.bazel_test =
      !variable("TEST_TARGET").empty() && variable("BUILD_WORKSPACE_DIRECTORY").empty();
  read.wants_long = variable("TANDEM_LONG") == "1";
  read.filter.Add(variable("TESTBRIDGE_TEST_ONLY"));
  read.junit_file = variable("XML_OUTPUT_FILE");
  read.premature_exit_file = variable("TEST_PREMATURE_EXIT_FILE");
  read.working_directory = variable("BUILD_WORKING_DIRECTORY");
  read.shard_status_file = variable("TEST_SHARD_STATUS_FILE");
  ReadShards(read, variable("TEST_SHARD_INDEX"), variable("TEST_TOTAL_SHARDS"));

  const std::string target = variable("TEST_TARGET");
  const bool started_by_bazel = !variable("BUILD_WORKSPACE_DIRECTORY").empty();
  const auto label = target.empty() && started_by_bazel ? LabelOf(program) : target;
  read.command = label && !label->empty() ? "bazel run " + *label + " --" : ShellWord(program);
  return read;
}

std::string PathToRead(const Surroundings& surroundings, const std::string& path) {
  return ::access(path.c_str(), R_OK) == 0 ? path : PathToWrite(surroundings, path);
}

std::string PathToWrite(const Surroundings& surroundings, const std::string& path) {
  if (path.empty() || path.front() == '/' || surroundings.working_directory.empty()) return path;
  return surroundings.working_directory + "/" + path;
}

}  // namespace tandem::conformance
