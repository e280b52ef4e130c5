#include "conformance/suite/exceptions_file.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

namespace tandem::conformance {
namespace {

constexpr std::array<std::string_view, 5> kFields = {"scenario", "client", "server", "versions",
                                                     "reason"};

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::optional<Versions> VersionsNamed(std::string_view name) {
  if (name == "Each") return Versions::kEach;
  if (name == "Tls12") return Versions::kTls12;
  if (name == "Tls13") return Versions::kTls13;
  return std::nullopt;
}

// Takes `| shows: TEXT` from the end of `reason`, as often as it is there. Returns what is wrong.
std::string TakeShown(std::string_view& reason, Exception& exception) {
  constexpr std::string_view mark = "shows:";
  std::size_t taken = 0;
  for (;;) {
    const std::size_t bar = reason.rfind('|');
    if (bar == reason.npos) return {};
    const std::string_view last = Trimmed(reason.substr(bar + 1));
    if (!last.starts_with(mark)) return {};
    const std::string_view shown = Trimmed(last.substr(mark.size()));
    if (shown.empty()) return "there is no text behind shows:";
    if (taken == exception.shows.size()) {
      return "more than " + std::to_string(exception.shows.size()) + " texts are shown";
    }
    exception.shows[taken++] = shown;
    reason = Trimmed(reason.substr(0, bar));
    if (reason.empty()) return "there is no reason";
  }
}

// Returns what is wrong with `line`. The reason is the last field and may have bars of its own.
std::string AddLine(std::string_view line, std::vector<Exception>& exceptions) {
  std::array<std::string_view, kFields.size()> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool last = i + 1 == fields.size();
    const std::size_t bar = last ? line.npos : line.find('|');
    fields[i] = Trimmed(line.substr(0, bar));
    if (fields[i].empty()) return "there is no " + std::string(kFields[i]);
    if (!last && bar == line.npos) return "there is no " + std::string(kFields[i + 1]);
    line.remove_prefix(last ? line.size() : bar + 1);
  }
  const auto versions = VersionsNamed(fields[3]);
  if (!versions) {
    return "the versions are \"" + std::string(fields[3]) + "\", must be Each, Tls12 or Tls13";
  }
  Exception exception{fields[0], fields[1], fields[2], *versions, fields[4]};
  std::string complaint = TakeShown(exception.reason, exception);
  if (complaint.empty()) exceptions.push_back(exception);
  return complaint;
}

}  // namespace

ExceptionsFile ParseExceptions(std::string text, std::string_view file) {
  ExceptionsFile read;
  read.text = std::make_shared<const std::string>(std::move(text));
  std::string_view rest = *read.text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = Trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::string complaint = AddLine(line, read.exceptions);
    if (complaint.empty()) continue;
    read.complaint = std::string(file) + ":" + std::to_string(number) + ": " + complaint +
                     "; a line is `scenario | client | server | versions | reason [| shows: TEXT]`";
    break;
  }
  return read;
}

ExceptionsFile ReadExceptions(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file(path, std::ios::binary);
  // A directory can be opened; only reading it fails.
  file.peek();
  std::ostringstream text;
  if (!file.bad()) text << file.rdbuf();
  if (file.is_open() && !file.bad()) return ParseExceptions(text.str(), path);
  ExceptionsFile read;
  read.complaint = "--exceptions=" + path + ": cannot be read";
  return read;
}

}  // namespace tandem::conformance
