// Both backends come to the same verdict, whatever it is: agree_test BUNDLE...

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "conformance/chains/chain_case.h"
#include "conformance/chains/judged.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

namespace tandem::conformance {
namespace {

// GnuTLS is known to find more in names under constraints: see differences.cc. What weighs more
// must be the same.
bool MayDiffer(const Judged& openssl, const Judged& gnutls) {
  if (gnutls.outcome != OutcomeName(Verdict::kNameConstraint)) return false;
  constexpr std::array<std::optional<Verdict>, 6> kLighter = {
      std::nullopt,        Verdict::kCriticalExtension, Verdict::kWeak, Verdict::kRevocationUnknown,
      Verdict::kWrongName, Verdict::kNotPinned};
  return std::ranges::any_of(kLighter, [&](std::optional<Verdict> lighter) {
    return openssl.outcome == OutcomeName(lighter);
  });
}

void Compare(const ChainCase& c) {
  const Judged openssl = Judge(c, OpenSsl());
  const Judged gnutls = Judge(c, GnuTls());
  if (MayDiffer(openssl, gnutls)) return;
  EXPECT_EQ(openssl.outcome, gnutls.outcome) << c.theme << ", " << c.name << "\n"
                                             << openssl.native << "\n"
                                             << gnutls.native;
}

class AgreeTest : public testing::Test {
 public:
  explicit AgreeTest(std::string path) : path_(std::move(path)) {}

  void TestBody() override {
    for (const ChainCase& c : ReadBundle(path_)) Compare(c);
  }

 private:
  std::string path_;
};

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  using namespace tandem::conformance;  // NOLINT
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string path = argv[i];
    testing::RegisterTest("Mixtures", "AreJudgedAlike", nullptr, path.c_str(), __FILE__, __LINE__,
                          [path]() -> testing::Test* { return new AgreeTest(path); });
  }
  return RUN_ALL_TESTS();
}
