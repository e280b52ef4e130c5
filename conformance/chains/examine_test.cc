// Asks each backend for its verdict on every case of bundles: examine_test BUNDLE...

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/chains/chain_case.h"
#include "conformance/chains/differences.h"
#include "conformance/chains/judged.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

namespace tandem::conformance {
namespace {

class ExamineTest : public testing::Test {
 public:
  ExamineTest(ChainCase c, const Backend& backend) : case_(std::move(c)), backend_(backend) {}

  void TestBody() override {
    const Judged judged = Judge(case_, backend_);
    EXPECT_EQ(judged.outcome, OutcomeName(ExpectedOf(case_, backend_))) << case_.about << "\n"
                                                                        << judged.native;
  }

 private:
  ChainCase case_;
  const Backend& backend_;
};

void Register(const std::vector<ChainCase>& cases, const Backend& backend) {
  for (const ChainCase& c : cases) {
    testing::RegisterTest(
        std::string(backend.name()).c_str(), c.name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
        [c, &backend]() -> testing::Test* { return new ExamineTest(c, backend); });
  }
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  using namespace tandem;  // NOLINT
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const auto cases = conformance::ReadBundle(argv[i]);
    conformance::Register(cases, OpenSsl());
    conformance::Register(cases, GnuTls());
  }
  return RUN_ALL_TESTS();
}
