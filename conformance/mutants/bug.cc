#include "conformance/mutants/bug.h"

namespace tandem::conformance {
namespace {

std::string Word(Outcome how) {
  switch (how) {
    case Outcome::kCrashed: return "crash";
    case Outcome::kTimedOut: return "hang";
    default: return "check";
  }
}

}  // namespace

std::string Text(const Catch& caught) {
  const std::string role = caught.role == Role::kClient ? "client" : "server";
  return std::string(caught.run) + ", " + role + ", " + Word(caught.how);
}

std::vector<Bug> AllBugs() {
  std::vector<Bug> all;
  for (const auto bugs : {ReadBugs(), WriteBugs(), AlertBugs(), ErrorBugs(), FactBugs(),
                          TrustBugs(), RuleBugs(), KeyBugs(), LifeBugs()}) {
    all.insert(all.end(), bugs.begin(), bugs.end());
  }
  return all;
}

}  // namespace tandem::conformance
