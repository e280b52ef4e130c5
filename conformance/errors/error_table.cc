#include "conformance/errors/error_table.h"

#include <algorithm>
#include <array>

namespace tandem::conformance {
namespace {

constexpr std::array<std::string_view, 2> kBackends = {"gnutls", "openssl"};

bool Covers(Versions versions, Version version) {
  switch (versions) {
    case Versions::kTls12: return version == Version::kTls12;
    case Versions::kTls13:
    case Versions::kMixed: return version == Version::kTls13;
    case Versions::kEach: return true;
  }
  return false;
}

bool Covers(std::string_view pattern, std::string_view name) {
  return pattern == "*" || pattern == name;
}

Outcome OutcomeOf(End& end) {
  if (!end.started()) return kPlayed;
  const Error* error = end.error();
  if (error == nullptr) return kLives;
  return {Outcome::State::kOver, error->kind, error->verdict, error->alert_sent,
          error->alert_received};
}

std::string VersionText(const ErrorRow& row, Version version) {
  if (row.versions == Versions::kMixed) return "any";
  return version == Version::kTls12 ? "1.2" : "1.3";
}

std::string RowText(const ErrorRow& row, const std::string& versions, const Ends& ends) {
  return "| " + std::string(row.what) + " | " + versions + " | " + OutcomeText(ends.client) +
         " | " + OutcomeText(ends.server) + " |\n";
}

constexpr std::string_view kHead = "| provocation | TLS | client | server |\n|---|---|---|---|\n";

// What most pairs come to; a pair that differs has a line of its own further down.
struct PairLine {
  std::string pairs;
  Ends ends;
};

std::vector<PairLine> LinesOf(const ErrorRow& row, Version version, const EndsOf& ends_of) {
  std::vector<PairLine> lines;
  for (const std::string_view client : kBackends) {
    for (const std::string_view server : kBackends) {
      const Ends ends = ends_of(row, version, client, server);
      const std::string pair = std::string(client) + " client, " + std::string(server) + " server";
      const auto same = std::find_if(lines.begin(), lines.end(),
                                     [&](const PairLine& line) { return line.ends == ends; });
      if (same == lines.end()) {
        lines.push_back({pair, ends});
      } else {
        same->pairs += "; " + pair;
      }
    }
  }
  return lines;
}

std::string_view ReasonFor(const ErrorRow& row) {
  for (const ErrorDifference& difference : ErrorDifferences()) {
    if (difference.row == row.name) return difference.reason;
  }
  return "";
}

// Takes a row for both versions together where they come to the same.
void AddRow(const ErrorRow& row, const EndsOf& ends_of, std::string& same, std::string& different) {
  std::string versions;
  std::vector<PairLine> last;
  for (const Version version : VersionsOf(row)) {
    const auto lines = LinesOf(row, version, ends_of);
    if (lines.size() > 1) {
      for (const PairLine& line : lines) {
        different += "| " + std::string(row.what) + " | " + VersionText(row, version) + " | " +
                     line.pairs + " | " + OutcomeText(line.ends.client) + " | " +
                     OutcomeText(line.ends.server) + " |\n";
      }
      continue;
    }
    if (!versions.empty() && last.front().ends != lines.front().ends) {
      same += RowText(row, versions, last.front().ends);
      versions.clear();
    }
    versions += (versions.empty() ? "" : ", ") + VersionText(row, version);
    last = lines;
  }
  if (!versions.empty()) same += RowText(row, versions, last.front().ends);
}

constexpr std::string_view kIntroduction =
    "# The error table\n\n"
    "What a provocation comes to at both ends, on every pair of backends. Made from\n"
    "`conformance/errors/error_table.h` by `bazel run //conformance/errors:error_table_doc`; a "
    "test holds that "
    "it "
    "is\nup to date, and another that it is true.\n\n"
    "`kind` is `Error::kind`, in brackets stands `Error::verdict`, then the alert that is sent or "
    "was\nreceived. \"-\" is an end that the test plays by hand.\n";

}  // namespace

std::vector<ErrorSection> ErrorTable() {
  return {{"Two sides that share nothing", IncompatibleRows()},
          {"Certificates", CertificateRows()},
          {"ClientHellos", ClientHelloRows()},
          {"ServerHellos", ServerHelloRows()},
          {"Records of a handshake", RecordRows()},
          {"Damage, data and ends", LaterRows()}};
}

Ends ExpectedEnds(const ErrorRow& row, Version version, std::string_view client,
                  std::string_view server) {
  for (const ErrorDifference& difference : ErrorDifferences()) {
    if (difference.row == row.name && Covers(difference.versions, version) &&
        Covers(difference.client, client) && Covers(difference.server, server)) {
      return difference.ends;
    }
  }
  return row.ends;
}

std::vector<Version> VersionsOf(const ErrorRow& row) {
  std::vector<Version> versions;
  for (const Version version : {Version::kTls12, Version::kTls13}) {
    if (Covers(row.versions, version)) versions.push_back(version);
  }
  return versions;
}

Ends RunRow(const ErrorRow& row, World& world) {
  row.run(world);
  world.RunUntilQuiet();
  return {OutcomeOf(world.client()), OutcomeOf(world.server())};
}

std::string OutcomeText(const Outcome& outcome) {
  if (outcome.state == Outcome::State::kPlayed) return "-";
  if (outcome.state == Outcome::State::kLives) return "goes on";
  std::string text = "`" + std::string(ErrorKindName(outcome.kind)) + "`";
  if (outcome.verdict) text += " (" + std::string(VerdictName(*outcome.verdict)) + ")";
  if (outcome.sent) text += ", sends " + std::string(AlertName(*outcome.sent));
  if (outcome.received) text += ", received " + std::string(AlertName(*outcome.received));
  return text;
}

std::string ErrorTableText(const EndsOf& ends_of) {
  std::string text(kIntroduction);
  std::string different;
  for (const ErrorSection& section : ErrorTable()) {
    text += "\n## " + std::string(section.title) + "\n\n" + std::string(kHead);
    for (const ErrorRow& row : section.rows) AddRow(row, ends_of, text, different);
  }
  if (different.empty()) return text;
  text += "\n## Where the libraries cannot be made equal\n\n";
  text += "| provocation | TLS | pairs | client | server |\n|---|---|---|---|---|\n" + different;
  text += "\nWhy:\n\n";
  std::vector<std::string_view> told;
  for (const ErrorSection& section : ErrorTable()) {
    for (const ErrorRow& row : section.rows) {
      const std::string_view reason = ReasonFor(row);
      if (reason.empty() || std::find(told.begin(), told.end(), row.what) != told.end()) continue;
      told.push_back(row.what);
      text += "* " + std::string(row.what) + ": " + std::string(reason) + "\n";
    }
  }
  return text;
}

}  // namespace tandem::conformance
