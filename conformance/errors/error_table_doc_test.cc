// The document that is made of the error table is up to date, and the table is worth its name.

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "conformance/errors/error_table.h"

namespace tandem::conformance {
namespace {

std::string document_path;

TEST(ErrorTableDocument, SaysWhatTheTableSays) {
  std::ifstream file(document_path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), ErrorTableText(ExpectedEnds))
      << "bazel run //conformance/errors:error_table_doc > docs/error-table.md";
}

TEST(ErrorTable, NamesEachRowOnceForAVersion) {
  std::set<std::pair<std::string, Version>> names;
  std::set<std::string> provocations;
  for (const ErrorSection& section : ErrorTable()) {
    for (const ErrorRow& row : section.rows) {
      provocations.emplace(row.name);
      for (const Version version : VersionsOf(row)) {
        EXPECT_TRUE(names.emplace(row.name, version).second) << row.name;
      }
    }
  }
  EXPECT_GE(provocations.size(), 70U);
}

TEST(ErrorTable, PinsNothingWithoutARowAndAReason) {
  for (const ErrorDifference& difference : ErrorDifferences()) {
    bool found = false;
    for (const ErrorSection& section : ErrorTable()) {
      for (const ErrorRow& row : section.rows) found = found || row.name == difference.row;
    }
    EXPECT_TRUE(found) << difference.row;
    EXPECT_FALSE(difference.reason.empty()) << difference.row;
  }
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) tandem::conformance::document_path = argv[1];
  return RUN_ALL_TESTS();
}
