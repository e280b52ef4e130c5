#include "examples/pump.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/pki/pki.h"
#include "examples/dialogue.h"
#include "gtest/gtest.h"
#include "tandem/config.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"
#include "tandem/stream_socket.h"
#include "tandem/trust.h"

namespace tandem_examples {
namespace {

using tandem::ErrorKind;
using tandem::Session;
using tandem::Status;
using tandem::conformance::PkiText;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

// Both ends of a pipe or a socket pair that tests use do not block; what a pump is given may.
Pipe MakePipe(bool socket) {
  std::array<int, 2> ends{};
  const int failed = socket ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data())
                            : ::pipe2(ends.data(), 0);
  EXPECT_EQ(failed, 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void SetNonBlocking(const Descriptor& descriptor) {
  ASSERT_EQ(::fcntl(descriptor.number(), F_SETFL, O_NONBLOCK), 0);
}

std::string ReadAll(const Descriptor& descriptor) {
  std::string text;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t got = ::read(descriptor.number(), buffer.data(), buffer.size());
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

// Some bytes of each value, the same in every run.
std::string Noise(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& c : text) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

// A pump, the server at the other end of its socket, and the pipes that are its stdin and stdout.
class PumpTest : public ::testing::TestWithParam<const tandem::Backend*> {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    const tandem::Backend& backend = *GetParam();
    auto identity =
        tandem::Identity::FromPem(backend, PkiText("server_p256"), PkiText("server_p256.key"));
    ASSERT_TRUE(identity.ok());
    auto server = tandem::Config::ForServer(backend, *std::move(identity)).Build();
    auto trust = tandem::Trust::FromPem(PkiText("root_a"));
    ASSERT_TRUE(server.ok() && trust.ok());
    auto client = tandem::Config::ForClient(backend, *std::move(trust)).Build();
    ASSERT_TRUE(client.ok());
    client_.emplace(
        *Session::Client(*client, *tandem::ServerName::Parse("server.test"), client_transport_));
    server_.emplace(*Session::Server(*server, server_transport_));
    while (server_->Handshake() != Status::kOk) {
      client_->Handshake();
      ASSERT_EQ(client_->error(), nullptr);
      ASSERT_EQ(server_->error(), nullptr);
    }
    SetNonBlocking(input_.write);
    SetNonBlocking(output_.read);
  }

  void Start(CloseStyle close = CloseStyle::kHalf,
             std::chrono::milliseconds patience = std::chrono::hours(1)) {
    pump_.emplace(*client_, wire_.read.number(),
                  PumpRules{input_.read.number(), output_.write.number(), close, patience});
  }

  // One round without waiting. False when the pump is done.
  bool Turn() { return pump_->Turn(Deadline()); }

  // Rounds until nothing can have been left to do.
  void Turns() {
    for (int i = 0; i < 20; ++i) Turn();
  }

  // Puts what fits of `text` into the pump's stdin.
  std::size_t Type(std::string_view text) {
    const ssize_t written = ::write(input_.write.number(), text.data(), text.size());
    return written > 0 ? static_cast<std::size_t>(written) : 0;
  }

  void Say(std::string_view text) {
    EXPECT_EQ(server_->Write(std::as_bytes(std::span(text))).bytes, text.size());
  }

  // What the server can read now, or the beginning of it.
  std::string Heard(std::size_t most = std::string::npos) {
    std::string text;
    std::array<std::byte, 16384> buffer;
    while (text.size() < most) {
      const auto result = server_->Read(buffer);
      server_heard_end_ = result.status == Status::kClosed;
      if (result.bytes == 0) break;
      text.append(reinterpret_cast<const char*>(buffer.data()), result.bytes);
    }
    return text;
  }

  Pipe wire_ = MakePipe(true);
  Pipe input_ = MakePipe(false);
  Pipe output_ = MakePipe(false);
  tandem::StreamSocket client_transport_{wire_.read.number()};
  tandem::StreamSocket server_transport_{wire_.write.number()};
  std::optional<Session> client_;
  std::optional<Session> server_;
  std::optional<Pump> pump_;
  bool server_heard_end_ = false;
};

// --- Carrying ------------------------------------------------------------------------------------

TEST_P(PumpTest, CarriesBothWays) {
  Start();
  Type("from stdin");
  Turns();
  EXPECT_EQ(Heard(), "from stdin");
  Say("from the server");
  Turns();
  EXPECT_EQ(ReadAll(output_.read), "from the server");
  EXPECT_EQ(pump_->end().sent, 10U);
  EXPECT_EQ(pump_->end().received, 15U);
}

TEST_P(PumpTest, EveryByteOfMuchArrivesBothWaysAtOnce) {
  Start();
  const std::string sent = Noise(3'000'000);
  std::size_t typed = 0;
  std::string received;
  EchoDialogue echo;
  while (received.size() < sent.size()) {
    ASSERT_TRUE(Turn());
    typed += Type(std::string_view(sent).substr(typed));
    if (echo.wants_input()) {
      const std::string heard = Heard(10'000);
      echo.TakeInput(std::as_bytes(std::span(heard)));
    }
    if (!echo.Output().empty()) echo.Consume(server_->Write(echo.Output()).bytes);
    received += ReadAll(output_.read);
  }
  EXPECT_TRUE(received == sent);
}

TEST_P(PumpTest, TakesFilesForBoth) {
  const std::string sent = Noise(200'000);
  std::FILE* from = std::tmpfile();
  std::FILE* to = std::tmpfile();
  std::fwrite(sent.data(), 1, sent.size(), from);
  std::rewind(from);
  pump_.emplace(*client_, wire_.read.number(), PumpRules{::fileno(from), ::fileno(to)});
  Say("answer");
  std::string heard;
  while (!server_heard_end_) {
    ASSERT_TRUE(Turn());
    heard += Heard();
  }
  EXPECT_TRUE(heard == sent);
  server_->Shutdown();
  while (Turn()) {
  }
  EXPECT_EQ(::lseek(::fileno(to), 0, SEEK_CUR), 6);
  std::fclose(from);
  std::fclose(to);
}

// --- Ends ----------------------------------------------------------------------------------------

TEST_P(PumpTest, TheEndOfTheInputIsHalfAClose) {
  Start();
  Type("last words");
  input_.write.Close();
  Turns();
  EXPECT_EQ(Heard(), "last words");
  EXPECT_TRUE(server_heard_end_);
  Say("answer");
  server_->Shutdown();
  Turns();
  EXPECT_EQ(ReadAll(output_.read), "answer");
  EXPECT_FALSE(Turn());
  EXPECT_FALSE(pump_->end().error.has_value());
}

TEST_P(PumpTest, NotifySaysItWhenTheServerHas) {
  Start(CloseStyle::kNotify);
  Type("last words");
  input_.write.Close();
  Turns();
  EXPECT_EQ(Heard(), "last words");
  EXPECT_FALSE(server_heard_end_);
  server_->Shutdown();
  Turns();
  EXPECT_FALSE(Turn());
  Heard();
  EXPECT_TRUE(server_heard_end_);
}

TEST_P(PumpTest, AbruptLeavesWithTheInput) {
  Start(CloseStyle::kAbrupt);
  Type("last words");
  input_.write.Close();
  Turns();
  EXPECT_FALSE(Turn());
  EXPECT_FALSE(pump_->end().error.has_value());
  EXPECT_EQ(Heard(), "last words");
  EXPECT_FALSE(server_heard_end_);
}

TEST_P(PumpTest, AServerThatEndsFirstIsAnswered) {
  Start();
  Say("bye");
  server_->Shutdown();
  Turns();
  EXPECT_FALSE(Turn());
  EXPECT_FALSE(pump_->end().error.has_value());
  EXPECT_EQ(ReadAll(output_.read), "bye");
  Heard();
  EXPECT_TRUE(server_heard_end_);
}

TEST_P(PumpTest, ACutConnectionIsTruncatedBehindWhatCame) {
  Start();
  Say("half a");
  wire_.write.Close();
  Turns();
  EXPECT_FALSE(Turn());
  ASSERT_TRUE(pump_->end().error.has_value());
  EXPECT_EQ(pump_->end().error->kind, ErrorKind::kTruncated);
  EXPECT_EQ(ReadAll(output_.read), "half a");
}

// --- Those who do not take what is brought -------------------------------------------------------

TEST_P(PumpTest, AServerThatDoesNotReadHoldsUpTheInput) {
  Start();
  const std::string text = Noise(60'000);
  std::size_t last = 1;
  for (std::size_t typed = 0; last != typed;) {
    last = typed;
    for (int i = 0; i < 50; ++i) typed += Type(text), Turn();
  }
  EXPECT_LT(pump_->end().sent, 4'000'000U);
  EXPECT_FALSE(pump_->end().error.has_value());
  // It goes on when the server does.
  const auto sent = pump_->end().sent;
  Heard();
  Turns();
  EXPECT_GT(pump_->end().sent, sent);
}

TEST_P(PumpTest, AServerThatDoesNotReadIsTimedOut) {
  Start(CloseStyle::kHalf, std::chrono::milliseconds(0));
  const std::string text = Noise(60'000);
  do {
    Type(text);
  } while (Turn());
  ASSERT_TRUE(pump_->end().error.has_value());
  EXPECT_EQ(pump_->end().error->kind, ErrorKind::kTimedOut);
}

TEST_P(PumpTest, AServerThatIsSilentAfterTheEndOfTheInputIsTimedOut) {
  Start(CloseStyle::kHalf, std::chrono::milliseconds(0));
  Turns();
  EXPECT_FALSE(pump_->end().error.has_value()) << "its user may take his time";
  input_.write.Close();
  while (Turn()) {
  }
  ASSERT_TRUE(pump_->end().error.has_value());
  EXPECT_EQ(pump_->end().error->kind, ErrorKind::kTimedOut);
}

TEST_P(PumpTest, AnOutputThatIsNotReadHoldsUpTheServer) {
  Start(CloseStyle::kHalf, std::chrono::milliseconds(0));
  const std::string text = Noise(60'000);
  std::string said;
  for (int blocked = 0; blocked < 20;) {
    const auto bytes = server_->Write(std::as_bytes(std::span(text))).bytes;
    said.append(text, 0, bytes);
    blocked = bytes == 0 ? blocked + 1 : 0;
    ASSERT_TRUE(Turn());
  }
  EXPECT_LT(said.size(), 4'000'000U);
  std::string received;
  while (received.size() < said.size()) {
    ASSERT_TRUE(Turn()) << "it is not the server that keeps us waiting";
    server_->Flush();
    received += ReadAll(output_.read);
  }
  EXPECT_TRUE(received == said);
}

TEST_P(PumpTest, AnOutputWithoutAReaderEndsIt) {
  Start();
  output_.read.Close();
  Turns();
  EXPECT_FALSE(Turn());
  EXPECT_EQ(pump_->end().local, "stdout: Broken pipe");
  Heard();
  EXPECT_TRUE(server_heard_end_);
}

TEST_P(PumpTest, AnOutputThatCannotBeWrittenEndsIt) {
  const Descriptor full(::open("/dev/full", O_WRONLY));
  pump_.emplace(*client_, wire_.read.number(), PumpRules{input_.read.number(), full.number()});
  Say("x");
  Turns();
  EXPECT_FALSE(Turn());
  EXPECT_EQ(pump_->end().local, "stdout: No space left on device");
}

INSTANTIATE_TEST_SUITE_P(Backends, PumpTest,
                         ::testing::Values(&tandem::OpenSsl(), &tandem::GnuTls()),
                         [](const auto& test) { return std::string(test.param->name()); });

}  // namespace
}  // namespace tandem_examples
