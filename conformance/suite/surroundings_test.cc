#include "conformance/suite/surroundings.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace tandem::conformance {
namespace {

Surroundings Read(const std::string& program, const std::map<std::string, std::string>& variables) {
  return ReadSurroundings(program, [&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(Surroundings, AreEmptyOnAPlainCommandLine) {
  const Surroundings read = Read("./runner", {});
  EXPECT_FALSE(read.bazel_test || read.wants_long);
  EXPECT_TRUE(read.filter.empty());
  EXPECT_EQ(read.junit_file + read.premature_exit_file + read.shard_status_file + read.complaint,
            "");
  EXPECT_EQ(read.shards, 1U);
  EXPECT_EQ(read.command, "./runner");
  EXPECT_EQ(Read("./my runner", {}).command, "'./my runner'");
}

TEST(Surroundings, OfABazelTestAreTaken) {
  const Surroundings read = Read("runner", {{"TEST_TARGET", "//a/b:c"},
                                            {"TEST_SHARD_INDEX", "1"},
                                            {"TEST_TOTAL_SHARDS", "3"},
                                            {"TEST_SHARD_STATUS_FILE", "status"},
                                            {"TESTBRIDGE_TEST_ONLY", "Tls13/*"},
                                            {"XML_OUTPUT_FILE", "xml"},
                                            {"TEST_PREMATURE_EXIT_FILE", "exit"},
                                            {"TANDEM_LONG", "1"}});
  EXPECT_TRUE(read.bazel_test);
  EXPECT_TRUE(read.wants_long);
  EXPECT_FALSE(read.filter.empty());
  EXPECT_EQ(read.shard, 1U);
  EXPECT_EQ(read.shards, 3U);
  EXPECT_EQ(read.shard_status_file, "status");
  EXPECT_EQ(read.junit_file, "xml");
  EXPECT_EQ(read.premature_exit_file, "exit");
  EXPECT_EQ(read.command, "bazel run //a/b:c --");
}

TEST(Surroundings, ShardsMustMakeSense) {
  for (const char* shards : {"0", "2", "x", "-1"}) {
    EXPECT_NE(Read("", {{"TEST_SHARD_INDEX", "2"}, {"TEST_TOTAL_SHARDS", shards}}).complaint, "");
  }
  EXPECT_NE(Read("", {{"TEST_TOTAL_SHARDS", "2"}}).complaint, "");
}

TEST(Surroundings, WhatBazelHasStartedIsStartedByItAgain) {
  const std::map<std::string, std::string> run = {{"BUILD_WORKSPACE_DIRECTORY", "/source"},
                                                  {"BUILD_WORKING_DIRECTORY", "/source/here"}};
  const std::string bin = "/cache/execroot/main/bazel-out/k8-fastbuild/bin/";
  EXPECT_EQ(Read(bin + "a/b/c", run).command, "bazel run //a/b:c --");
  EXPECT_EQ(Read(bin + "c", run).command, "bazel run //:c --");
  EXPECT_EQ(Read(bin + "external/other/a/c", run).command, "bazel run @other//a:c --");
  EXPECT_EQ(Read("/bin/c", run).command, "/bin/c");
  EXPECT_EQ(Read(bin + "a/b/c", {}).command, bin + "a/b/c");
}

TEST(Surroundings, PathsAreSeenFromWhereTheCommandWasTyped) {
  const Surroundings typed = Read("c", {{"BUILD_WORKING_DIRECTORY", "/here"}});
  EXPECT_EQ(PathToWrite(typed, "a/b"), "/here/a/b");
  EXPECT_EQ(PathToWrite(typed, "/a/b"), "/a/b");
  EXPECT_EQ(PathToWrite(typed, ""), "");
  EXPECT_EQ(PathToWrite(Read("c", {}), "a"), "a");
  EXPECT_EQ(PathToRead(typed, "no/such/file"), "/here/no/such/file");
  EXPECT_EQ(PathToRead(typed, "."), ".");
}

}  // namespace
}  // namespace tandem::conformance
