// Thousands of ClientHellos, nearly all of them wrong, to a server of each backend: each must get
// the same answer from both.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/pairs/pair.h"
#include "conformance/scenarios/hello_mutations.h"
#include "conformance/scenarios/raw_hello.h"
#include "conformance/world/world.h"

namespace tandem::conformance {
namespace {

constexpr std::uint8_t kClientHello = 1;

// A difference that stays: one refuses by rules of its own, the other answers.
struct Pinned {
  std::string_view refuses;
  std::string_view native;  // Part of what it says of it.
  std::string_view reason;
};

constexpr Pinned kPinned[] = {
    {"gnutls", "A disallowed SNI server name",
     "GnuTLS serves no name with other characters than letters, digits, '-' and '.', and nothing "
     "can make it skip the extension server_name."},
    {"openssl", "no suitable signature algorithm",
     "OpenSSL does not serve a certificate that is signed in a way that signature_algorithms_cert "
     "does not name; GnuTLS does not know that extension, and RFC 8446 section 4.4.2.2 has it "
     "served all the same."},
};

// A server of one backend, asked one hello at a time.
class Asked {
 public:
  Asked(const Backend& backend, Version min, Version max)
      : world_({backend, backend, max, 1}),
        config_(world_.Build(world_.ServerRules().Versions(min, max).Alpn({"h2", "http/1.1"},
                                                                          AlpnPolicy::kIgnore))) {}

  /// Returns what came of it, in words.
  std::string Answer(const Bytes& body) {
    world_.Open(nullptr, config_);
    return Say(body);
  }

  /// Returns what came of it where it follows a HelloRetryRequest.
  std::string AnswerSecond(const Bytes& body) {
    world_.Open(nullptr, config_);
    RawHello first;
    first.share = false;
    Say(HelloBody(PartsOf(first)));
    return Say(body);
  }

  /// Says whether it refused for a reason that is pinned.
  const Pinned* RefusedFor() {
    const Error* error = world_.server().error();
    if (error == nullptr) return nullptr;
    const auto* pinned =
        std::find_if(std::begin(kPinned), std::end(kPinned), [&](const Pinned& candidate) {
          return candidate.refuses == world_.server_backend().name() &&
                 error->native.find(candidate.native) != std::string::npos;
        });
    return pinned == std::end(kPinned) ? nullptr : pinned;
  }

  std::string Account() {
    const Error* error = world_.server().error();
    return error == nullptr ? "" : error->what + " [" + error->native + "]";
  }

  const Checks& checks() { return world_.checks(); }

 private:
  std::string Say(const Bytes& body) {
    const std::size_t said = world_.to_client().sent();
    world_.to_server().Inject(HandshakeRecord(kClientHello, body));
    world_.RunUntilQuiet();
    const Error* error = world_.server().error();
    if (error == nullptr) return world_.to_client().sent() > said ? "answered" : "waits";
    std::string words(ErrorKindName(error->kind));
    if (error->alert_sent) words += ", sends " + std::string(AlertName(*error->alert_sent));
    return words;
  }

  World world_;
  World::SharedConfig config_;
};

struct RangeCase {
  const char* name;
  Version min;
  Version max;
};

class HelloParity : public testing::TestWithParam<RangeCase> {};

using Answer = std::string (Asked::*)(const Bytes& body);

// Asks both and compares. Returns how often each pinned difference was met.
std::map<std::string_view, int> Compare(Asked& one, Asked& other, Answer answer,
                                        std::size_t answered_at_least) {
  std::size_t asked = 0;
  std::size_t answered = 0;
  std::map<std::string_view, int> pinned;
  MutateHellos(1, [&](const std::string& name, const Bytes& body) {
    ++asked;
    const std::string first = (one.*answer)(body);
    const std::string second = (other.*answer)(body);
    if (first == "answered") ++answered;
    const Pinned* difference = first == "answered"    ? other.RefusedFor()
                               : second == "answered" ? one.RefusedFor()
                                                      : nullptr;
    if (difference != nullptr) {
      ++pinned[difference->native];
      return;
    }
    EXPECT_EQ(first, second) << name << "\n  " << one.Account() << "\n  " << other.Account();
  });
  EXPECT_GT(asked, 3000U);
  EXPECT_GE(answered, answered_at_least);
  EXPECT_FALSE(one.checks().failed());
  EXPECT_FALSE(other.checks().failed());
  return pinned;
}

TEST_P(HelloParity, EveryMutatedHelloGetsTheSameAnswer) {
  Asked one(ClientBackend(), GetParam().min, GetParam().max);
  Asked other(ServerBackend(), GetParam().min, GetParam().max);
  auto pinned = Compare(one, other, &Asked::Answer, 300);
  for (const Pinned& difference : kPinned) {
    EXPECT_GT(pinned[difference.native], 0) << "is true no more: " << difference.reason;
  }
}

TEST(SecondHelloParity, EveryMutatedHelloBehindARequestGetsTheSameAnswer) {
  Asked one(ClientBackend(), Version::kTls12, Version::kTls13);
  Asked other(ServerBackend(), Version::kTls12, Version::kTls13);
  Compare(one, other, &Asked::AnswerSecond, 100);
}

INSTANTIATE_TEST_SUITE_P(, HelloParity,
                         testing::Values(RangeCase{"Both", Version::kTls12, Version::kTls13},
                                         RangeCase{"Tls12", Version::kTls12, Version::kTls12},
                                         RangeCase{"Tls13", Version::kTls13, Version::kTls13}),
                         [](const auto& range) { return std::string(range.param.name); });

}  // namespace
}  // namespace tandem::conformance
