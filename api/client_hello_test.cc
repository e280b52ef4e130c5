// What is read of a ClientHello, and what is refused. That both libraries answer alike is for
// //conformance:hello_parity_test.

#include "tandem/client_hello.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "tandem/server_hello.h"

namespace tandem {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::array<CipherSuite, 2> kSuites = {0x1301, 0xC02B};
constexpr std::array<Group, 2> kGroups = {0x001D, 0x0017};

Bytes Of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

void Put16(Bytes& to, std::size_t value) {
  to.push_back(static_cast<std::byte>(value >> 8));
  to.push_back(static_cast<std::byte>(value));
}

void Append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

struct Extension {
  std::uint16_t type;
  Bytes body;
};

Bytes Share(std::uint16_t group, std::size_t size) {
  Bytes body;
  Put16(body, size + 4);
  Put16(body, group);
  Put16(body, size);
  body.resize(body.size() + size, std::byte{9});
  return body;
}

struct Hello {
  std::uint16_t version = 0x0303;
  std::size_t session_id = 32;
  Bytes suites = Of({0x13, 1, 0xC0, 0x2B});
  Bytes compressions = Of({0});
  std::vector<Extension> extensions = {
      {0, Of({0, 7, 0, 0, 4, 'A', '.', 'b', '.'})},
      {16, Of({0, 5, 2, 'h', '2', 1, 'x'})},
      {10, Of({0, 4, 0, 0x1D, 0, 0x17})},
      {13, Of({0, 2, 4, 3})},
      {43, Of({4, 3, 4, 3, 3})},
      {51, Share(0x001D, 32)},
  };
};

Bytes BodyOf(const Hello& hello) {
  Bytes body;
  Put16(body, hello.version);
  body.resize(body.size() + 32, std::byte{1});
  body.push_back(static_cast<std::byte>(hello.session_id));
  body.resize(body.size() + hello.session_id, std::byte{2});
  Put16(body, hello.suites.size());
  Append(body, hello.suites);
  body.push_back(static_cast<std::byte>(hello.compressions.size()));
  Append(body, hello.compressions);
  Bytes extensions;
  for (const Extension& extension : hello.extensions) {
    Put16(extensions, extension.type);
    Put16(extensions, extension.body.size());
    Append(extensions, extension.body);
  }
  Put16(body, extensions.size());
  Append(body, extensions);
  return body;
}

HelloRules Rules() { return {Version::kTls12, Version::kTls13, kSuites, kGroups, nullptr, false}; }

std::optional<HelloRefusal> Refusal(const Hello& hello) {
  ClientHello read;
  return ReadClientHello(BodyOf(hello), Rules(), read);
}

TEST(ReadClientHello, ReadsWhatAServerChoosesBy) {
  ClientHello hello;
  EXPECT_EQ(ReadClientHello(BodyOf({}), Rules(), hello), std::nullopt);
  EXPECT_EQ(hello.server_name, "a.b");
  EXPECT_EQ(hello.alpn, (std::vector<std::string>{"h2", "x"}));
  EXPECT_EQ(hello.supported_versions, (std::vector<std::uint16_t>{0x0304, 0x0303}));
  EXPECT_EQ(hello.signature_schemes, std::vector<SignatureScheme>{0x0403});
  EXPECT_EQ(hello.cipher_suites, (std::vector<CipherSuite>{0x1301, 0xC02B}));
  EXPECT_EQ(hello.groups, (std::vector<Group>{0x001D, 0x0017}));
  EXPECT_EQ(hello.version, Version::kTls13);
}

TEST(ReadClientHello, RefusesEveryCut) {
  const Bytes body = BodyOf({});
  constexpr std::size_t without_extensions = 2 + 32 + 1 + 32 + 2 + 4 + 2;
  for (std::size_t size = 0; size < body.size(); ++size) {
    if (size == without_extensions) continue;  // Whole, and of TLS 1.2.
    ClientHello hello;
    const auto refusal = ReadClientHello(std::span(body).first(size), Rules(), hello);
    EXPECT_EQ(refusal, (HelloRefusal{Fault::kMalformedMessage, Alert::kDecodeError})) << size;
  }
}

TEST(ReadClientHello, RefusesEveryCutOfAnExtension) {
  const Hello good;
  for (std::size_t i = 0; i < good.extensions.size(); ++i) {
    for (std::size_t size = 0; size < good.extensions[i].body.size(); ++size) {
      Hello hello = good;
      hello.extensions[i].body.resize(size);
      const auto refusal = Refusal(hello);
      ASSERT_TRUE(refusal.has_value()) << hello.extensions[i].type << " cut to " << size;
      EXPECT_EQ(refusal->alert, Alert::kDecodeError) << hello.extensions[i].type;
    }
  }
}

TEST(ReadClientHello, ToleratesWhatItDoesNotKnow) {
  Hello hello;
  hello.extensions.insert(hello.extensions.begin(), {0xFAFA, Of({1, 2, 3})});
  EXPECT_EQ(Refusal(hello), std::nullopt);
  hello.extensions.push_back(hello.extensions.front());
  EXPECT_EQ(Refusal(hello), (HelloRefusal{Fault::kMalformedMessage, Alert::kIllegalParameter}));
}

TEST(ReadClientHello, DemandsWhatTls13Demands) {
  for (const std::size_t left_out : {2U, 3U, 5U}) {
    Hello hello;
    hello.extensions.erase(hello.extensions.begin() + static_cast<std::ptrdiff_t>(left_out));
    EXPECT_EQ(Refusal(hello), (HelloRefusal{Fault::kMissingExtension, Alert::kMissingExtension}));
  }
  Hello hello;
  hello.extensions[5].body = Share(0x001E, 56);
  EXPECT_EQ(Refusal(hello), (HelloRefusal{Fault::kIllegalChoice, Alert::kIllegalParameter}));
}

TEST(ReadClientHello, TellsMalformedFromIncompatible) {
  Hello hello;
  hello.suites = Of({0xFA, 0xFA});
  EXPECT_EQ(Refusal(hello), (HelloRefusal{Fault::kNoSharedSuite, Alert::kHandshakeFailure}));
  hello.suites = Of({0xFA});
  EXPECT_EQ(Refusal(hello), (HelloRefusal{Fault::kMalformedMessage, Alert::kDecodeError}));
  hello = {};
  hello.extensions[4].body = Of({2, 3, 5});
  EXPECT_EQ(Refusal(hello), (HelloRefusal{Fault::kNoSharedVersion, Alert::kProtocolVersion}));
}

TEST(ReadClientHello, HoldsASecondHelloToTheFirst) {
  ClientHello first;
  ASSERT_EQ(ReadClientHello(BodyOf({}), Rules(), first), std::nullopt);
  HelloRules rules = Rules();
  rules.first = &first;
  ClientHello second;
  EXPECT_EQ(ReadClientHello(BodyOf({}), rules, second), std::nullopt);
  Hello other;
  other.suites = Of({0x13, 1});
  EXPECT_EQ(ReadClientHello(BodyOf(other), rules, second)->alert, Alert::kIllegalParameter);
  other = {};
  other.extensions.back().body = Share(0x0017, 65);
  EXPECT_EQ(ReadClientHello(BodyOf(other), rules, second)->alert, Alert::kIllegalParameter);
}

Bytes AnswerWith(const std::vector<Extension>& extensions) {
  Bytes body = Of({3, 3});
  body.resize(body.size() + 32, std::byte{5});
  body.push_back(std::byte{32});
  body.resize(body.size() + 32, std::byte{2});
  Append(body, Of({0x13, 1, 0}));
  Bytes block;
  for (const Extension& extension : extensions) {
    Put16(block, extension.type);
    Put16(block, extension.body.size());
    Append(block, extension.body);
  }
  Put16(body, block.size());
  Append(body, block);
  return body;
}

TEST(CheckServerHello, HoldsTheAnswerToTheOffer) {
  const Bytes offer = BodyOf({});
  Bytes share = Share(0x001D, 32);
  share.erase(share.begin(), share.begin() + 2);
  const Extension version = {43, Of({3, 4})};
  EXPECT_EQ(CheckServerHello(AnswerWith({version, {51, share}}), offer, false), std::nullopt);
  Bytes foreign = share;
  foreign[1] = std::byte{0x17};
  EXPECT_EQ(CheckServerHello(AnswerWith({version, {51, foreign}}), offer, false)->alert,
            Alert::kIllegalParameter);
  EXPECT_EQ(CheckServerHello(AnswerWith({version, version}), offer, false)->alert,
            Alert::kIllegalParameter);
  Bytes other_session = AnswerWith({version, {51, share}});
  other_session[40] ^= std::byte{1};
  EXPECT_EQ(CheckServerHello(other_session, offer, false)->alert, Alert::kIllegalParameter);
}

}  // namespace
}  // namespace tandem
