#include "tandem/verdict.h"

namespace tandem {

std::string_view VerdictText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNoCertificate: return "it showed no certificate";
    case Verdict::kMalformed: return "its certificate is malformed";
    case Verdict::kUnknownIssuer: return "its certificate was issued by nobody that is trusted";
    case Verdict::kTooDeep: return "its certificate chain is too long";
    case Verdict::kBadSignature: return "a signature in its certificate chain is wrong";
    case Verdict::kRevoked: return "its certificate has been revoked";
    case Verdict::kExpired: return "its certificate has expired";
    case Verdict::kNotYetValid: return "its certificate is not valid yet";
    case Verdict::kWrongPurpose: return "its certificate may not be used for this purpose";
    case Verdict::kNameConstraint: return "its issuer may not vouch for its names";
    case Verdict::kWeak: return "its certificate uses a weak key or signature";
    case Verdict::kCriticalExtension:
      return "a certificate in its chain makes demands that are not understood";
    case Verdict::kRevocationUnknown:
      return "no current list tells whether its certificate has been revoked";
    case Verdict::kWrongName: return "its certificate is for another name";
    case Verdict::kNotPinned: return "its certificate is not one of those that are pinned";
    case Verdict::kRefused: return "this program refused its certificate";
    case Verdict::kOther: return "its certificate was rejected";
  }
  return "its certificate was rejected";
}

Alert AlertFor(Verdict verdict, Version version) {
  switch (verdict) {
    case Verdict::kNoCertificate:
      return version == Version::kTls13 ? Alert::kCertificateRequired : Alert::kHandshakeFailure;
    case Verdict::kUnknownIssuer:
    case Verdict::kTooDeep: return Alert::kUnknownCa;
    case Verdict::kBadSignature: return Alert::kDecryptError;
    case Verdict::kRevoked: return Alert::kCertificateRevoked;
    case Verdict::kExpired: return Alert::kCertificateExpired;
    case Verdict::kWrongPurpose: return Alert::kUnsupportedCertificate;
    case Verdict::kCriticalExtension:
    case Verdict::kRevocationUnknown:
    case Verdict::kRefused:
    case Verdict::kOther: return Alert::kCertificateUnknown;
    case Verdict::kMalformed:
    case Verdict::kNotYetValid:
    case Verdict::kNameConstraint:
    case Verdict::kWeak:
    case Verdict::kNotPinned:
    case Verdict::kWrongName: return Alert::kBadCertificate;
  }
  return Alert::kCertificateUnknown;
}

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNoCertificate: return "no_certificate";
    case Verdict::kMalformed: return "malformed";
    case Verdict::kUnknownIssuer: return "unknown_issuer";
    case Verdict::kTooDeep: return "too_deep";
    case Verdict::kBadSignature: return "bad_signature";
    case Verdict::kRevoked: return "revoked";
    case Verdict::kExpired: return "expired";
    case Verdict::kNotYetValid: return "not_yet_valid";
    case Verdict::kWrongPurpose: return "wrong_purpose";
    case Verdict::kNameConstraint: return "name_constraint";
    case Verdict::kCriticalExtension: return "critical_extension";
    case Verdict::kWeak: return "weak";
    case Verdict::kRevocationUnknown: return "revocation_unknown";
    case Verdict::kWrongName: return "wrong_name";
    case Verdict::kNotPinned: return "not_pinned";
    case Verdict::kRefused: return "refused";
    case Verdict::kOther: return "other";
  }
  return "other";
}

std::optional<Verdict> VerdictSet::Gravest() const {
  for (auto value = static_cast<unsigned>(Verdict::kNoCertificate);
       value <= static_cast<unsigned>(Verdict::kOther); ++value) {
    if (Has(static_cast<Verdict>(value))) return static_cast<Verdict>(value);
  }
  return std::nullopt;
}

}  // namespace tandem
