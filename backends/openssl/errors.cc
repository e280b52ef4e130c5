// What OpenSSL's codes mean to tandem.

#include "backends/openssl/errors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace tandem::openssl {
namespace {

// libssl reports an alert that it received as this much plus the alert's number.
constexpr int kAlertBase = SSL_AD_REASON_OFFSET;
constexpr int kAlertLimit = kAlertBase + 256;

constexpr char kMalformed[] = "the peer sent a malformed TLS message";
constexpr char kMisplaced[] = "the peer sent a TLS message that has no place there";
constexpr char kIllegal[] = "the peer chose something that was not offered, or that TLS forbids";
constexpr char kDamaged[] = "a record of the peer was damaged or forged on its way";
constexpr char kOversized[] = "the peer sent a record that is longer than TLS allows";
constexpr char kBadProof[] = "the peer's signature or checksum of the handshake is wrong";
constexpr char kLacksExtension[] = "the peer's hello lacks an extension that TLS requires";
constexpr char kNotTls[] =
    "the peer does not speak TLS; check the port, and whether TLS is on there";
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
constexpr char kTooManyWarnings[] = "the peer sends warnings and nothing else";
constexpr char kTooManyKeyUpdates[] = "the peer changes its key too often";
constexpr char kEnded[] = "the connection ended without close_notify: bytes may be missing";
constexpr char kBadCertificate[] = "the peer is not trusted: its certificate is malformed";
constexpr char kWeakCertificate[] =
    "the peer is not trusted: its certificate uses a weak key or signature";
constexpr char kRejected[] = "the peer is not trusted: its certificate was rejected";
constexpr char kNoCertificate[] =
    "the peer is not trusted: it showed no certificate and one is required";

constexpr Row kRows[] = {
    // Its messages do not parse.
    {SSL_R_BAD_CHANGE_CIPHER_SPEC, ErrorKind::kProtocol, kMalformed},
    {SSL_R_BAD_DIGEST_LENGTH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_BAD_EXTENSION, ErrorKind::kProtocol, kMalformed},
    {SSL_R_BAD_HANDSHAKE_LENGTH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_BAD_HELLO_REQUEST, ErrorKind::kProtocol, kMalformed},
    {SSL_R_BAD_KEY_UPDATE, ErrorKind::kProtocol, kMalformed},
    {SSL_R_BAD_LENGTH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_BAD_PACKET, ErrorKind::kProtocol, kMalformed},
    {SSL_R_BAD_PACKET_LENGTH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_CALLBACK_FAILED, ErrorKind::kProtocol, kMalformed},  // hello.cc could not read it.
    {SSL_R_CA_DN_LENGTH_MISMATCH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_CERT_LENGTH_MISMATCH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_CIPHER_CODE_WRONG_LENGTH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_CLIENTHELLO_TLSEXT, ErrorKind::kProtocol, kMalformed},
    {SSL_R_ERROR_IN_RECEIVED_CIPHER_LIST, ErrorKind::kProtocol, kMalformed},
    {SSL_R_EXTRA_DATA_IN_MESSAGE, ErrorKind::kProtocol, kMalformed},
    {SSL_R_POST_HANDSHAKE_AUTH_ENCODING_ERR, ErrorKind::kProtocol, kMalformed},
    {SSL_R_SIGNATURE_ALGORITHMS_ERROR, ErrorKind::kProtocol, kMalformed},
    {SSL_R_EXT_LENGTH_MISMATCH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_INVALID_ALERT, ErrorKind::kProtocol, kMalformed},
    {SSL_R_INVALID_CCS_MESSAGE, ErrorKind::kProtocol, kMalformed},
    {SSL_R_INVALID_KEY_UPDATE_TYPE, ErrorKind::kProtocol, kMalformed},
    {SSL_R_LENGTH_MISMATCH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_LENGTH_TOO_LONG, ErrorKind::kProtocol, kMalformed},
    {SSL_R_LENGTH_TOO_SHORT, ErrorKind::kProtocol, kMalformed},
    {SSL_R_MISSING_FATAL, ErrorKind::kProtocol, kMalformed},
    {SSL_R_PARSE_TLSEXT, ErrorKind::kProtocol, kMalformed},
    {SSL_R_RECORD_LENGTH_MISMATCH, ErrorKind::kProtocol, kMalformed},
    {SSL_R_RENEGOTIATE_EXT_TOO_LONG, ErrorKind::kProtocol, kMalformed},
    {SSL_R_RENEGOTIATION_ENCODING_ERR, ErrorKind::kProtocol, kMalformed},
    {SSL_R_SERVERHELLO_TLSEXT, ErrorKind::kProtocol, kMalformed},
    {SSL_R_SSL3_SESSION_ID_TOO_LONG, ErrorKind::kProtocol, kMalformed},
    {SSL_R_TLS_INVALID_ECPOINTFORMAT_LIST, ErrorKind::kProtocol, kMalformed},
    {SSL_R_UNKNOWN_ALERT_TYPE, ErrorKind::kProtocol, kMalformed},
    {SSL_R_WRONG_VERSION_NUMBER, ErrorKind::kProtocol, kMalformed},

    // They parse, and come at the wrong time.
    {SSL_R_APPLICATION_DATA_AFTER_CLOSE_NOTIFY, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_APP_DATA_IN_HANDSHAKE, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_BAD_RECORD_TYPE, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_CCS_RECEIVED_EARLY, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_DATA_BETWEEN_CCS_AND_FINISHED, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_GOT_A_FIN_BEFORE_A_CCS, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_NOT_ON_RECORD_BOUNDARY, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_NO_RENEGOTIATION, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_UNEXPECTED_CCS_MESSAGE, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_UNEXPECTED_END_OF_EARLY_DATA, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_UNEXPECTED_MESSAGE, ErrorKind::kProtocol, kMisplaced},
    {SSL_R_UNEXPECTED_RECORD, ErrorKind::kProtocol, kMisplaced},

    // What they say is not allowed.
    {SSL_R_BAD_CIPHER, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BAD_DATA, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BAD_DH_VALUE, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BAD_ECPOINT, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BAD_HRR_VERSION, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BAD_KEY_SHARE, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BAD_LEGACY_VERSION, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BAD_PROTOCOL_VERSION_NUMBER, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BAD_PSK, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BAD_PSK_IDENTITY, ErrorKind::kProtocol, kIllegal},
    {SSL_R_BINDER_DOES_NOT_VERIFY, ErrorKind::kProtocol, kIllegal},
    {SSL_R_CIPHERSUITE_DIGEST_HAS_CHANGED, ErrorKind::kProtocol, kIllegal},
    {SSL_R_COMPRESSION_DISABLED, ErrorKind::kProtocol, kIllegal},
    {SSL_R_ILLEGAL_POINT_COMPRESSION, ErrorKind::kProtocol, kIllegal},
    {SSL_R_INCONSISTENT_COMPRESSION, ErrorKind::kProtocol, kIllegal},
    {SSL_R_INCONSISTENT_EXTMS, ErrorKind::kProtocol, kIllegal},
    {SSL_R_INVALID_COMPRESSION_ALGORITHM, ErrorKind::kProtocol, kIllegal},
    {SSL_R_INVALID_SESSION_ID, ErrorKind::kProtocol, kIllegal},
    {SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED, ErrorKind::kProtocol, kIllegal},
    {SSL_R_NO_CHANGE_FOLLOWING_HRR, ErrorKind::kProtocol, kIllegal},
    {SSL_R_NO_COMPRESSION_SPECIFIED, ErrorKind::kProtocol, kIllegal},
    {SSL_R_RENEGOTIATION_MISMATCH, ErrorKind::kProtocol, kIllegal},
    {SSL_R_REQUIRED_CIPHER_MISSING, ErrorKind::kProtocol, kIllegal},
    {SSL_R_SCSV_RECEIVED_WHEN_RENEGOTIATING, ErrorKind::kProtocol, kIllegal},
    {SSL_R_SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH, ErrorKind::kProtocol, kIllegal},
    {SSL_R_UNKNOWN_CIPHER_RETURNED, ErrorKind::kProtocol, kIllegal},
    {SSL_R_UNKNOWN_KEY_EXCHANGE_TYPE, ErrorKind::kProtocol, kIllegal},
    {SSL_R_UNSOLICITED_EXTENSION, ErrorKind::kProtocol, kIllegal},
    {SSL_R_UNSUPPORTED_COMPRESSION_ALGORITHM, ErrorKind::kProtocol, kIllegal},
    {SSL_R_UNSUPPORTED_ELLIPTIC_CURVE, ErrorKind::kProtocol, kIllegal},
    {SSL_R_WRONG_CERTIFICATE_TYPE, ErrorKind::kProtocol, kIllegal},
    {SSL_R_WRONG_CIPHER_RETURNED, ErrorKind::kProtocol, kIllegal},
    {SSL_R_WRONG_CURVE, ErrorKind::kProtocol, kIllegal},
    {SSL_R_WRONG_SIGNATURE_TYPE, ErrorKind::kProtocol, kIllegal},
    {SSL_R_MISSING_SIGALGS_EXTENSION, ErrorKind::kProtocol, kLacksExtension},
    {SSL_R_MISSING_SUPPORTED_GROUPS_EXTENSION, ErrorKind::kProtocol, kLacksExtension},
    {SSL_R_MISSING_PSK_KEX_MODES_EXTENSION, ErrorKind::kProtocol, kLacksExtension},
    {SSL_R_EXTENSION_NOT_RECEIVED, ErrorKind::kProtocol, kLacksExtension},

    // Records and proofs that do not check out.
    {SSL_R_BLOCK_CIPHER_PAD_IS_WRONG, ErrorKind::kProtocol, kDamaged},
    {SSL_R_DECRYPTION_FAILED, ErrorKind::kProtocol, kDamaged},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, ErrorKind::kProtocol, kDamaged},
    {SSL_R_DATA_LENGTH_TOO_LONG, ErrorKind::kProtocol, kOversized},
    {SSL_R_ENCRYPTED_LENGTH_TOO_LONG, ErrorKind::kProtocol, kOversized},
    {SSL_R_PACKET_LENGTH_TOO_LONG, ErrorKind::kProtocol, kOversized},
    {SSL_R_BAD_SIGNATURE, ErrorKind::kProtocol, kBadProof},
    {SSL_R_DIGEST_CHECK_FAILED, ErrorKind::kProtocol, kBadProof},
    {SSL_R_WRONG_SIGNATURE_LENGTH, ErrorKind::kProtocol, kBadProof},
    {SSL_R_WRONG_SIGNATURE_SIZE, ErrorKind::kProtocol, kBadProof},

    // It is not TLS. What else is not comes as SSL_R_WRONG_VERSION_NUMBER, and the session knows.
    {SSL_R_HTTP_REQUEST, ErrorKind::kProtocol, kNotTls},
    {SSL_R_HTTPS_PROXY_REQUEST, ErrorKind::kProtocol, kNotTls},

    // Both sides are right.
    {SSL_R_INAPPROPRIATE_FALLBACK, ErrorKind::kIncompatible, kNoVersion},
    {SSL_R_NO_PROTOCOLS_AVAILABLE, ErrorKind::kIncompatible, kNoVersion},
    {SSL_R_UNKNOWN_PROTOCOL, ErrorKind::kIncompatible, kNoVersion},
    {SSL_R_UNKNOWN_SSL_VERSION, ErrorKind::kIncompatible, kNoVersion},
    {SSL_R_UNSUPPORTED_PROTOCOL, ErrorKind::kIncompatible, kNoVersion},
    {SSL_R_UNSUPPORTED_SSL_VERSION, ErrorKind::kIncompatible, kNoVersion},
    {SSL_R_VERSION_TOO_HIGH, ErrorKind::kIncompatible, kNoVersion},
    {SSL_R_VERSION_TOO_LOW, ErrorKind::kIncompatible, kNoVersion},
    {SSL_R_WRONG_SSL_VERSION, ErrorKind::kIncompatible, kNoVersion},
    {SSL_R_NO_SHARED_CIPHER, ErrorKind::kIncompatible, kNoSuite},
    {SSL_R_DH_KEY_TOO_SMALL, ErrorKind::kIncompatible, kNoGroup},
    {SSL_R_NO_SHARED_GROUPS, ErrorKind::kIncompatible, kNoGroup},
    {SSL_R_NO_SUITABLE_GROUPS, ErrorKind::kIncompatible, kNoGroup},
    {SSL_R_NO_SUITABLE_KEY_SHARE, ErrorKind::kIncompatible, kNoGroup},
    {SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, ErrorKind::kIncompatible, kNoScheme},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, ErrorKind::kIncompatible, kNoScheme},
    {SSL_R_NO_APPLICATION_PROTOCOL, ErrorKind::kIncompatible, kNoAlpn},
    {SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, ErrorKind::kIncompatible, kNoSecureRenegotiation},

    // Limits of the library.
    {SSL_R_EXCESSIVE_MESSAGE_SIZE, ErrorKind::kLimit, kTooLarge},
    {SSL_R_RECORD_TOO_SMALL, ErrorKind::kLimit, kTooEmpty},  // The 33rd empty record in a row.
    {SSL_R_TOO_MANY_WARN_ALERTS, ErrorKind::kLimit, kTooManyWarnings},
    {SSL_R_TOO_MANY_KEY_UPDATES, ErrorKind::kLimit, kTooManyKeyUpdates},

    {SSL_R_UNEXPECTED_EOF_WHILE_READING, ErrorKind::kTruncated, kEnded},

    // The policy's word replaces most of these; a certificate that does not parse never gets there.
    {ERR_R_ASN1_LIB, ErrorKind::kUntrusted, kBadCertificate, Verdict::kMalformed},
    {SSL_R_ECC_CERT_NOT_FOR_SIGNING, ErrorKind::kUntrusted, kRejected, Verdict::kWrongPurpose},
    {SSL_R_CA_KEY_TOO_SMALL, ErrorKind::kUntrusted, kWeakCertificate, Verdict::kWeak},
    {SSL_R_CA_MD_TOO_WEAK, ErrorKind::kUntrusted, kWeakCertificate, Verdict::kWeak},
    {SSL_R_EE_KEY_TOO_SMALL, ErrorKind::kUntrusted, kWeakCertificate, Verdict::kWeak},
    {SSL_R_CERTIFICATE_VERIFY_FAILED, ErrorKind::kUntrusted, kRejected, Verdict::kOther},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, ErrorKind::kUntrusted, kNoCertificate,
     Verdict::kNoCertificate},
};

}  // namespace

const Row* FindRow(int code) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [code](const Row& candidate) { return candidate.code == code; });
  return row == std::end(kRows) ? nullptr : row;
}

Failure FailureFor(unsigned long code) {
  Failure failure;
  Error& error = failure.error;
  error.native = NativeText(code);
  error.what = "OpenSSL failed in a way that no peer and no caller should be able to cause";
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return failure;
  const int reason = ERR_GET_REASON(code);
  if (reason >= kAlertBase && reason < kAlertLimit) {
    const auto alert = static_cast<Alert>(reason - kAlertBase);
    error.kind = ErrorKind::kPeerAlert;
    error.what = "the peer ended the connection with the alert " + std::string(AlertName(alert));
    error.alert_received = alert;
    return failure;
  }
  const Row* row = FindRow(reason);
  if (row == nullptr) return failure;
  error.kind = row->kind;
  error.what = row->what;
  error.verdict = row->verdict;
  return failure;
}

VerdictSet VerdictFor(int code) {
  switch (code) {
    case X509_V_OK: return {};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_SUBJECT_ISSUER_MISMATCH:
    case X509_V_ERR_AKID_SKID_MISMATCH:
    case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH: return {Verdict::kUnknownIssuer};
    case X509_V_ERR_CERT_SIGNATURE_FAILURE: return {Verdict::kBadSignature};
    case X509_V_ERR_CERT_REVOKED: return {Verdict::kRevoked};
    case X509_V_ERR_CERT_HAS_EXPIRED: return {Verdict::kExpired};
    case X509_V_ERR_CERT_NOT_YET_VALID: return {Verdict::kNotYetValid};
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_NON_CA:
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE: return {Verdict::kWrongPurpose};
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX: return {Verdict::kNameConstraint};
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK: return {Verdict::kWeak};
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
    case X509_V_ERR_NO_ISSUER_PUBLIC_KEY:
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
    case X509_V_ERR_INVALID_EXTENSION:
    case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
    case X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH: return {Verdict::kMalformed};
    default: return {Verdict::kOther};
  }
}

std::string NativeText(unsigned long code) {
  if (code == 0) return {};
  std::array<char, 9> digits{};
  auto rest = static_cast<std::uint32_t>(code);
  for (std::size_t i = digits.size() - 1; i-- > 0; rest >>= 4) {
    digits[i] = "0123456789ABCDEF"[rest & 0xF];
  }
  std::string text = std::string("OpenSSL ") + digits.data();
  if (const char* reason = ERR_reason_error_string(code)) text += std::string(": ") + reason;
  return text;
}

}  // namespace tandem::openssl
