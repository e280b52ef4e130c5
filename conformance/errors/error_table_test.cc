// Every row of the error table, for one pair of backends.

#include <gtest/gtest.h>

#include <string>

#include "conformance/errors/error_table.h"
#include "conformance/pairs/pair.h"

namespace tandem::conformance {
namespace {

class RowTest : public testing::Test {
 public:
  RowTest(const ErrorRow& row, Version version) : row_(row), version_(version) {}

  void TestBody() override {
    World world({ClientBackend(), ServerBackend(), version_, 1});
    const Ends found = RunRow(row_, world);
    const Ends expected =
        ExpectedEnds(row_, version_, ClientBackend().name(), ServerBackend().name());
    EXPECT_EQ(OutcomeText(found.client), OutcomeText(expected.client)) << Account(world.client());
    EXPECT_EQ(OutcomeText(found.server), OutcomeText(expected.server)) << Account(world.server());
    for (const CheckFailure& failure : world.checks().failures()) {
      ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text << "\n" << world.Replay();
    }
  }

 private:
  static std::string Account(End& end) {
    return end.started() && end.error() != nullptr ? end.error()->ToString() : "";
  }

  ErrorRow row_;
  Version version_;
};

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  using namespace tandem::conformance;
  testing::InitGoogleTest(&argc, argv);
  for (const ErrorSection& section : ErrorTable()) {
    for (const ErrorRow& row : section.rows) {
      for (const tandem::Version version : VersionsOf(row)) {
        testing::RegisterTest(version == tandem::Version::kTls12 ? "Tls12" : "Tls13",
                              std::string(row.name).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                              [=]() -> testing::Test* { return new RowTest(row, version); });
      }
    }
  }
  return RUN_ALL_TESTS();
}
