// The document that is made of the table is up to date, and the table is worth its name.

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "conformance/native_openssl/async_table/async_row.h"

namespace tandem::conformance {
namespace {

std::string document_path;

TEST(AsyncTableDocument, SaysWhatTheTableSays) {
  std::ifstream file(document_path);
  std::stringstream text;
  text << file.rdbuf();
  const SeenBy expected{[](const AsyncRow& row) { return std::string(row.openssl_saw); },
                        [](const AsyncRow& row) { return std::string(row.tandem_saw); }};
  EXPECT_EQ(text.str(), AsyncTableText(expected))
      << "bazel run //conformance/native_openssl/async_table:async_table_doc > "
         "docs/async-table.md";
}

TEST(AsyncTable, HasEveryStatementOnce) {
  std::set<std::string> ids;
  for (const AsyncSection& section : AsyncTable()) {
    for (const AsyncRow& row : section.rows) {
      EXPECT_TRUE(ids.emplace(row.id).second) << row.id;
    }
  }
  for (const auto& [letter, last] : {std::pair{'J', 19}, {'P', 9}, {'W', 15}, {'S', 16}}) {
    for (int number = 1; number <= last; ++number) {
      EXPECT_TRUE(ids.contains(letter + std::to_string(number))) << letter << number;
    }
  }
}

TEST(AsyncTable, SaysOfEachRowWhatItIs) {
  for (const AsyncSection& section : AsyncTable()) {
    for (const AsyncRow& row : section.rows) {
      EXPECT_FALSE(row.statement.empty()) << row.id;
      EXPECT_EQ(row.openssl == nullptr, row.openssl_saw.starts_with("not run: ")) << row.id;
      EXPECT_EQ(row.tandem == nullptr, row.tandem_saw.starts_with("not run: ")) << row.id;
      EXPECT_EQ(row.kinship == Kinship::kMirrors, row.openssl_saw == row.tandem_saw) << row.id;
      EXPECT_EQ(row.kinship == Kinship::kNotRun, !row.openssl && !row.tandem) << row.id;
    }
  }
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) tandem::conformance::document_path = argv[1];
  return RUN_ALL_TESTS();
}
