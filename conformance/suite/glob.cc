#include "conformance/suite/glob.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace tandem::conformance {
namespace {

bool FitsAny(const std::vector<std::string>& patterns, const std::vector<std::string>& names) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return Fits(pattern, name); });
  });
}

// Of letters and digits, in lower case, behind the last slash.
std::string Plain(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c == '/') plain.clear();
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) plain += static_cast<char>(std::tolower(byte));
  }
  return plain;
}

// The letters to insert, drop or change that make one the other (Levenshtein's).
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

bool Fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = pattern.npos;  // the last one met; what it stands for ends before `after_star`
  std::size_t after_star = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

void Filter::Add(std::string_view text) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  for (std::string& part : Split(text.substr(0, dash), ':')) taken_.push_back(std::move(part));
  std::string left_out(text.substr(dash));
  std::replace(left_out.begin(), left_out.end(), '-', ':');
  for (std::string& part : Split(left_out, ':')) left_out_.push_back(std::move(part));
}

bool Filter::Accepts(const Run& run) const {
  const std::string name = NameOf(run);
  std::string dotted = name;
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  const std::vector<std::string> names = {name, dotted, std::string(run.scenario.name)};
  return (taken_.empty() || FitsAny(taken_, names)) && !FitsAny(left_out_, names);
}

std::vector<std::string_view> NearestNames(std::string_view name,
                                           const std::vector<std::string_view>& names,
                                           std::size_t limit) {
  const std::string wanted = Plain(name);
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  for (const std::string_view candidate : names) {
    const std::string plain = Plain(candidate);
    const bool has_it = plain.find(wanted) != plain.npos;
    ranked.emplace_back(has_it ? 0 : Distance(wanted, plain), candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> nearest;
  for (const auto& [distance, candidate] : ranked) {
    const bool there = std::find(nearest.begin(), nearest.end(), candidate) != nearest.end();
    if (nearest.size() < limit && !there) nearest.push_back(candidate);
  }
  return nearest;
}

}  // namespace tandem::conformance
