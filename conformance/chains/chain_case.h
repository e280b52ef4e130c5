// What a peer shows to whom, and what must come of it: the cases of make_chains and make_pkits.

#ifndef TANDEM_CONFORMANCE_CHAINS_CHAIN_CASE_H_
#define TANDEM_CONFORMANCE_CHAINS_CHAIN_CASE_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/certificate.h"
#include "tandem/pin.h"
#include "tandem/trust.h"
#include "tandem/verdict.h"

namespace tandem::conformance {

/// One case. bundle.py says what each field means.
struct ChainCase {
  std::string theme;
  std::string name;
  std::string about;
  std::vector<Der> sent;
  Der key;  ///< Empty: no handshake can show it.
  bool trusts_pins = false;
  std::vector<Der> roots;
  std::vector<Der> intermediates;
  std::vector<Der> lists;
  Revocation reach = Revocation::kWhereListed;
  std::vector<Pin> pins;
  std::optional<unsigned> max_intermediates;
  bool any_purpose = false;
  std::string asked;  ///< Empty: a client's certificate.
  std::chrono::sys_seconds at;
  std::optional<Verdict> expected;  ///< Nothing: trusted.
  std::string note;

  bool of_server() const { return !asked.empty(); }

  /// Returns whom the verifier trusts.
  Trust MakeTrust() const;
};

/// Returns "ok", or the verdict's name.
std::string_view OutcomeName(std::optional<Verdict> verdict);

/// Reads a bundle from a file. Ends the program, and says why, if it is none: no test makes sense
/// without it.
std::vector<ChainCase> ReadBundle(const std::string& path);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_CHAINS_CHAIN_CASE_H_
