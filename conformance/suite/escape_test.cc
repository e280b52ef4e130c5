#include "conformance/suite/escape.h"

#include <gtest/gtest.h>

#include <string>

namespace tandem::conformance {
namespace {

TEST(Printable, KeepsText) {
  EXPECT_EQ(Printable("a\tb\nc"), "a\tb\nc");
  EXPECT_EQ(Printable("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST(Printable, ShowsWhatIsNoTextByItsBytes) {
  EXPECT_EQ(Printable(std::string("\0\x1b\x7f\r", 4)), "\\x00\\x1b\\x7f\\x0d");
  EXPECT_EQ(Printable("\xff\x80"), "\\xff\\x80");
  EXPECT_EQ(Printable("\xc3"), "\\xc3");
  EXPECT_EQ(Printable("\xc3("), "\\xc3(");
  EXPECT_EQ(Printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(Printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf") << "overlong";
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(Printable("\xef\xbf\xbf"), "\\xef\\xbf\\xbf") << "no character";
  EXPECT_EQ(Printable("\xc2\x85"), "\\xc2\\x85") << "a control character";
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
  EXPECT_EQ(Printable("\xf0\x9f\x98"), "\\xf0\\x9f\\x98");
}

TEST(XmlText, HasNoMarkup) {
  EXPECT_EQ(XmlText("<a b='c'>]]> & \"d\""), "&lt;a b=&apos;c&apos;&gt;]]&gt; &amp; &quot;d&quot;");
  EXPECT_EQ(XmlText("1\n2\t3\x01"), "1&#10;2&#9;3\\x01");
}

TEST(JsonString, IsQuoted) {
  EXPECT_EQ(JsonString("a\"b\\c\nd\te"), "\"a\\\"b\\\\c\\nd\\te\"");
  EXPECT_EQ(JsonString("\x01"), "\"\\\\x01\"");
  EXPECT_EQ(JsonString(""), "\"\"");
}

TEST(ShellWord, IsQuotedWhereItMustBe) {
  EXPECT_EQ(ShellWord("--client=openssl:forgets-the-alert"), "--client=openssl:forgets-the-alert");
  EXPECT_EQ(ShellWord("/a b/c"), "'/a b/c'");
  EXPECT_EQ(ShellWord("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(ShellWord(""), "''");
}

}  // namespace
}  // namespace tandem::conformance
