#include "examples/starttls.h"

#include <sys/socket.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tandem_examples {
namespace {

using tandem::Error;
using tandem::ErrorKind;

// What the server says, and what it is answered; the last answer may be an error.
using Script = std::vector<std::pair<std::string, std::string>>;

// Plays a server. Returns the error that ended it.
std::optional<Error> Play(PlainProtocol protocol, const Script& script) {
  StartTls talk(protocol, "client.test");
  for (const auto& [said, answer] : script) {
    if (auto error = talk.TakeInput(said)) return error;
    EXPECT_EQ(talk.TakeOutput(), answer) << said;
  }
  EXPECT_TRUE(talk.done());
  return std::nullopt;
}

ErrorKind KindOf(PlainProtocol protocol, const Script& script) {
  const auto error = Play(protocol, script);
  EXPECT_TRUE(error.has_value());
  return error.has_value() ? error->kind : ErrorKind::kInternal;
}

const std::pair<std::string, std::string> kSmtpGreeting = {"220 mail.test ready\r\n",
                                                           "EHLO client.test\r\n"};
const std::pair<std::string, std::string> kSmtpOffer = {
    "250-mail.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n", "STARTTLS\r\n"};
const std::pair<std::string, std::string> kImapGreeting = {"* OK ready\r\n", "a1 CAPABILITY\r\n"};
const std::pair<std::string, std::string> kImapOffer = {
    "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n", "a2 STARTTLS\r\n"};

// --- The way to TLS ------------------------------------------------------------------------------

TEST(StartTlsTest, SmtpComesToTls) {
  EXPECT_FALSE(Play(PlainProtocol::kSmtp, {kSmtpGreeting, kSmtpOffer, {"220 go ahead\r\n", ""}}));
}

TEST(StartTlsTest, SmtpTakesLongGreetingsAndAnyCaseAndBareLines) {
  EXPECT_FALSE(Play(PlainProtocol::kSmtp, {{"220-mail.test\r\n220-be good\r\n220 \r\n",  //
                                            "EHLO client.test\r\n"},
                                           {"250-x\n250-starttls\n250 HELP\n", "STARTTLS\r\n"},
                                           {"220\r\n", ""}}));
}

TEST(StartTlsTest, ImapComesToTls) {
  EXPECT_FALSE(Play(PlainProtocol::kImap, {kImapGreeting, kImapOffer, {"a2 OK begin\r\n", ""}}));
}

TEST(StartTlsTest, ImapTakesWhatComesByItself) {
  EXPECT_FALSE(Play(PlainProtocol::kImap,
                    {kImapGreeting,
                     {"* CAPABILITY STARTTLS\r\n* 3 EXISTS\r\nA1 ok\r\n", "a2 STARTTLS\r\n"},
                     {"* 4 EXISTS\r\na2 OK begin\r\n", ""}}));
}

TEST(StartTlsTest, BytesMayComeOneByOne) {
  StartTls talk(PlainProtocol::kSmtp, "client.test");
  std::string answers;
  for (const std::string& said :
       {kSmtpGreeting.first, kSmtpOffer.first, std::string("220 go\r\n")}) {
    for (const char c : said) {
      ASSERT_FALSE(talk.TakeInput({&c, 1}).has_value());
      answers += talk.TakeOutput();
    }
  }
  EXPECT_EQ(answers, "EHLO client.test\r\nSTARTTLS\r\n");
  EXPECT_TRUE(talk.done());
}

// --- Refusals ------------------------------------------------------------------------------------

TEST(StartTlsTest, AServerThatDoesNotOfferTlsIsIncompatible) {
  EXPECT_EQ(KindOf(PlainProtocol::kSmtp, {kSmtpGreeting, {"250-x\r\n250 STARTTLSX\r\n", ""}}),
            ErrorKind::kIncompatible);
  EXPECT_EQ(
      KindOf(PlainProtocol::kImap, {kImapGreeting, {"* CAPABILITY IMAP4\r\na1 OK x\r\n", ""}}),
      ErrorKind::kIncompatible);
}

TEST(StartTlsTest, ARefusalIsIncompatibleAndQuoted) {
  for (const std::string refusal : {"454 TLS not available\r\n", "554-no\r\n"}) {
    EXPECT_EQ(KindOf(PlainProtocol::kSmtp, {kSmtpGreeting, kSmtpOffer, {refusal, ""}}),
              ErrorKind::kIncompatible);
  }
  for (const std::string refusal : {"a2 NO sorry\r\n", "a2 BAD what?\r\n", "* BYE\r\n"}) {
    EXPECT_EQ(KindOf(PlainProtocol::kImap, {kImapGreeting, kImapOffer, {refusal, ""}}),
              ErrorKind::kIncompatible);
  }
  const auto error = Play(PlainProtocol::kSmtp, {{"554 \x1b[31mgo away\r\n", ""}});
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->what, "the server refuses to start TLS: '554 ?[31mgo away'");
}

TEST(StartTlsTest, AServerThatTakesUsForLoggedInIsRefused) {
  EXPECT_EQ(KindOf(PlainProtocol::kImap, {{"* PREAUTH welcome\r\n", ""}}),
            ErrorKind::kIncompatible);
}

TEST(StartTlsTest, AnotherProtocolIsNamed) {
  const auto smtp = Play(PlainProtocol::kSmtp, {{"SSH-2.0-OpenSSH_9.2\r\n", ""}});
  ASSERT_TRUE(smtp.has_value());
  EXPECT_EQ(smtp->kind, ErrorKind::kProtocol);
  EXPECT_EQ(smtp->what, "the server does not speak SMTP: 'SSH-2.0-OpenSSH_9.2'");
  EXPECT_EQ(KindOf(PlainProtocol::kImap, {{"220 mail.test\r\n", ""}}), ErrorKind::kProtocol);
  EXPECT_EQ(KindOf(PlainProtocol::kImap, {kImapGreeting, {"a2 OK too early\r\n", ""}}),
            ErrorKind::kProtocol);
  for (const std::string strange : {"2200 x\r\n", "22\r\n", "\r\n", "354 x\r\n", "250 x\r\n"}) {
    EXPECT_EQ(KindOf(PlainProtocol::kSmtp, {{strange, ""}}), ErrorKind::kProtocol) << strange;
  }
}

// CVE-2011-0411: what an attacker puts behind the go-ahead would be taken for TLS's content.
TEST(StartTlsTest, AnyByteBehindTheGoAheadIsRefused) {
  for (const std::string tail : {"250 injected\r\n", "x", "\r\n", "\x16"}) {
    EXPECT_EQ(KindOf(PlainProtocol::kSmtp, {kSmtpGreeting, kSmtpOffer, {"220 go\r\n" + tail, ""}}),
              ErrorKind::kProtocol);
    EXPECT_EQ(KindOf(PlainProtocol::kImap, {kImapGreeting, kImapOffer, {"a2 OK\r\n" + tail, ""}}),
              ErrorKind::kProtocol);
  }
  EXPECT_EQ(KindOf(PlainProtocol::kSmtp,
                   {kSmtpGreeting, kSmtpOffer, {"220 go\r\n", ""}, {"one more", ""}}),
            ErrorKind::kProtocol);
}

TEST(StartTlsTest, AnswersThatComeBeforeTheQuestionAreRefused) {
  EXPECT_EQ(KindOf(PlainProtocol::kSmtp, {{"220 x\r\n250 STARTTLS\r\n", ""}}),
            ErrorKind::kProtocol);
  EXPECT_EQ(KindOf(PlainProtocol::kSmtp, {kSmtpGreeting, {"250 STARTTLS\r\n220", ""}}),
            ErrorKind::kProtocol);
  EXPECT_EQ(KindOf(PlainProtocol::kImap, {{"* OK\r\na1 OK\r\n", ""}}), ErrorKind::kProtocol);
}

TEST(StartTlsTest, EndlessTalkIsALimit) {
  EXPECT_EQ(KindOf(PlainProtocol::kSmtp, {{std::string(StartTls::kLineLimit + 1, 'x'), ""}}),
            ErrorKind::kLimit);
  std::string lines;
  for (int i = 0; i <= StartTls::kLineCount; ++i) lines += "220-x\r\n";
  EXPECT_EQ(KindOf(PlainProtocol::kSmtp, {{lines, ""}}), ErrorKind::kLimit);
}

// --- Over a socket -------------------------------------------------------------------------------

class BeginTlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
    client_ = Descriptor(pair[0]);
    server_ = Descriptor(pair[1]);
  }

  void Say(const std::string& text) {
    ASSERT_EQ(::send(server_.number(), text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
  }

  std::optional<Error> Begin(Deadline deadline = Deadline::max()) {
    return BeginTls(PlainProtocol::kSmtp, client_.number(), deadline);
  }

  Descriptor client_;
  Descriptor server_;
};

TEST_F(BeginTlsTest, WithoutAProtocolNothingIsReadOrSaid) {
  Say("220 x\r\n");
  EXPECT_FALSE(BeginTls(PlainProtocol::kNone, client_.number(), Deadline::max()).has_value());
  char unread = 0;
  EXPECT_EQ(::recv(client_.number(), &unread, 1, 0), 1);
  EXPECT_EQ(::recv(server_.number(), &unread, 1, 0), -1);
}

TEST_F(BeginTlsTest, ASilentServerIsTimedOut) {
  const auto error = Begin(Deadline());
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::kTimedOut);
}

TEST_F(BeginTlsTest, AServerThatGoesAwayIsTransport) {
  Say("220 x\r\n");
  ASSERT_EQ(::shutdown(server_.number(), SHUT_WR), 0);
  const auto error = Begin();
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::kTransport);
}

TEST_F(BeginTlsTest, AServerThatDoesNotWaitForQuestionsIsRefused) {
  Say("220 x\r\n250 STARTTLS\r\n220 go\r\n");
  const auto error = Begin();
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::kProtocol);
}

}  // namespace
}  // namespace tandem_examples
