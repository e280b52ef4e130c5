// What GnuTLS's codes mean to tandem.

#include "backends/gnutls/errors.h"

#include <algorithm>
#include <iterator>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

namespace tandem::gnutls {
namespace {

constexpr char kMalformed[] = "the peer sent a malformed TLS message";
constexpr char kMisplaced[] = "the peer sent a TLS message that has no place there";
constexpr char kIllegal[] = "the peer chose something that was not offered, or that TLS forbids";
constexpr char kDamaged[] = "a record of the peer was damaged or forged on its way";
constexpr char kOversized[] = "the peer sent a record that is longer than TLS allows";
constexpr char kBadProof[] = "the peer's signature or checksum of the handshake is wrong";
constexpr char kLacksExtension[] = "the peer's hello lacks an extension that TLS requires";
constexpr char kNoVersion[] =
    "there is no TLS version that both sides speak; widen the versions of one of them";
constexpr char kNoSuite[] =
    "there is no cipher suite that both sides speak and that fits the server's key";
constexpr char kNoGroup[] = "there is no key exchange group that both sides speak";
constexpr char kNoScheme[] =
    "there is no signature scheme that both sides speak and that fits the server's key";
constexpr char kNoAlpn[] = "there is no application protocol (ALPN) that both sides speak";
constexpr char kNoSecureRenegotiation[] =
    "the peer lacks RFC 5746 (secure renegotiation), so it is too old to be safe";
constexpr char kTooLarge[] = "the peer sent a handshake message that is larger than the limit";
constexpr char kTooEmpty[] = "the peer sends records without content and nothing else";
constexpr char kTooManyKeyUpdates[] = "the peer changes its key more than 8 times in a second";
constexpr char kTooManyRecords[] = "too many records were exchanged under one key";
constexpr char kEnded[] = "the connection ended without close_notify: bytes may be missing";
constexpr char kBroken[] = "the connection broke";
constexpr char kAlerted[] = "the peer ended the connection with the alert";
constexpr char kBadCertificate[] = "the peer is not trusted: its certificate is malformed";
constexpr char kRejected[] = "the peer is not trusted: its certificate was rejected";
constexpr char kNoCertificate[] =
    "the peer is not trusted: it showed no certificate and one is required";
constexpr char kNoMemory[] = "GnuTLS is out of memory";
constexpr char kDefect[] =
    "GnuTLS failed in a way that no peer and no caller should be able to cause";

// GNUTLS_E_UNKNOWN_COMPRESSION_ALGORITHM, which later versions return and do not declare.
constexpr int kNoNullCompression = -3;

constexpr Row kRows[] = {
    // Its messages do not parse.
    {GNUTLS_E_UNEXPECTED_PACKET_LENGTH, ErrorKind::kProtocol, Alert::kDecodeError, kMalformed},
    {GNUTLS_E_UNEXPECTED_EXTENSIONS_LENGTH, ErrorKind::kProtocol, Alert::kDecodeError, kMalformed},
    {GNUTLS_E_PARSING_ERROR, ErrorKind::kProtocol, Alert::kDecodeError, kMalformed},
    {GNUTLS_E_NO_CERTIFICATE_FOUND, ErrorKind::kProtocol, Alert::kDecodeError, kMalformed},

    // They parse, and come at the wrong time.
    {GNUTLS_E_UNEXPECTED_PACKET, ErrorKind::kProtocol, Alert::kUnexpectedMessage, kMisplaced},
    {GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET, ErrorKind::kProtocol, Alert::kUnexpectedMessage,
     kMisplaced},
    {GNUTLS_E_GOT_APPLICATION_DATA, ErrorKind::kProtocol, Alert::kUnexpectedMessage, kMisplaced},
    {GNUTLS_E_REHANDSHAKE, ErrorKind::kProtocol, Alert::kUnexpectedMessage, kMisplaced},
    {GNUTLS_E_WARNING_ALERT_RECEIVED, ErrorKind::kProtocol, Alert::kHandshakeFailure, kMisplaced},

    // What they say is not allowed.
    // Said of keys of the peer's that it cannot use; no call of ours can be the reason.
    {GNUTLS_E_INVALID_REQUEST, ErrorKind::kProtocol, Alert::kIllegalParameter, kIllegal},
    {GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER, ErrorKind::kProtocol, Alert::kIllegalParameter, kIllegal},
    {GNUTLS_E_ILLEGAL_PARAMETER, ErrorKind::kProtocol, Alert::kIllegalParameter, kIllegal},
    {GNUTLS_E_UNKNOWN_CIPHER_SUITE, ErrorKind::kProtocol, Alert::kIllegalParameter, kIllegal},
    {GNUTLS_E_UNKNOWN_PK_ALGORITHM, ErrorKind::kProtocol, Alert::kIllegalParameter, kIllegal},
    {GNUTLS_E_PK_INVALID_PUBKEY, ErrorKind::kProtocol, Alert::kIllegalParameter, kIllegal},
    {GNUTLS_E_INCOMPATIBLE_SIG_WITH_KEY, ErrorKind::kProtocol, Alert::kIllegalParameter, kIllegal},
    {GNUTLS_E_RECEIVED_DISALLOWED_NAME, ErrorKind::kProtocol, Alert::kUnrecognizedName, kIllegal},
    {GNUTLS_E_UNSUPPORTED_CERTIFICATE_TYPE, ErrorKind::kProtocol, Alert::kIllegalParameter,
     kIllegal},
    {GNUTLS_E_DECOMPRESSION_FAILED, ErrorKind::kProtocol, Alert::kIllegalParameter, kIllegal},
    {kNoNullCompression, ErrorKind::kProtocol, Alert::kDecodeError, kIllegal},
    {GNUTLS_E_RECEIVED_ILLEGAL_EXTENSION, ErrorKind::kProtocol, Alert::kUnsupportedExtension,
     kIllegal},
    {GNUTLS_E_UNRECOGNIZED_NAME, ErrorKind::kProtocol, Alert::kUnrecognizedName, kIllegal},
    {GNUTLS_E_MISSING_EXTENSION, ErrorKind::kProtocol, Alert::kMissingExtension, kLacksExtension},

    // Records and proofs that do not check out.
    {GNUTLS_E_DECRYPTION_FAILED, ErrorKind::kProtocol, Alert::kBadRecordMac, kDamaged},
    {GNUTLS_E_RECORD_OVERFLOW, ErrorKind::kProtocol, Alert::kRecordOverflow, kOversized},
    {GNUTLS_E_PK_SIG_VERIFY_FAILED, ErrorKind::kProtocol, Alert::kDecryptError, kBadProof},
    {GNUTLS_E_ERROR_IN_FINISHED_PACKET, ErrorKind::kProtocol, Alert::kDecryptError, kBadProof},

    // Both sides are right.
    {GNUTLS_E_UNSUPPORTED_VERSION_PACKET, ErrorKind::kIncompatible, Alert::kProtocolVersion,
     kNoVersion},
    {GNUTLS_E_INAPPROPRIATE_FALLBACK, ErrorKind::kIncompatible, Alert::kInappropriateFallback,
     kNoVersion},
    {GNUTLS_E_NO_CIPHER_SUITES, ErrorKind::kIncompatible, Alert::kHandshakeFailure, kNoSuite},
    {GNUTLS_E_INSUFFICIENT_CREDENTIALS, ErrorKind::kIncompatible, Alert::kHandshakeFailure,
     kNoSuite},
    {GNUTLS_E_INSUFFICIENT_SECURITY, ErrorKind::kIncompatible, Alert::kHandshakeFailure, kNoSuite},
    {GNUTLS_E_NO_COMMON_KEY_SHARE, ErrorKind::kIncompatible, Alert::kHandshakeFailure, kNoGroup},
    {GNUTLS_E_ECC_NO_SUPPORTED_CURVES, ErrorKind::kIncompatible, Alert::kHandshakeFailure,
     kNoGroup},
    {GNUTLS_E_ECC_UNSUPPORTED_CURVE, ErrorKind::kIncompatible, Alert::kHandshakeFailure, kNoGroup},
    {GNUTLS_E_DH_PRIME_UNACCEPTABLE, ErrorKind::kIncompatible, Alert::kHandshakeFailure, kNoGroup},
    {GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM, ErrorKind::kIncompatible, Alert::kHandshakeFailure,
     kNoScheme},
    {GNUTLS_E_NO_APPLICATION_PROTOCOL, ErrorKind::kIncompatible, Alert::kNoApplicationProtocol,
     kNoAlpn},
    {GNUTLS_E_SAFE_RENEGOTIATION_FAILED, ErrorKind::kIncompatible, Alert::kHandshakeFailure,
     kNoSecureRenegotiation},
    {GNUTLS_E_UNSAFE_RENEGOTIATION_DENIED, ErrorKind::kIncompatible, Alert::kHandshakeFailure,
     kNoSecureRenegotiation},

    // Limits of the library.
    {GNUTLS_E_HANDSHAKE_TOO_LARGE, ErrorKind::kLimit, Alert::kIllegalParameter, kTooLarge},
    {GNUTLS_E_TOO_MANY_EMPTY_PACKETS, ErrorKind::kLimit, Alert::kUnexpectedMessage, kTooEmpty},
    {GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, ErrorKind::kLimit, std::nullopt, kTooManyKeyUpdates},
    {GNUTLS_E_RECORD_LIMIT_REACHED, ErrorKind::kLimit, Alert::kInternalError, kTooManyRecords},

    // The stream ended or broke, or the peer has said why it goes; the Wire knows more.
    {GNUTLS_E_PREMATURE_TERMINATION, ErrorKind::kTruncated, std::nullopt, kEnded},
    {GNUTLS_E_PULL_ERROR, ErrorKind::kTransport, std::nullopt, kBroken},
    {GNUTLS_E_PUSH_ERROR, ErrorKind::kTransport, std::nullopt, kBroken},
    {GNUTLS_E_FATAL_ALERT_RECEIVED, ErrorKind::kPeerAlert, std::nullopt, kAlerted},

    // The policy's word replaces these; a certificate that does not parse never gets there.
    {GNUTLS_E_CERTIFICATE_ERROR, ErrorKind::kUntrusted, Alert::kBadCertificate, kBadCertificate,
     Verdict::kMalformed},
    {GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, ErrorKind::kUntrusted, Alert::kBadCertificate,
     kRejected, Verdict::kOther},
    {GNUTLS_E_KEY_USAGE_VIOLATION, ErrorKind::kUntrusted, Alert::kUnsupportedCertificate, kRejected,
     Verdict::kWrongPurpose},
    {GNUTLS_E_CERTIFICATE_REQUIRED, ErrorKind::kUntrusted, Alert::kCertificateRequired,
     kNoCertificate, Verdict::kNoCertificate},
    {GNUTLS_E_ASN1_DER_ERROR, ErrorKind::kUntrusted, Alert::kBadCertificate, kBadCertificate,
     Verdict::kMalformed},
    {GNUTLS_E_ASN1_ELEMENT_NOT_FOUND, ErrorKind::kUntrusted, Alert::kBadCertificate,
     kBadCertificate, Verdict::kMalformed},
    {GNUTLS_E_ASN1_GENERIC_ERROR, ErrorKind::kUntrusted, Alert::kBadCertificate, kBadCertificate,
     Verdict::kMalformed},
    {GNUTLS_E_ASN1_SYNTAX_ERROR, ErrorKind::kUntrusted, Alert::kBadCertificate, kBadCertificate,
     Verdict::kMalformed},
    {GNUTLS_E_ASN1_TAG_ERROR, ErrorKind::kUntrusted, Alert::kBadCertificate, kBadCertificate,
     Verdict::kMalformed},
    {GNUTLS_E_ASN1_VALUE_NOT_FOUND, ErrorKind::kUntrusted, Alert::kBadCertificate, kBadCertificate,
     Verdict::kMalformed},
    {GNUTLS_E_ASN1_VALUE_NOT_VALID, ErrorKind::kUntrusted, Alert::kBadCertificate, kBadCertificate,
     Verdict::kMalformed},
    {GNUTLS_E_ASN1_TIME_ERROR, ErrorKind::kUntrusted, Alert::kBadCertificate, kBadCertificate,
     Verdict::kMalformed},
    {GNUTLS_E_X509_DUPLICATE_EXTENSION, ErrorKind::kUntrusted, Alert::kBadCertificate,
     kBadCertificate, Verdict::kMalformed},

    {GNUTLS_E_MEMORY_ERROR, ErrorKind::kInternal, Alert::kInternalError, kNoMemory},
};

}  // namespace

const Row* FindRow(int code) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [code](const Row& candidate) { return candidate.code == code; });
  return row == std::end(kRows) ? nullptr : row;
}

Failure FailureFor(int code) {
  Failure failure;
  Error& error = failure.error;
  error.native = NativeText(code);
  error.what = kDefect;
  failure.alert_due = Alert::kInternalError;
  const Row* row = FindRow(code);
  if (row == nullptr) return failure;
  error.kind = row->kind;
  error.what = row->what;
  error.verdict = row->verdict;
  failure.alert_due = row->alert;
  return failure;
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
      {GNUTLS_CERT_INSECURE_ALGORITHM, Verdict::kWeak},
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
