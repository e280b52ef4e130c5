// What becomes of a session, or of a Config, when OpenSSL itself finds no memory.
//
// Each run is a process of its own, so that one that crashes is a line of the record and no more.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_ALLOCATION_FAILURES_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_ALLOCATION_FAILURES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tandem/version.h"

namespace tandem::conformance {

/// What is done while OpenSSL finds no memory.
enum class Doing : std::uint8_t {
  kLoading,   ///< The first identity and the first configs of a process: the library begins, too.
  kExchange,  ///< A short exchange between two sessions of OpenSSL's.
};

/// One row of the record, apart from what came of it.
struct Setting {
  Doing doing = Doing::kExchange;
  Version version = Version::kTls13;
  bool lasting = false;  ///< All allocations behind the first that fails do so too.

  friend auto operator<=>(const Setting&, const Setting&) = default;
};

/// Returns all of them, what has to be measured first first.
std::vector<Setting> AllSettings();

/// Returns a phrase, such as "TLS 1.3, all from one on".
std::string NameOf(const Setting& setting);

/// What came of the runs of a Setting.
struct Record {
  Setting setting;
  std::uint64_t allocations = 0;  ///< There were to fail.
  std::uint64_t runs = 0;

  /// How many runs, by what came of them: more than one thing where ends differ.
  std::map<std::string, std::uint64_t> outcomes;

  /// How the runs ended for which tandem has no excuse, and how to make each again.
  std::vector<std::string> faults;
};

/// Returns `usual`, or, with TANDEM_LONG=1, as many as there are.
std::uint64_t RunsOr(std::uint64_t usual);

/// Takes OpenSSL's allocations over. Call it first in main(). False if it is too late for that.
bool TakeAllocations();

/// Runs `setting` once for each of at most `most` allocations, spread over all there are.
Record Measure(const Setting& setting, std::uint64_t most);

/// Returns the document that says all this.
std::string DocumentOf(const std::vector<Record>& records);

/// Returns the row of the document that an outcome is counted in.
std::string RowOf(Doing doing, const std::string& outcome);

/// Runs `setting` once, here, with the `nth` allocation failing; for debuggers. Returns the
/// outcome.
std::string RunHere(const Setting& setting, std::uint64_t nth);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_ALLOCATION_FAILURES_H_
