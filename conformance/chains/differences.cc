#include "conformance/chains/differences.h"

#include <algorithm>

namespace tandem::conformance {
namespace {

constexpr std::string_view kExcludedNames =
    "GnuTLS compares neither directory names nor URIs nor rarer kinds, and refuses everything "
    "below "
    "a CA that excludes some of them.";

constexpr std::string_view kOtherKinds =
    "GnuTLS refuses everything below a CA whose constraints are of a kind that it does not "
    "compare.";

constexpr std::string_view kAnyCommonName =
    "GnuTLS measures every common name of a server's certificate without dNSName by the "
    "constraints for dNSName, whether it looks like a host's or not.";

constexpr std::string_view kLengthAndConstraints =
    "GnuTLS counts a self-issued CA below one that has both a path length and name constraints.";

constexpr std::string_view kStapling =
    "GnuTLS enforces RFC 7633: below a CA that asks for stapled answers each certificate must ask.";

constexpr Difference kDifferences[] = {
    {"common_name_no_host", "gnutls", Verdict::kNameConstraint, kAnyCommonName},
    {"client_common_name_no_host_no_purpose", "gnutls", Verdict::kNameConstraint, kAnyCommonName},
    {"kind_nobody_compares_absent", "gnutls", Verdict::kNameConstraint, kOtherKinds},
    {"uri_excluded_other", "gnutls", Verdict::kNameConstraint, kExcludedNames},
    {"directory_excluded_other", "gnutls", Verdict::kNameConstraint, kExcludedNames},
    {"4.13.6", "gnutls", Verdict::kNameConstraint, kExcludedNames},
    {"4.13.11", "gnutls", Verdict::kNameConstraint, kExcludedNames},
    {"4.13.18", "gnutls", Verdict::kNameConstraint, kExcludedNames},
    {"4.13.36", "gnutls", Verdict::kNameConstraint, kExcludedNames},
    {"must_staple_of_ca", "gnutls", Verdict::kWrongPurpose, kStapling},
    {"self_issued_is_not_counted_below_constraints", "gnutls", Verdict::kWrongPurpose,
     kLengthAndConstraints},
};

constexpr std::string_view kCannotSign =
    "A server signs its handshake: both libraries look at the key usage first, OpenSSL in TLS 1.2 "
    "only, and say that they share no cipher suite with the client.";

constexpr std::string_view kHostNames =
    "A GnuTLS server refuses an SNI that is not of letters, digits and '-'.";

constexpr std::string_view kUsesThatDoNotSign[] = {
    "usage_nonRepudiation", "usage_dataEncipherment", "usage_keyCertSign",  "usage_cRLSign",
    "usage_encipherOnly",   "usage_decipherOnly",     "usage_not_critical", "usage_any_purpose",
};

constexpr Unshown kCannotSignOpenSsl{"", "openssl", Version::kTls12, kCannotSign};
constexpr Unshown kCannotSignGnuTls{"", "gnutls", std::nullopt, kCannotSign};

constexpr std::string_view kNoUse = "OpenSSL has no use for a certificate without any use.";

constexpr Unshown kUnshown[] = {
    {"usage_empty", "openssl", std::nullopt, kNoUse},
    {"underscore", "gnutls", std::nullopt, kHostNames},
    {"wildcard_and_underscore", "gnutls", std::nullopt, kHostNames},
};

}  // namespace

std::span<const Difference> Differences() { return kDifferences; }

std::optional<Verdict> ExpectedOf(const ChainCase& c, const Backend& backend) {
  for (const Difference& difference : kDifferences) {
    if (difference.name == c.name && difference.backend == backend.name()) {
      return difference.outcome;
    }
  }
  return c.expected;
}

const Unshown* FindUnshown(const ChainCase& c, const Backend& shower, Version version) {
  const auto covers = [&](const Unshown& unshown) {
    return unshown.shower == shower.name() && unshown.version.value_or(version) == version;
  };
  if (std::ranges::find(kUsesThatDoNotSign, c.name) != std::end(kUsesThatDoNotSign)) {
    for (const Unshown* unshown : {&kCannotSignOpenSsl, &kCannotSignGnuTls}) {
      if (covers(*unshown)) return unshown;
    }
  }
  for (const Unshown& unshown : kUnshown) {
    if (unshown.name == c.name && covers(unshown)) return &unshown;
  }
  return nullptr;
}

}  // namespace tandem::conformance
