#include "tandem/verdict.h"

namespace tandem {

std::string_view VerdictText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNoCertificate: return "it showed no certificate";
    case Verdict::kMalformed: return "its certificate is malformed";
    case Verdict::kUnknownIssuer: return "its certificate was issued by nobody that is trusted";
    case Verdict::kBadSignature: return "a signature in its certificate chain is wrong";
    case Verdict::kRevoked: return "its certificate has been revoked";
    case Verdict::kExpired: return "its certificate has expired";
    case Verdict::kNotYetValid: return "its certificate is not valid yet";
    case Verdict::kWrongPurpose: return "its certificate may not be used for this purpose";
    case Verdict::kNameConstraint: return "its issuer may not vouch for its names";
    case Verdict::kWeak: return "its certificate uses a weak key or signature";
    case Verdict::kWrongName: return "its certificate is for another name";
    case Verdict::kOther: return "its certificate was rejected";
  }
  return "its certificate was rejected";
}

Alert AlertFor(Verdict verdict, Version version) {
  switch (verdict) {
    case Verdict::kNoCertificate:
      return version == Version::kTls13 ? Alert::kCertificateRequired : Alert::kHandshakeFailure;
    case Verdict::kUnknownIssuer: return Alert::kUnknownCa;
    case Verdict::kBadSignature: return Alert::kDecryptError;
    case Verdict::kRevoked: return Alert::kCertificateRevoked;
    case Verdict::kExpired: return Alert::kCertificateExpired;
    case Verdict::kWrongPurpose: return Alert::kUnsupportedCertificate;
    case Verdict::kOther: return Alert::kCertificateUnknown;
    case Verdict::kMalformed:
    case Verdict::kNotYetValid:
    case Verdict::kNameConstraint:
    case Verdict::kWeak:
    case Verdict::kWrongName: return Alert::kBadCertificate;
  }
  return Alert::kCertificateUnknown;
}

std::optional<Verdict> VerdictSet::Gravest() const {
  for (auto value = static_cast<unsigned>(Verdict::kNoCertificate);
       value <= static_cast<unsigned>(Verdict::kOther); ++value) {
    if (Has(static_cast<Verdict>(value))) return static_cast<Verdict>(value);
  }
  return std::nullopt;
}

}  // namespace tandem
