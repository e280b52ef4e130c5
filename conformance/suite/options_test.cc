#include "conformance/suite/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tandem::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Options Parsed(const std::vector<const char*>& arguments) {
  Options options;
  EXPECT_EQ(ParseOptions(arguments, options), "");
  return options;
}

std::string ComplaintOf(const char* argument) {
  Options options;
  return ParseOptions({&argument, 1}, options);
}

TEST(Options, SayNothingWhereNothingIsAsked) {
  const Options options = Parsed({});
  EXPECT_FALSE(options.list || options.help || options.stop || options.verbose);
  EXPECT_FALSE(options.seed || options.jobs || options.timeout);
  EXPECT_TRUE(options.filter.empty());
  EXPECT_EQ(options.repeat, 1U);
  EXPECT_EQ(options.format, Format::kTable);
}

TEST(Options, AreTaken) {
  const Options options =
      Parsed({"--list", "--client=a,b", "--client=c", "--server=d", "--seed=7", "--repeat=3",
              "--jobs=0", "--timeout=9", "--long", "--format=junit", "--output=o", "--exceptions=e",
              "--stop", "--verbose", "--help", "--filter=A:B", "--filter=-C"});
  EXPECT_TRUE(options.list && options.help && options.stop && options.verbose);
  EXPECT_THAT(options.clients, ElementsAre("a", "b", "c"));
  EXPECT_THAT(options.servers, ElementsAre("d"));
  EXPECT_THAT(options.filter.taken(), ElementsAre("A", "B"));
  EXPECT_EQ(options.seed, 7U);
  EXPECT_EQ(options.repeat, 3U);
  EXPECT_EQ(options.jobs, 0U);
  EXPECT_EQ(options.timeout, std::chrono::seconds(9));
  EXPECT_EQ(options.effort, Effort::kLong);
  EXPECT_EQ(options.format, Format::kJunit);
  EXPECT_EQ(options.output, "o");
  EXPECT_EQ(options.exceptions, "e");
}

TEST(Options, EveryFormatHasItsName) {
  EXPECT_EQ(Parsed({"--format=table"}).format, Format::kTable);
  EXPECT_EQ(Parsed({"--format=tap"}).format, Format::kTap);
  EXPECT_EQ(Parsed({"--format=json"}).format, Format::kJson);
}

TEST(Options, ASeedCanBeDrawn) {
  EXPECT_TRUE(Parsed({"--seed=random"}).draws_seed);
  EXPECT_FALSE(Parsed({"--seed=random", "--seed=3"}).draws_seed);
  EXPECT_EQ(Parsed({"--seed=18446744073709551615"}).seed, 18446744073709551615U);
}

TEST(Options, WhatIsWrongIsSaidWithWhatWouldBeRight) {
  EXPECT_EQ(ComplaintOf("--sed=1"),
            "--sed=1: there is no such flag; is --seed meant? --help names all");
  EXPECT_THAT(ComplaintOf("Passes"), HasSubstr("there is no such flag"));
  EXPECT_EQ(ComplaintOf("--seed=x"), "--seed=x: this must be a number or random");
  EXPECT_EQ(ComplaintOf("--seed=-1"), "--seed=-1: this must be a number or random");
  EXPECT_EQ(ComplaintOf("--seed"), "--seed needs a value: --seed=N");
  EXPECT_EQ(ComplaintOf("--list=yes"), "--list=yes: --list takes no value");
  EXPECT_EQ(ComplaintOf("--jobs=257"), "--jobs=257: this must be a number up to 256");
  EXPECT_THAT(ComplaintOf("--jobs=two"), HasSubstr("must be a number"));
  EXPECT_THAT(ComplaintOf("--repeat=0"), HasSubstr("from 1 to"));
  EXPECT_THAT(ComplaintOf("--timeout=0"), HasSubstr("from 1 to"));
  EXPECT_THAT(ComplaintOf("--format=xml"), HasSubstr("table, tap, junit or json"));
  EXPECT_THAT(ComplaintOf("--output="), HasSubstr("must be a file"));
  EXPECT_THAT(ComplaintOf("--client=,"), HasSubstr("must be a name"));
  EXPECT_THAT(ComplaintOf("--filter="), HasSubstr("must be a pattern"));
}

TEST(Options, HelpNamesEveryFlag) {
  for (const char* flag : {"--list", "--filter=", "--client=", "--server=", "--seed=", "--repeat=",
                           "--jobs=", "--timeout=", "--long", "--format=", "--output=",
                           "--exceptions=", "--stop", "--verbose", "--help"}) {
    EXPECT_THAT(HelpText(), HasSubstr(std::string("\n  ") + flag));
  }
}

}  // namespace
}  // namespace tandem::conformance
