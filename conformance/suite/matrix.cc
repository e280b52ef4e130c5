#include "conformance/suite/matrix.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "conformance/scenarios/scenario.h"
#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

struct Tally {
  std::size_t passed = 0;
  std::size_t excepted = 0;
  std::size_t failed = 0;
};

std::string CellText(const Tally& tally) {
  std::string text;
  const auto add = [&text](std::size_t count, std::string_view what) {
    if (count == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + std::string(what);
  };
  add(tally.passed, " passed");
  add(tally.excepted, " excepted");
  add(tally.failed, " failed");
  return text.empty() ? "-" : text;
}

// Cells in rows, each column as wide as its widest cell.
std::string Aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] + 3 - row[i].size(), ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

void AddOnce(std::vector<std::string>& names, std::string_view name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
}

std::string Matrix(std::string_view title, const std::vector<const Performed*>& performed) {
  std::vector<std::string> clients;
  std::vector<std::string> servers;
  std::map<std::pair<std::string, std::string>, Tally> tallies;
  for (const Performed* each : performed) {
    AddOnce(clients, each->run.client->name());
    AddOnce(servers, each->run.server->name());
    Tally& tally =
        tallies[{std::string(each->run.client->name()), std::string(each->run.server->name())}];
    tally.passed += each->result.outcome == Outcome::kPassed;
    tally.excepted += each->result.outcome == Outcome::kExcepted;
    tally.failed += IsBad(each->result.outcome);
  }
  std::vector<std::vector<std::string>> rows = {{std::string(title)}};
  for (const std::string& server : servers) rows.front().push_back(server + " server");
  for (const std::string& client : clients) {
    rows.push_back({"  " + client + " client"});
    for (const std::string& server : servers) {
      rows.back().push_back(CellText(tallies[{client, server}]));
    }
  }
  return Aligned(rows);
}

}  // namespace

std::string MatrixOf(std::span<const Performed> performed) {
  std::vector<const Performed*> all;
  for (const Performed& each : performed) all.push_back(&each);
  return Matrix("all versions", all);
}

std::string MatrixOf(std::span<const Performed> performed, std::string_view label) {
  std::vector<const Performed*> some;
  for (const Performed& each : performed) {
    if (VersionLabel(each.run.scenario, each.run.version) == label) some.push_back(&each);
  }
  if (some.empty()) return {};
  return Matrix(label == "Tls12"   ? "TLS 1.2"
                : label == "Tls13" ? "TLS 1.3"
                                   : "mixed versions",
                some);
}

}  // namespace tandem::conformance
