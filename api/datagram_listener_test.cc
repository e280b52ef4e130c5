// Cookies, with a backend that can hash and no more. That both libraries go on from what is
// accepted here is for //conformance.

#include "tandem/datagram_listener.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/test_hello.h"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using Outcome = DatagramListener::Answer::Outcome;
using test_hello::Bytes;
using test_hello::HashingBackend;
using test_hello::Hello;
using test_hello::Put;

class DatagramListenerTest : public testing::Test {
 protected:
  DatagramListenerTest() : listener_(std::move(Make()).value()) {}

  Result<DatagramListener> Make() {
    DatagramListener::Rules rules;
    rules.key_lifetime = 60s;
    rules.clock = [this] { return now_; };
    rules.random = [this](std::span<std::byte> key) {
      ++keys_;
      std::fill(key.begin(), key.end(), static_cast<std::byte>(keys_));
      return has_randomness_;
    };
    return DatagramListener::Make(backend_, rules);
  }

  DatagramListener::Answer Judge(const Bytes& datagram, const Bytes& address) {
    return listener_.Judge(datagram, address);
  }
  Outcome OutcomeOf(const Bytes& datagram) { return Judge(datagram, here_).outcome; }
  Outcome OutcomeOf(const Hello& hello) { return OutcomeOf(hello.Datagram()); }

  // Returns the cookie that `hello` is answered with.
  Bytes CookieFor(const Hello& hello) {
    const auto answer = Judge(hello.Datagram(), here_);
    EXPECT_EQ(answer.outcome, Outcome::kReply);
    return Bytes(answer.reply().end() - 32, answer.reply().end());
  }

  // Returns what a client sends when it has been answered.
  Hello Second(Hello hello = {}) {
    hello.cookie = CookieFor(hello);
    hello.record_sequence = 1;
    hello.message_sequence = 1;
    return hello;
  }

  const Bytes here_ = Bytes(7, std::byte{4});
  const Bytes elsewhere_ = Bytes(7, std::byte{5});
  HashingBackend backend_;
  std::chrono::steady_clock::time_point now_{};
  int keys_ = 0;
  bool has_randomness_ = true;
  DatagramListener listener_;
};

TEST_F(DatagramListenerTest, AcceptsWhoReturnsHisCookie) {
  Hello hello = Second();
  hello.record_sequence = 0x0102;
  const Bytes datagram = hello.Datagram();
  const auto answer = Judge(datagram, here_);
  ASSERT_EQ(answer.outcome, Outcome::kAccept);
  ASSERT_TRUE(answer.hello.has_value());
  EXPECT_TRUE(std::ranges::equal(answer.hello->datagram(), datagram));
  EXPECT_EQ(answer.hello->record_sequence(), 0x0102U);
  EXPECT_TRUE(answer.reply().empty());
  EXPECT_EQ(listener_.counters().challenged, 1U);
  EXPECT_EQ(listener_.counters().accepted, 1U);
  EXPECT_EQ(listener_.counters().refused + listener_.counters().ignored, 0U);
}

TEST_F(DatagramListenerTest, RepliesWithAHelloVerifyRequest) {
  Hello hello;
  hello.record_sequence = 0x1234;
  hello.record_version = 0xfefd;
  const auto answer = Judge(hello.Datagram(), here_);
  ASSERT_EQ(answer.outcome, Outcome::kReply);
  EXPECT_FALSE(answer.hello.has_value());
  ASSERT_EQ(answer.reply().size(), DatagramListener::kReplyBytes);
  Bytes expected;
  Put(expected, 3, 0x16'fe'ff);
  Put(expected, 8, 0x1234);  // Epoch and number.
  Put(expected, 2, 47);
  Put(expected, 1, 3);
  Put(expected, 3, 35);
  Put(expected, 2, 0);
  Put(expected, 3, 0);
  Put(expected, 3, 35);
  Put(expected, 3, 0xfe'ff'20);
  EXPECT_TRUE(std::ranges::equal(answer.reply().first(28), expected));
}

TEST_F(DatagramListenerTest, MakesCookiesByHmac) {
  const Hello hello;
  const Bytes message = hello.Message();
  const auto digest = [this](const Bytes& content) {
    return backend_.Digest(Hash::kSha256, content);
  };
  const Bytes before(message.begin(), message.begin() + 2 + 32 + 1 + 8);
  const Bytes behind(message.begin() + 2 + 32 + 1 + 8 + 1, message.end() - 22);
  Bytes inner(64, std::byte{0x36});
  Bytes outer(64, std::byte{0x5c});
  for (std::size_t i = 0; i < 32; ++i) {
    inner[i] ^= std::byte{1};
    outer[i] ^= std::byte{1};
  }
  for (const Bytes& part : {here_, before, behind}) {
    const Bytes hash = digest(part);
    inner.insert(inner.end(), hash.begin(), hash.end());
  }
  const Bytes hash = digest(inner);
  outer.insert(outer.end(), hash.begin(), hash.end());
  EXPECT_EQ(CookieFor(hello), digest(outer));
}

TEST_F(DatagramListenerTest, RefusesACookieFromAnotherAddress) {
  const Bytes datagram = Second().Datagram();
  EXPECT_EQ(Judge(datagram, elsewhere_).outcome, Outcome::kReply);
  EXPECT_EQ(Judge(datagram, {}).outcome, Outcome::kReply);
  EXPECT_EQ(listener_.counters().refused, 2U);
  EXPECT_EQ(Judge(datagram, here_).outcome, Outcome::kAccept);
}

TEST_F(DatagramListenerTest, RefusesACookieForOtherParameters) {
  const Hello second = Second();
  const auto refuses = [&](auto change) {
    Hello other = second;
    change(other);
    return OutcomeOf(other) == Outcome::kReply && OutcomeOf(second) == Outcome::kAccept;
  };
  EXPECT_TRUE(refuses([](Hello& hello) { hello.version = 0xfeff; }));
  EXPECT_TRUE(refuses([](Hello& hello) { hello.random[0] = std::byte{1}; }));
  EXPECT_TRUE(refuses([](Hello& hello) { hello.session_id.clear(); }));
  EXPECT_TRUE(refuses([](Hello& hello) { hello.suites.resize(2); }));
  EXPECT_TRUE(refuses([](Hello& hello) { hello.compressions.push_back(std::byte{1}); }));
  EXPECT_TRUE(refuses([](Hello& hello) { hello.cookie.pop_back(); }));
  EXPECT_TRUE(refuses([](Hello& hello) { hello.cookie.push_back({}); }));
  EXPECT_TRUE(refuses([](Hello& hello) { hello.message_sequence = 0; }));
  EXPECT_EQ(listener_.counters().refused, 8U);
}

TEST_F(DatagramListenerTest, WhereOneFieldEndsIsPartOfTheCookie) {
  Hello hello;
  hello.session_id = Bytes(2);
  hello.suites = Bytes(4);
  const Hello second = Second(hello);
  Hello other = second;
  other.session_id = Bytes(4);
  other.suites = Bytes(2);
  EXPECT_EQ(OutcomeOf(other), Outcome::kReply);
  EXPECT_EQ(OutcomeOf(second), Outcome::kAccept);
}

TEST_F(DatagramListenerTest, AcceptsACookieFromOneLifetimeToTwo) {
  now_ += 59'999ms;
  const Hello late = Second();  // By a key that is almost too old to be used.
  now_ += 60s;
  EXPECT_EQ(OutcomeOf(late), Outcome::kAccept);
  now_ += 1ms;
  EXPECT_EQ(OutcomeOf(late), Outcome::kReply);
  const Hello early = Second();
  now_ += 60s;
  EXPECT_EQ(OutcomeOf(early), Outcome::kAccept);
  EXPECT_NE(CookieFor(Hello()), early.cookie);
  now_ += 59'998ms;
  EXPECT_EQ(OutcomeOf(early), Outcome::kAccept);
  now_ += 1ms;
  EXPECT_EQ(OutcomeOf(early), Outcome::kReply);
}

TEST_F(DatagramListenerTest, ForgetsAllKeysInALongSilence) {
  const Hello second = Second();
  now_ += 1h;
  EXPECT_EQ(OutcomeOf(second), Outcome::kReply);
  EXPECT_EQ(keys_, 2);
  now_ -= 2h;  // A clock that is not steady does no harm.
  EXPECT_EQ(OutcomeOf(second), Outcome::kReply);
  EXPECT_EQ(keys_, 2);
}

TEST_F(DatagramListenerTest, WithoutRandomnessItIsSilentAndTriesAgain) {
  const Hello second = Second();
  has_randomness_ = false;
  EXPECT_FALSE(Make().ok());
  now_ += 60s;
  EXPECT_EQ(OutcomeOf(second), Outcome::kIgnore);
  has_randomness_ = true;
  EXPECT_EQ(OutcomeOf(second), Outcome::kAccept);
}

TEST_F(DatagramListenerTest, ALibraryThatCannotHashAcceptsNobody) {
  const Hello second = Second();
  backend_.broken = true;
  EXPECT_EQ(OutcomeOf(second), Outcome::kIgnore);
  EXPECT_EQ(OutcomeOf(Hello()), Outcome::kIgnore);
}

TEST_F(DatagramListenerTest, LifetimesHaveBounds) {
  for (const auto lifetime :
       {-1ms, 0ms, 999ms, std::chrono::milliseconds(24h) + 1ms, std::chrono::milliseconds::max()}) {
    const auto made = DatagramListener::Make(backend_, {.key_lifetime = lifetime});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().kind, ErrorKind::kMisuse);
  }
}

TEST_F(DatagramListenerTest, TakesKeysFromTheSystem) {
  auto one = DatagramListener::Make(backend_);
  auto other = DatagramListener::Make(backend_);
  ASSERT_TRUE(one.ok() && other.ok());
  const Bytes datagram = Hello().Datagram();
  const auto reply = one->Judge(datagram, here_);
  EXPECT_TRUE(std::ranges::equal(reply.reply(), one->Judge(datagram, here_).reply()));
  EXPECT_FALSE(std::ranges::equal(reply.reply(), other->Judge(datagram, here_).reply()));
  EXPECT_FALSE(std::ranges::equal(reply.reply(), Judge(datagram, here_).reply()));
}

TEST_F(DatagramListenerTest, IgnoresAClientHelloThatIsCutAnywhere) {
  for (const Bytes& whole : {Hello().Datagram(), Second().Datagram()}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(OutcomeOf(Bytes(whole.data(), whole.data() + size)), Outcome::kIgnore) << size;
    }
  }
}

TEST_F(DatagramListenerTest, IgnoresAMessageThatIsCutAnywhere) {
  const Hello second = Second();
  const Bytes whole = second.Message();
  const std::size_t without_extensions = whole.size() - 22;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes message(whole.data(), whole.data() + size);
    const auto expected = size == without_extensions ? Outcome::kAccept : Outcome::kIgnore;
    EXPECT_EQ(OutcomeOf(second.Datagram(message, size, 0)), expected) << size;
  }
}

TEST_F(DatagramListenerTest, IgnoresFragments) {
  const Hello second = Second();
  const Bytes whole = second.Message();
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const Bytes head(whole.data(), whole.data() + cut);
    const Bytes tail(whole.data() + cut, whole.data() + whole.size());
    EXPECT_EQ(OutcomeOf(second.Datagram(head, whole.size(), 0)), Outcome::kIgnore) << cut;
    if (cut == 0) continue;
    EXPECT_EQ(OutcomeOf(second.Datagram(tail, whole.size(), cut)), Outcome::kIgnore) << cut;
  }
}

TEST_F(DatagramListenerTest, IgnoresWhatIsNoFirstClientHello) {
  const auto ignores = [this](auto change) {
    Hello hello = Second();
    change(hello);
    return OutcomeOf(hello) == Outcome::kIgnore;
  };
  EXPECT_TRUE(ignores([](Hello& hello) { hello.record_type = 23; }));
  EXPECT_TRUE(ignores([](Hello& hello) { hello.record_version = 0x0303; }));
  EXPECT_TRUE(ignores([](Hello& hello) { hello.epoch = 1; }));
  EXPECT_TRUE(ignores([](Hello& hello) { hello.record_sequence = 0x10000; }));
  EXPECT_TRUE(ignores([](Hello& hello) { hello.message_type = 2; }));
  EXPECT_TRUE(ignores([](Hello& hello) { hello.message_sequence = 2; }));
  EXPECT_TRUE(ignores([](Hello& hello) { hello.version = 0x0303; }));
  EXPECT_TRUE(ignores([](Hello& hello) { hello.session_id = Bytes(33); }));
  EXPECT_FALSE(ignores([](Hello& hello) { hello.record_sequence = 0xffff; }));
  Hello hello = Second();
  Bytes message = hello.Message();
  message.push_back({});
  EXPECT_EQ(OutcomeOf(hello.Datagram(message, message.size(), 0)), Outcome::kIgnore);
}

TEST_F(DatagramListenerTest, LeavesWhatStandsBehindTheRecordOutOfAccount) {
  const Bytes record = Second().Datagram();
  Bytes datagram = record;
  datagram.resize(datagram.size() + 100);
  const auto answer = Judge(datagram, here_);
  ASSERT_EQ(answer.outcome, Outcome::kAccept);
  EXPECT_TRUE(std::ranges::equal(answer.hello->datagram(), record));
}

// Says whether a cookie does not vouch for the byte at `at` in the ClientHello of the test, and any
// value will do that does not change where things end.
bool IsFree(std::size_t at, std::size_t size) {
  const bool in_extensions = at >= size - 20;
  const bool low_in_record_sequence = at == 9 || at == 10;
  return in_extensions || low_in_record_sequence;
}

TEST_F(DatagramListenerTest, AcceptsNoClientHelloWithAFlippedBitInWhatCounts) {
  const Bytes good = Second().Datagram();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes bad = good;
      bad[at] ^= static_cast<std::byte>(1 << bit);
      // 0xfeff and 0xfefd may both stand in the record's header.
      const bool is_free = IsFree(at, good.size()) || (at == 2 && bit == 1);
      const Outcome outcome = OutcomeOf(bad);
      EXPECT_EQ(outcome == Outcome::kAccept, is_free) << "byte " << at << ", bit " << bit;
    }
  }
}

TEST_F(DatagramListenerTest, NeverSendsMoreThanItWasSent) {
  Hello smallest;
  smallest.session_id.clear();
  smallest.suites.clear();
  smallest.compressions.clear();
  smallest.extensions.reset();
  const Bytes datagram = smallest.Datagram();
  const auto answer = Judge(datagram, here_);
  ASSERT_EQ(answer.outcome, Outcome::kReply);
  EXPECT_LE(answer.reply().size(), datagram.size());
}

TEST_F(DatagramListenerTest, AcceptsNoGarbage) {
  std::mt19937 random(2024);
  const Bytes good = Second().Datagram();
  std::uint64_t replies = 0;
  for (int i = 0; i < 20'000; ++i) {
    Bytes bad = i % 2 == 0 ? Bytes(random() % 200) : good;
    const std::size_t from = i % 2 == 0 ? 0 : random() % bad.size();
    for (std::size_t at = from; at < bad.size(); ++at) bad[at] = static_cast<std::byte>(random());
    const auto answer = Judge(bad, elsewhere_);
    EXPECT_NE(answer.outcome, Outcome::kAccept);
    EXPECT_LE(answer.reply().size(), bad.size());
    if (answer.outcome == Outcome::kReply) ++replies;
  }
  const auto& counters = listener_.counters();
  EXPECT_EQ(counters.challenged + counters.refused, replies + 1);
  EXPECT_EQ(counters.ignored, 20'000 - replies);
}

TEST_F(DatagramListenerTest, CanBeMoved) {
  const Hello second = Second();
  DatagramListener moved = std::move(listener_);
  EXPECT_EQ(moved.Judge(second.Datagram(), here_).outcome, Outcome::kAccept);
  EXPECT_EQ(moved.counters().challenged, 1U);
}

static_assert(!std::is_default_constructible_v<AcceptedHello>);
static_assert(!std::is_constructible_v<AcceptedHello, Bytes, std::uint64_t>);
static_assert(std::is_copy_constructible_v<AcceptedHello>);

}  // namespace
}  // namespace tandem
