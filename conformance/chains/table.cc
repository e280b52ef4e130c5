// Prints what each backend makes of each case: table BUNDLE... > docs/verification-table.md

#include <array>
#include <iostream>
#include <string>
#include <string_view>

#include "conformance/chains/chain_case.h"
#include "conformance/chains/differences.h"
#include "conformance/chains/judged.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

namespace tandem::conformance {
namespace {

constexpr std::string_view kHead =
    R"(<!-- Written by: bazel run //conformance/chains:table > docs/verification-table.md -->
# What becomes of a peer's certificates

Every case of `conformance/chains`, as both backends judge it today: a test holds each row, and this
page itself. The cases stand in `conformance/chains/cases_*.py` and `pkits.py`. All but those with a
dagger (†) are also shown in real handshakes, TLS 1.2 and 1.3, between every pair of backends. A
verdict is a word of `VerdictName()`; `ok` is trusted. What is not as expected is **bold**.
)";

std::string FirstWords(const std::string& theme) { return theme.substr(0, theme.find(':')); }

void PrintTheme(const ChainCase& c) {
  std::cout << "\n## " << FirstWords(c.theme) << "\n\n"
            << c.theme
            << "\n\n| case | why | expected | OpenSSL | GnuTLS |\n|---|---|---|---|---|\n";
}

void PrintCase(const ChainCase& c) {
  const std::array<const Backend*, 2> backends = {&OpenSsl(), &GnuTls()};
  std::cout << "| " << c.name << (c.key.empty() ? " †" : "") << " | " << c.about
            << (c.note.empty() ? "" : " ") << c.note << " | " << OutcomeName(c.expected) << " |";
  for (const Backend* backend : backends) {
    const Judged judged = Judge(c, *backend);
    const bool as_expected = judged.outcome == OutcomeName(c.expected);
    std::cout << " " << (as_expected ? judged.outcome : "**" + judged.outcome + "**") << " |";
  }
  std::cout << "\n";
}

// Those that share a reason share a line.
void PrintDifferences() {
  std::cout << "\n## Differences\n\n";
  if (Differences().empty()) std::cout << "None.\n";
  std::string_view reason;
  for (const Difference& difference : Differences()) {
    if (difference.reason != reason) std::cout << "* " << difference.reason << "\n";
    reason = difference.reason;
    std::cout << "  * " << difference.name << ": " << OutcomeName(difference.outcome) << "\n";
  }
}

void PrintBundle(const std::string& path) {
  std::string theme;
  for (const ChainCase& c : ReadBundle(path)) {
    if (c.theme != theme) PrintTheme(c);
    theme = c.theme;
    PrintCase(c);
  }
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  using namespace tandem::conformance;  // NOLINT
  std::cout << kHead;
  for (int i = 1; i < argc; ++i) PrintBundle(argv[i]);
  PrintDifferences();
  return 0;
}
