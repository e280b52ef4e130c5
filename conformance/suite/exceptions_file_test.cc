#include "conformance/suite/exceptions_file.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tandem::conformance {
namespace {

std::string ComplaintOf(const std::string& text) { return ParseExceptions(text, "file").complaint; }

TEST(ExceptionsFile, HasALineForEach) {
  const ExceptionsFile file = ParseExceptions(
      "# who | may | what\n\n"
      "  One | red | * | Each | because | of that\r\n"
      "Two|*|blue|Tls12|why not",
      "file");
  EXPECT_EQ(file.complaint, "");
  ASSERT_EQ(file.exceptions.size(), 2U);
  EXPECT_EQ(file.exceptions[0].scenario, "One");
  EXPECT_EQ(file.exceptions[0].client, "red");
  EXPECT_EQ(file.exceptions[0].server, "*");
  EXPECT_EQ(file.exceptions[0].versions, Versions::kEach);
  EXPECT_EQ(file.exceptions[0].reason, "because | of that");
  EXPECT_EQ(file.exceptions[1].scenario, "Two");
  EXPECT_EQ(file.exceptions[1].server, "blue");
  EXPECT_EQ(file.exceptions[1].versions, Versions::kTls12);
  EXPECT_EQ(file.exceptions[1].reason, "why not");
}

TEST(ExceptionsFile, MaySayWhatFailuresShow) {
  const ExceptionsFile file = ParseExceptions(
      "One|a|b|Each|why | not | shows: in: scrypt\n"
      "Two|a|b|Each|why|shows:first|shows: second \n"
      "Six|a|b|Each|it shows: nothing",
      "file");
  EXPECT_EQ(file.complaint, "");
  ASSERT_EQ(file.exceptions.size(), 3U);
  EXPECT_EQ(file.exceptions[0].reason, "why | not");
  EXPECT_EQ(file.exceptions[0].shows[0], "in: scrypt");
  EXPECT_EQ(file.exceptions[0].shows[1], "");
  EXPECT_EQ(file.exceptions[1].reason, "why");
  EXPECT_EQ(file.exceptions[1].shows[0], "second");
  EXPECT_EQ(file.exceptions[1].shows[1], "first");
  EXPECT_EQ(file.exceptions[2].reason, "it shows: nothing");
  EXPECT_EQ(file.exceptions[2].shows[0], "");
}

TEST(ExceptionsFile, IsStillThereWhenItIsMoved) {
  ExceptionsFile file = ParseExceptions("A|b|c|Tls13|d", "file");
  const ExceptionsFile moved = std::move(file);
  EXPECT_EQ(moved.exceptions.at(0).scenario, "A");
  EXPECT_EQ(moved.exceptions.at(0).reason, "d");
}

TEST(ExceptionsFile, SaysWhichLineIsWrongAndHow) {
  const std::string form =
      "; a line is `scenario | client | server | versions | reason [| shows: TEXT]`";
  EXPECT_EQ(ComplaintOf("#\nOne"), "file:2: there is no client" + form);
  EXPECT_EQ(ComplaintOf("One | a"), "file:1: there is no server" + form);
  EXPECT_EQ(ComplaintOf("One | a | b"), "file:1: there is no versions" + form);
  EXPECT_EQ(ComplaintOf("One | a | b | Each"), "file:1: there is no reason" + form);
  EXPECT_EQ(ComplaintOf("One | a | b | Each | "), "file:1: there is no reason" + form);
  EXPECT_EQ(ComplaintOf("| a | b | Each | x"), "file:1: there is no scenario" + form);
  EXPECT_EQ(ComplaintOf("One | | b | Each | x"), "file:1: there is no client" + form);
  EXPECT_EQ(ComplaintOf("One | a | b | 1.2 | x"),
            "file:1: the versions are \"1.2\", must be Each, Tls12 or Tls13" + form);
  EXPECT_EQ(ComplaintOf("One | a | b | Each | x | shows:"),
            "file:1: there is no text behind shows:" + form);
  EXPECT_EQ(ComplaintOf("One | a | b | Each | | shows: x"), "file:1: there is no reason" + form);
  EXPECT_EQ(ComplaintOf("One | a | b | Each | x | shows: 1 | shows: 2 | shows: 3"),
            "file:1: more than 2 texts are shown" + form);
}

TEST(ExceptionsFile, MustBeThere) {
  EXPECT_EQ(ReadExceptions("no/such/file").complaint, "--exceptions=no/such/file: cannot be read");
  EXPECT_EQ(ReadExceptions("/").complaint, "--exceptions=/: cannot be read");
  EXPECT_EQ(ReadExceptions("").complaint, "");
}

}  // namespace
}  // namespace tandem::conformance
