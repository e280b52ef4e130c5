// What GnuTLS's codes mean to tandem.

#include "backends/gnutls/errors.h"

#include <algorithm>
#include <iterator>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

namespace tandem::gnutls {
namespace {

// GNUTLS_E_UNKNOWN_COMPRESSION_ALGORITHM, which later versions return and do not declare.
constexpr int kNoNullCompression = -3;

constexpr Row kRows[] = {
    // Its messages do not parse.
    {GNUTLS_E_UNEXPECTED_PACKET_LENGTH, Fault::kMalformedMessage, Alert::kDecodeError},
    {GNUTLS_E_UNEXPECTED_EXTENSIONS_LENGTH, Fault::kMalformedMessage, Alert::kDecodeError},
    {GNUTLS_E_PARSING_ERROR, Fault::kMalformedMessage, Alert::kDecodeError},
    {GNUTLS_E_NO_CERTIFICATE_FOUND, Fault::kMalformedMessage, Alert::kDecodeError},

    // They parse, and come at the wrong time.
    {GNUTLS_E_UNEXPECTED_PACKET, Fault::kMisplacedMessage, Alert::kUnexpectedMessage},
    {GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET, Fault::kMisplacedMessage, Alert::kUnexpectedMessage},
    {GNUTLS_E_GOT_APPLICATION_DATA, Fault::kMisplacedMessage, Alert::kUnexpectedMessage},
    {GNUTLS_E_REHANDSHAKE, Fault::kMisplacedMessage, Alert::kUnexpectedMessage},
    {GNUTLS_E_WARNING_ALERT_RECEIVED, Fault::kMisplacedMessage, Alert::kHandshakeFailure},

    // What they say is not allowed.
    // Said of keys of the peer's that it cannot use; no call of ours can be the reason.
    {GNUTLS_E_INVALID_REQUEST, Fault::kUnusableKey, Alert::kIllegalParameter},
    {GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER, Fault::kIllegalChoice, Alert::kIllegalParameter},
    {GNUTLS_E_ILLEGAL_PARAMETER, Fault::kIllegalChoice, Alert::kIllegalParameter},
    {GNUTLS_E_UNKNOWN_CIPHER_SUITE, Fault::kIllegalChoice, Alert::kIllegalParameter},
    {GNUTLS_E_UNKNOWN_PK_ALGORITHM, Fault::kIllegalChoice, Alert::kIllegalParameter},
    {GNUTLS_E_PK_INVALID_PUBKEY, Fault::kIllegalChoice, Alert::kIllegalParameter},
    {GNUTLS_E_INCOMPATIBLE_SIG_WITH_KEY, Fault::kIllegalChoice, Alert::kIllegalParameter},
    {GNUTLS_E_RECEIVED_DISALLOWED_NAME, Fault::kIllegalChoice, Alert::kUnrecognizedName},
    {GNUTLS_E_UNSUPPORTED_CERTIFICATE_TYPE, Fault::kIllegalChoice, Alert::kIllegalParameter},
    {GNUTLS_E_DECOMPRESSION_FAILED, Fault::kIllegalChoice, Alert::kIllegalParameter},
    {kNoNullCompression, Fault::kIllegalChoice, Alert::kDecodeError},
    {GNUTLS_E_RECEIVED_ILLEGAL_EXTENSION, Fault::kIllegalChoice, Alert::kUnsupportedExtension},
    {GNUTLS_E_UNRECOGNIZED_NAME, Fault::kIllegalChoice, Alert::kUnrecognizedName},
    {GNUTLS_E_MISSING_EXTENSION, Fault::kMissingExtension, Alert::kMissingExtension},

    // Records and proofs that do not check out.
    {GNUTLS_E_DECRYPTION_FAILED, Fault::kDamagedRecord, Alert::kBadRecordMac},
    {GNUTLS_E_RECORD_OVERFLOW, Fault::kOversizedRecord, Alert::kRecordOverflow},
    {GNUTLS_E_PK_SIG_VERIFY_FAILED, Fault::kWrongProof, Alert::kDecryptError},
    {GNUTLS_E_ERROR_IN_FINISHED_PACKET, Fault::kWrongProof, Alert::kDecryptError},

    // Both sides are right.
    {GNUTLS_E_UNSUPPORTED_VERSION_PACKET, Fault::kNoSharedVersion, Alert::kProtocolVersion},
    {GNUTLS_E_INAPPROPRIATE_FALLBACK, Fault::kNoSharedVersion, Alert::kInappropriateFallback},
    {GNUTLS_E_NO_CIPHER_SUITES, Fault::kNoSharedSuite, Alert::kHandshakeFailure},
    {GNUTLS_E_INSUFFICIENT_CREDENTIALS, Fault::kNoSharedSuite, Alert::kHandshakeFailure},
    {GNUTLS_E_INSUFFICIENT_SECURITY, Fault::kNoSharedSuite, Alert::kHandshakeFailure},
    {GNUTLS_E_NO_COMMON_KEY_SHARE, Fault::kNoSharedGroup, Alert::kHandshakeFailure},
    {GNUTLS_E_ECC_NO_SUPPORTED_CURVES, Fault::kNoSharedGroup, Alert::kHandshakeFailure},
    {GNUTLS_E_ECC_UNSUPPORTED_CURVE, Fault::kNoSharedGroup, Alert::kHandshakeFailure},
    {GNUTLS_E_DH_PRIME_UNACCEPTABLE, Fault::kNoSharedGroup, Alert::kHandshakeFailure},
    {GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM, Fault::kNoSharedScheme, Alert::kHandshakeFailure},
    {GNUTLS_E_NO_APPLICATION_PROTOCOL, Fault::kNoSharedProtocol, Alert::kNoApplicationProtocol},
    {GNUTLS_E_SAFE_RENEGOTIATION_FAILED, Fault::kNoSafeRenegotiation, Alert::kHandshakeFailure},
    {GNUTLS_E_UNSAFE_RENEGOTIATION_DENIED, Fault::kNoSafeRenegotiation, Alert::kHandshakeFailure},

    // Limits of the library.
    {GNUTLS_E_HANDSHAKE_TOO_LARGE, Fault::kOversizedMessage, Alert::kIllegalParameter},
    {GNUTLS_E_TOO_MANY_EMPTY_PACKETS, Fault::kTooManyEmptyRecords, Alert::kUnexpectedMessage},
    {GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, Fault::kTooManyKeyUpdates, std::nullopt},
    {GNUTLS_E_RECORD_LIMIT_REACHED, Fault::kTooManyRecords, Alert::kInternalError},

    // The stream ended or broke, or the peer has said why it goes; the Wire knows more.
    {GNUTLS_E_PREMATURE_TERMINATION, Fault::kTruncated, std::nullopt},
    {GNUTLS_E_TIMEDOUT, Fault::kTimedOut, std::nullopt},
    {GNUTLS_E_PULL_ERROR, Fault::kBrokenTransport, std::nullopt},
    {GNUTLS_E_PUSH_ERROR, Fault::kBrokenTransport, std::nullopt},
    {GNUTLS_E_FATAL_ALERT_RECEIVED, Fault::kAlertReceived, std::nullopt},

    // The policy's word replaces these; a certificate that does not parse never gets there.
    {GNUTLS_E_CERTIFICATE_ERROR, Fault::kMalformedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, Fault::kRejectedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_KEY_USAGE_VIOLATION, Fault::kMisusedCertificate, Alert::kUnsupportedCertificate},
    {GNUTLS_E_CERTIFICATE_REQUIRED, Fault::kNoCertificate, Alert::kCertificateRequired},
    {GNUTLS_E_ASN1_DER_ERROR, Fault::kMalformedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_ASN1_ELEMENT_NOT_FOUND, Fault::kMalformedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_ASN1_GENERIC_ERROR, Fault::kMalformedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_ASN1_SYNTAX_ERROR, Fault::kMalformedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_ASN1_TAG_ERROR, Fault::kMalformedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_ASN1_VALUE_NOT_FOUND, Fault::kMalformedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_ASN1_VALUE_NOT_VALID, Fault::kMalformedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_ASN1_TIME_ERROR, Fault::kMalformedCertificate, Alert::kBadCertificate},
    {GNUTLS_E_X509_DUPLICATE_EXTENSION, Fault::kMalformedCertificate, Alert::kBadCertificate},

    {GNUTLS_E_MEMORY_ERROR, Fault::kOutOfMemory, Alert::kInternalError},
};

}  // namespace

const Row* FindRow(int code) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [code](const Row& candidate) { return candidate.code == code; });
  return row == std::end(kRows) ? nullptr : row;
}

Failure FailureFor(int code) {
  const Row* row = FindRow(code);
  if (row == nullptr) return {MakeFault(Fault::kDefect, NativeText(code)), Alert::kInternalError};
  return {MakeFault(row->fault, NativeText(code)), row->alert};
}

VerdictSet VerdictFor(unsigned int status) {
  struct Finding {
    unsigned int bit;
    Verdict verdict;
  };
  constexpr Finding findings[] = {
      {GNUTLS_CERT_SIGNER_NOT_FOUND, Verdict::kUnknownIssuer},
      {GNUTLS_CERT_SIGNATURE_FAILURE, Verdict::kBadSignature},
      {GNUTLS_CERT_REVOKED, Verdict::kRevoked},
      {GNUTLS_CERT_EXPIRED, Verdict::kExpired},
      {GNUTLS_CERT_NOT_ACTIVATED, Verdict::kNotYetValid},
      {GNUTLS_CERT_SIGNER_NOT_CA, Verdict::kWrongPurpose},
      {GNUTLS_CERT_PURPOSE_MISMATCH, Verdict::kWrongPurpose},
      {GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, Verdict::kNameConstraint},
      {GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, Verdict::kCriticalExtension},
      {GNUTLS_CERT_INSECURE_ALGORITHM, Verdict::kWeak},
      {GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED, Verdict::kRevocationUnknown},
      {GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE, Verdict::kRevocationUnknown},
      {GNUTLS_CERT_MISSING_OCSP_STATUS, Verdict::kRevocationUnknown},
      {GNUTLS_CERT_INVALID_OCSP_STATUS, Verdict::kRevocationUnknown},
      {GNUTLS_CERT_UNEXPECTED_OWNER, Verdict::kWrongName},
  };
  VerdictSet verdicts;
  for (const Finding& finding : findings) {
    if ((status & finding.bit) != 0) verdicts.Add(finding.verdict);
    status &= ~finding.bit;
  }
  // GNUTLS_CERT_INVALID goes with every finding and says nothing if there is another one.
  if (verdicts.empty() && status != 0) verdicts.Add(Verdict::kOther);
  if ((status & ~unsigned{GNUTLS_CERT_INVALID}) != 0) verdicts.Add(Verdict::kOther);
  return verdicts;
}

std::string NativeText(int code) {
  if (code == 0) return {};
  return "GnuTLS " + std::to_string(code) + ": " + gnutls_strerror(code);
}

}  // namespace tandem::gnutls
