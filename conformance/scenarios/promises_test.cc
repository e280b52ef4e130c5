// docs/promises.md names what holds each promise. It must name every scenario, and no other.

#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

// Labels of tests and words of the interface stand in backticks too; scenarios are one word.
bool LooksLikeAScenario(std::string_view word) {
  for (const char letter : word) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) return false;
  }
  return !word.empty() && std::isupper(static_cast<unsigned char>(word.front())) != 0;
}

// Returns what stands in backticks behind the bar of each row and looks like a scenario.
std::set<std::string> NamesIn(std::istream& document) {
  std::set<std::string> names;
  for (std::string line; std::getline(document, line);) {
    if (!line.starts_with("| ")) continue;
    std::string_view rest = line;
    rest.remove_prefix(rest.find('|', 1));
    for (std::size_t begin; (begin = rest.find('`')) != std::string_view::npos;) {
      rest.remove_prefix(begin + 1);
      const std::size_t size = rest.find('`');
      if (size == std::string_view::npos) break;
      if (LooksLikeAScenario(rest.substr(0, size))) names.emplace(rest.substr(0, size));
      rest.remove_prefix(size + 1);
    }
  }
  return names;
}

TEST(Promises, AreHeldByScenariosThatExistAndEveryScenarioHoldsOne) {
  std::ifstream document("docs/promises.md");
  ASSERT_TRUE(document.is_open());
  const std::set<std::string> named = NamesIn(document);
  std::set<std::string> written;
  for (const Scenario& scenario : AllScenarios()) {
    EXPECT_TRUE(written.emplace(scenario.name).second) << scenario.name << " is there twice";
    EXPECT_TRUE(named.contains(std::string(scenario.name)))
        << scenario.name << " holds no promise of docs/promises.md; name it there";
  }
  for (const std::string& name : named) {
    EXPECT_TRUE(written.contains(name)) << name << " is promised, and there is no such scenario";
  }
}

}  // namespace
}  // namespace tandem::conformance
