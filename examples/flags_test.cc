#include "examples/flags.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tandem_examples {
namespace {

struct Values {
  bool loud = false;
  std::string file;
  int count = 3;
  char color = '?';
  std::vector<std::string> tags;
};

class FlagsTest : public ::testing::Test {
 protected:
  FlagsTest() : flags_("about\n", "footer\n") {
    flags_.AddSwitch("loud", values_.loud, "Be loud.");
    flags_.AddText("file", "FILE", values_.file, "A file.\nOr not.");
    flags_.AddShort('f', "file");
    flags_.AddNumber("count", 1, 10, values_.count, "How many.");
    flags_.AddChoice<char>("color", {{"red", 'r'}, {"green", 'g'}}, values_.color, "Which.");
    flags_.AddValue("tag", "TAG", "May be repeated.", [this](std::string_view value) {
      values_.tags.emplace_back(value);
      return std::string();
    });
  }

  Values values_;
  Flags flags_;
};

TEST_F(FlagsTest, TakesValuesBehindEqualsAndBehindSpace) {
  const auto complaint = flags_.Parse({"--file=a=b", "--count", "7", "--loud", "--color=green"});
  EXPECT_EQ(complaint, std::nullopt);
  EXPECT_EQ(values_.file, "a=b");
  EXPECT_EQ(values_.count, 7);
  EXPECT_TRUE(values_.loud);
  EXPECT_EQ(values_.color, 'g');
}

TEST_F(FlagsTest, TakesShortFlagsBothWays) {
  EXPECT_EQ(flags_.Parse({"-fone"}), std::nullopt);
  EXPECT_EQ(values_.file, "one");
  EXPECT_EQ(flags_.Parse({"-f", "two"}), std::nullopt);
  EXPECT_EQ(values_.file, "two");
}

TEST_F(FlagsTest, KeepsTheOrderOfRepeatedFlagsAndOfWhatIsNoFlag) {
  EXPECT_EQ(flags_.Parse({"x", "--tag=1", "-", "--tag=2", "--", "--loud"}), std::nullopt);
  EXPECT_EQ(values_.tags, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(flags_.positional(), (std::vector<std::string>{"x", "-", "--loud"}));
  EXPECT_FALSE(values_.loud);
}

TEST_F(FlagsTest, ComplainsAboutEachMistake) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--nothing"}, "there is no flag --nothing"},
      {{"-z"}, "there is no flag -z"},
      {{"--loud=yes"}, "--loud takes no value"},
      {{"--file"}, "--file needs a value: FILE"},
      {{"--count=0"}, "--count: '0' is not a number from 1 to 10"},
      {{"--count=7x"}, "--count: '7x' is not a number from 1 to 10"},
      {{"--count="}, "--count: '' is not a number from 1 to 10"},
      {{"--count=99999999999999"}, "--count: '99999999999999' is not a number from 1 to 10"},
      {{"--color=blue"}, "--color: 'blue' is not one of red|green"},
  };
  for (const auto& [arguments, complaint] : cases) {
    EXPECT_EQ(flags_.Parse(arguments), complaint) << arguments.front();
  }
}

TEST_F(FlagsTest, HelpListsEveryFlagInOrder) {
  EXPECT_EQ(flags_.Parse({"--help"}), std::nullopt);
  EXPECT_TRUE(flags_.wants_help());
  EXPECT_EQ(flags_.Help(),
            "about\n\n"
            "  --help                        Print this and exit.\n"
            "  --loud                        Be loud.\n"
            "  --file=FILE, -f               A file.\n"
            "                                Or not.\n"
            "  --count=N                     How many.\n"
            "  --color=red|green             Which.\n"
            "  --tag=TAG                     May be repeated.\n"
            "\nfooter\n");
}

TEST(SplitListTest, DropsEmptyPieces) {
  EXPECT_EQ(SplitList("h2,http/1.1"), (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_EQ(SplitList(",a,,b,"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(SplitList("").empty());
}

}  // namespace
}  // namespace tandem_examples
