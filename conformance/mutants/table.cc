// Prints docs/mutation-table.md: every bug, over every backend, and what catches it.
//
// usage: table [--first] [--sweeps] [--jobs=N] [--bug=NAME] [--explain]
//   --first    ends at the first run that catches a bug: minutes instead of an hour
//   --sweeps   runs the sweeps too
//   --explain  prints one line for each run that caught one, and what it said

#include <algorithm>
#include <charconv>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/mutation_table.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

namespace {

using namespace tandem;
using namespace tandem::conformance;

struct Flags {
  HuntOptions hunt;
  std::string_view bug;
  bool explain = false;
};

// At least one: a bug that crashes must not take this process with it.
bool ReadJobs(std::string_view text, unsigned& jobs) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, jobs);
  if (error == std::errc() && rest == end && jobs >= 1) return true;
  std::cerr << "--jobs=" << text << ": this must be a number, at least 1\n";
  return false;
}

bool IsBug(std::string_view name) {
  const std::vector<Bug> bugs = AllBugs();
  if (std::ranges::find(bugs, name, &Bug::name) != bugs.end()) return true;
  std::cerr << "--bug=" << name << ": there is no such bug; docs/mutation-table.md names all\n";
  return false;
}

bool ReadFlag(std::string_view flag, Flags& flags) {
  if (flag == "--first") {
    flags.hunt.first_only = true;
  } else if (flag == "--sweeps") {
    flags.hunt.sweeps = true;
  } else if (flag == "--explain") {
    flags.explain = true;
  } else if (flag.starts_with("--jobs=")) {
    return ReadJobs(flag.substr(7), flags.hunt.jobs);
  } else if (flag.starts_with("--bug=")) {
    flags.bug = flag.substr(6);
    return IsBug(flags.bug);
  } else {
    std::cerr << "no such flag: " << flag << "\n";
    return false;
  }
  return true;
}

void Explain(const Backend& mutant, const Hunted& hunted) {
  for (const Noticed& one : hunted.noticed) {
    std::cerr << mutant.name() << " " << (one.role == Role::kClient ? "client " : "server ")
              << one.run << ": " << one.why << "\n";
  }
}

constexpr std::string_view kTitle = R"(# The mutation table

What the suite is worth: backends that are wrong in one way each, and what notices it. Made from
`conformance/mutants` by `bazel run //conformance/mutants:table`; a test, mutants_test, holds that
each is caught by the run that stands here, and so. A name is a run of the suite as `--filter` takes
it; behind it stands at which end the wrong backend was, and whether a check failed, the process
crashed or it hung.

)";

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    if (!ReadFlag(argv[i], flags)) return 2;
  }
  const std::vector<const Backend*> backends = {&OpenSsl(), &GnuTls()};
  std::vector<MutationRow> rows;
  std::size_t missed = 0;
  for (const Bug& bug : AllBugs()) {
    if (!flags.bug.empty() && flags.bug != bug.name) continue;
    MutationRow row{bug, {}};
    for (const Backend* right : backends) {
      const auto mutant = bug.make(*right, bug);
      row.over.push_back(Hunt(bug, *mutant, *right, flags.hunt));
      if (flags.explain) Explain(*mutant, row.over.back());
      if (row.over.back().noticed.empty()) ++missed;
    }
    rows.push_back(std::move(row));
  }
  const std::vector<std::string> names = {"OpenSSL", "GnuTLS"};
  std::cout << kTitle << MutationTableText(rows, names, !flags.hunt.first_only) << "\n"
            << rows.size() << " bugs over " << names.size() << " libraries; " << missed
            << " not caught.\n";
  return missed == 0 ? 0 : 1;
}
