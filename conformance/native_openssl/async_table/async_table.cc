#include <algorithm>

#include "conformance/native_openssl/async_table/async_row.h"

namespace tandem::conformance {
namespace {

constexpr const char* kIntroduction = R"(# OpenSSL's asynchronous jobs and ours, row by row

Made by `bazel run //conformance/native_openssl/async_table:async_table_doc`. Each row is a
statement about OpenSSL's `ASYNC_start_job(3)`, `ASYNC_WAIT_CTX_new(3)` or an `SSL` with
`SSL_MODE_ASYNC`, and a function that looks. A test runs every one on OpenSSL, in a process of its
own, and on tandem, and holds that both show what is written here:
`//conformance/native_openssl/async_table:async_table_test`.

**M**: mirrored, the same is seen on both. **D**: tandem differs on purpose; what OpenSSL does is
recorded. **-**: cannot be run here, and says why.
)";

std::string_view Letter(Kinship kinship) {
  switch (kinship) {
    case Kinship::kMirrors: return "M";
    case Kinship::kDiffers: return "D";
    default: return "-";
  }
}

int Number(const AsyncRow& row) { return std::stoi(std::string(row.id.substr(1))); }

std::string RowText(const AsyncRow& row, const SeenBy& seen) {
  const std::string openssl = seen.openssl(row);
  const std::string tandem = seen.tandem(row);
  const std::string ours =
      row.kinship == Kinship::kMirrors && openssl == tandem ? "the same" : tandem;
  return "| " + std::string(row.id) + " | " + std::string(Letter(row.kinship)) + " | " +
         std::string(row.statement) + " | " + openssl + " | " + ours + " |\n";
}

}  // namespace

std::vector<AsyncSection> AsyncTable() {
  std::vector<AsyncSection> sections = {{'J', "Jobs"},
                                        {'P', "The pool, and the platform"},
                                        {'W', "Wait contexts"},
                                        {'S', "Sessions"}};
  for (const auto rows : {JobRows(), JobTrapRows(), PoolRows(), WaitRows(), SessionRows()}) {
    for (const AsyncRow& row : rows) {
      for (AsyncSection& section : sections) {
        if (section.letter == row.id.front()) section.rows.push_back(row);
      }
    }
  }
  for (AsyncSection& section : sections) {
    std::sort(section.rows.begin(), section.rows.end(),
              [](const AsyncRow& a, const AsyncRow& b) { return Number(a) < Number(b); });
  }
  return sections;
}

std::string SeenOnOpenSsl(const AsyncRow& row) {
  if (row.openssl == nullptr) return std::string(row.openssl_saw);
  return SeenInChild([&row](Observed& observed) { row.openssl(observed); });
}

std::string SeenOnTandem(const AsyncRow& row, const Backend& backend) {
  if (row.tandem == nullptr) return std::string(row.tandem_saw);
  return SeenHere([&](Observed& observed) { row.tandem(backend, observed); });
}

std::string AsyncTableText(const SeenBy& seen) {
  std::string text = kIntroduction;
  for (const AsyncSection& section : AsyncTable()) {
    text += "\n## " + std::string(section.title) + "\n\n";
    text += "| row | | OpenSSL's | seen on OpenSSL 3.0 | seen on tandem |\n|---|---|---|---|---|\n";
    for (const AsyncRow& row : section.rows) text += RowText(row, seen);
  }
  return text;
}

}  // namespace tandem::conformance
