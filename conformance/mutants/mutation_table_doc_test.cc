// docs/mutation-table.md has a row for each bug, and for nothing else.

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>

#include "conformance/mutants/bug.h"

namespace tandem::conformance {
namespace {

std::string document_path;

bool HasLine(std::string_view wanted) {
  std::ifstream file(document_path);
  for (std::string line; std::getline(file, line);) {
    if (line == wanted) return true;
  }
  return false;
}

TEST(MutationTableDocument, HasARowForEachBug) {
  for (const Bug& bug : AllBugs()) {
    const std::string row = "| `" + std::string(bug.name) + "` | " + std::string(bug.does) + " | " +
                            Text(bug.caught_by) + " |";
    EXPECT_TRUE(HasLine(row)) << row
                              << "\nbazel run //conformance/mutants:table -- --first > "
                                 "docs/mutation-table.md";
  }
}

TEST(MutationTableDocument, HasNoOtherRow) {
  std::ifstream file(document_path);
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) rows += line.starts_with("| `") ? 1 : 0;
  EXPECT_EQ(rows, AllBugs().size());
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) tandem::conformance::document_path = argv[1];
  return RUN_ALL_TESTS();
}
