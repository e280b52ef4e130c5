#include "tandem/path_rules.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/name_constraints.h"

namespace tandem {
namespace {

constexpr std::string_view kServerAuth = "1.3.6.1.5.5.7.3.1";
constexpr std::string_view kClientAuth = "1.3.6.1.5.5.7.3.2";

constexpr unsigned kLeastRsaBits = 2048;
constexpr unsigned kLeastCurveBits = 224;

// One path and what is found on it.
class PathJudge {
 public:
  PathJudge(std::span<const Certificate> path, bool complete, const PathQuestion& question)
      : path_(path), complete_(complete), question_(question) {}

  VerdictSet Judge() {
    const std::size_t above_leaf = path_.size() - 1;
    const std::size_t intermediates = complete_ && above_leaf > 0 ? above_leaf - 1 : above_leaf;
    if (intermediates > question_.trust.max_intermediates()) found_.Add(Verdict::kTooDeep);
    for (std::size_t i = 0; i < path_.size(); ++i) {
      JudgeForm(path_[i]);
      JudgeDates(path_[i]);
      JudgeStrength(i);
      JudgePurpose(i);
      JudgeNames(i);
    }
    JudgeIssuers();
    JudgeRevocation();
    return found_;
  }

 private:
  bool IsTrusted(std::size_t i) const { return complete_ && i + 1 == path_.size(); }

  void JudgeForm(const Certificate& certificate) {
    // RFC 5480 section 2.1.1 has no curves but named ones.
    const bool is_sound = certificate.signature_algorithms_agree && certificate.key_has_named_curve;
    if (!is_sound) found_.Add(Verdict::kMalformed);
    if (certificate.has_unknown_critical) found_.Add(Verdict::kCriticalExtension);
  }

  // RFC 5280 section 4.1.2.5 has the last second in the period; OpenSSL has not, and is followed.
  void JudgeDates(const Certificate& certificate) {
    if (question_.now < certificate.not_before) found_.Add(Verdict::kNotYetValid);
    if (question_.now >= certificate.not_after) found_.Add(Verdict::kExpired);
  }

  void JudgeStrength(std::size_t i) {
    const Certificate& certificate = path_[i];
    if (KeyIsWeak(certificate)) found_.Add(Verdict::kWeak);
    const SignatureHash hash = certificate.signature_hash;
    const bool hash_is_weak = hash == SignatureHash::kMd5 || hash == SignatureHash::kSha1;
    if (hash_is_weak && !IsTrusted(i)) found_.Add(Verdict::kWeak);
  }

  // A key of another kind is for the library to judge; of those, only DSA has its bits told.
  static bool KeyIsWeak(const Certificate& certificate) {
    switch (certificate.key_type) {
      case KeyType::kRsa:
      case KeyType::kRsaPss: return certificate.key_bits < kLeastRsaBits;
      case KeyType::kEcdsa: return certificate.key_bits < kLeastCurveBits;
      case KeyType::kOther:
        return certificate.key_bits != 0 && certificate.key_bits < kLeastRsaBits;
      case KeyType::kEd25519:
      case KeyType::kEd448: break;
    }
    return false;
  }

  // As OpenSSL, and unlike GnuTLS, anyExtendedKeyUsage is no permission.
  bool AllowsPurpose(const Certificate& certificate) const {
    const auto& purposes = certificate.extended_key_usage;
    const std::string_view wanted = question_.of_server ? kServerAuth : kClientAuth;
    return !purposes.has_value() || std::ranges::find(*purposes, wanted) != purposes->end();
  }

  void JudgePurpose(std::size_t i) {
    const Certificate& certificate = path_[i];
    const bool any_purpose = i == 0 && question_.trust.any_purpose();
    if (!any_purpose && !AllowsPurpose(certificate)) found_.Add(Verdict::kWrongPurpose);
    if (i > 0) return;
    unsigned usage = kDigitalSignature | kKeyAgreement;
    if (question_.of_server) usage |= kKeyEncipherment;
    if (!Allows(certificate.key_usage, usage)) found_.Add(Verdict::kWrongPurpose);
    const unsigned type = question_.of_server ? kNetscapeServer : kNetscapeClient;
    if (!any_purpose && !Allows(certificate.netscape_type, type)) {
      found_.Add(Verdict::kWrongPurpose);
    }
  }

  static bool Allows(const std::optional<std::uint16_t>& flags, unsigned any_of) {
    return !flags.has_value() || (*flags & any_of) != 0;
  }

  // A version 1 certificate cannot say that it is a CA. One that is trusted need not.
  bool MayIssue(std::size_t i) const {
    const Certificate& issuer = path_[i];
    if (!Allows(issuer.key_usage, kKeyCertSign)) return false;
    if (issuer.is_ca.has_value()) return *issuer.is_ca;
    return issuer.version == 1 && IsTrusted(i) && issuer.self_issued();
  }

  // RFC 5280 section 6.1.4 (k) to (n).
  void JudgeIssuers() {
    std::size_t below = 0;  // Certificates that pathLenConstraint counts.
    for (std::size_t i = 1; i < path_.size(); ++i) {
      if (!MayIssue(i)) found_.Add(Verdict::kWrongPurpose);
      const auto& limit = path_[i].path_length;
      if (limit.has_value() && below > *limit) found_.Add(Verdict::kWrongPurpose);
      if (!path_[i].self_issued()) ++below;
    }
  }

  // RFC 5280 section 6.1.3 (b) and (c); constraints of the trusted certificate hold too.
  void JudgeNames(std::size_t i) {
    if (i > 0 && path_[i].self_issued()) return;
    for (const Certificate& issuer : path_.subspan(i + 1)) {
      if (!issuer.name_constraints.has_value()) continue;
      if (NamesArePermitted(path_[i], *issuer.name_constraints, i == 0, name_budget_)) {
        continue;
      }
      found_.Add(Verdict::kNameConstraint);
    }
  }

  void JudgeRevocation() {
    for (std::size_t i = 0; i < path_.size() && !IsTrusted(i); ++i) {
      const Revocation reach = question_.trust.revocation();
      const bool must_be_listed =
          reach == Revocation::kWholePath || (reach == Revocation::kLeaf && i == 0);
      JudgeRevocationOf(i, must_be_listed);
    }
  }

  void JudgeRevocationOf(std::size_t i, bool must_be_listed) {
    bool is_listed = false;
    bool is_covered = false;
    for (const RevocationList& list : question_.trust.revocation_lists()) {
      if (!list.IsFromIssuerOf(path_[i])) continue;
      is_listed = true;
      if (i + 1 == path_.size() || !Holds(list, path_[i + 1])) continue;
      is_covered = true;
      if (list.Revokes(path_[i])) found_.Add(Verdict::kRevoked);
    }
    if (!is_covered && (is_listed || must_be_listed)) found_.Add(Verdict::kRevocationUnknown);
  }

  bool Holds(const RevocationList& list, const Certificate& issuer) const {
    if (list.has_unknown_critical || !list.next_update.has_value()) return false;
    if (list.hash_is_weak) return false;
    // Another spelling of the name counts against a list: GnuTLS would not find the issuer.
    if (list.issuer != issuer.subject) return false;
    if (question_.now < list.this_update || question_.now >= *list.next_update) return false;
    return Allows(issuer.key_usage, kCrlSign) && question_.signed_by(list, issuer);
  }

  std::span<const Certificate> path_;
  bool complete_;
  const PathQuestion& question_;
  VerdictSet found_;
  std::size_t name_budget_ = kNameBudget;
};

}  // namespace

VerdictSet JudgePath(std::span<const Certificate> path, bool complete,
                     const PathQuestion& question) {
  if (path.empty()) return {Verdict::kUnknownIssuer};
  return PathJudge(path, complete, question).Judge();
}

}  // namespace tandem
