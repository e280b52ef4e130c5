// What OpenSSL's codes mean to tandem.

#include "backends/openssl/errors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace tandem::openssl {
namespace {

// libssl reports an alert that it received as this much plus the alert's number.
constexpr int kAlertBase = SSL_AD_REASON_OFFSET;
constexpr int kAlertLimit = kAlertBase + 256;

constexpr Row kRows[] = {
    // Its messages do not parse.
    {SSL_R_BAD_CHANGE_CIPHER_SPEC, Fault::kMalformedMessage},
    {SSL_R_BAD_DIGEST_LENGTH, Fault::kMalformedMessage},
    {SSL_R_BAD_EXTENSION, Fault::kMalformedMessage},
    {SSL_R_BAD_HANDSHAKE_LENGTH, Fault::kMalformedMessage},
    {SSL_R_BAD_HELLO_REQUEST, Fault::kMalformedMessage},
    {SSL_R_BAD_KEY_UPDATE, Fault::kMalformedMessage},
    {SSL_R_BAD_LENGTH, Fault::kMalformedMessage},
    {SSL_R_BAD_PACKET, Fault::kMalformedMessage},
    {SSL_R_BAD_PACKET_LENGTH, Fault::kMalformedMessage},
    {SSL_R_CALLBACK_FAILED, Fault::kMalformedMessage},  // hello.cc could not read it.
    {SSL_R_CA_DN_LENGTH_MISMATCH, Fault::kMalformedMessage},
    {SSL_R_CERT_LENGTH_MISMATCH, Fault::kMalformedMessage},
    {SSL_R_CIPHER_CODE_WRONG_LENGTH, Fault::kMalformedMessage},
    {SSL_R_CLIENTHELLO_TLSEXT, Fault::kMalformedMessage},
    {SSL_R_ERROR_IN_RECEIVED_CIPHER_LIST, Fault::kMalformedMessage},
    {SSL_R_EXTRA_DATA_IN_MESSAGE, Fault::kMalformedMessage},
    {SSL_R_POST_HANDSHAKE_AUTH_ENCODING_ERR, Fault::kMalformedMessage},
    {SSL_R_SIGNATURE_ALGORITHMS_ERROR, Fault::kMalformedMessage},
    {SSL_R_EXT_LENGTH_MISMATCH, Fault::kMalformedMessage},
    {SSL_R_INVALID_ALERT, Fault::kMalformedMessage},
    {SSL_R_INVALID_CCS_MESSAGE, Fault::kMalformedMessage},
    {SSL_R_INVALID_KEY_UPDATE_TYPE, Fault::kMalformedMessage},
    {SSL_R_LENGTH_MISMATCH, Fault::kMalformedMessage},
    {SSL_R_LENGTH_TOO_LONG, Fault::kMalformedMessage},
    {SSL_R_LENGTH_TOO_SHORT, Fault::kMalformedMessage},
    {SSL_R_MISSING_FATAL, Fault::kMalformedMessage},
    {SSL_R_PARSE_TLSEXT, Fault::kMalformedMessage},
    {SSL_R_RECORD_LENGTH_MISMATCH, Fault::kMalformedMessage},
    {SSL_R_RENEGOTIATE_EXT_TOO_LONG, Fault::kMalformedMessage},
    {SSL_R_RENEGOTIATION_ENCODING_ERR, Fault::kMalformedMessage},
    {SSL_R_SERVERHELLO_TLSEXT, Fault::kMalformedMessage},
    {SSL_R_SSL3_SESSION_ID_TOO_LONG, Fault::kMalformedMessage},
    {SSL_R_TLS_INVALID_ECPOINTFORMAT_LIST, Fault::kMalformedMessage},
    {SSL_R_UNKNOWN_ALERT_TYPE, Fault::kMalformedMessage},
    {SSL_R_WRONG_VERSION_NUMBER, Fault::kMalformedMessage},

    // They parse, and come at the wrong time.
    {SSL_R_APPLICATION_DATA_AFTER_CLOSE_NOTIFY, Fault::kMisplacedMessage},
    {SSL_R_APP_DATA_IN_HANDSHAKE, Fault::kMisplacedMessage},
    {SSL_R_BAD_RECORD_TYPE, Fault::kMisplacedMessage},
    {SSL_R_CCS_RECEIVED_EARLY, Fault::kMisplacedMessage},
    {SSL_R_DATA_BETWEEN_CCS_AND_FINISHED, Fault::kMisplacedMessage},
    {SSL_R_GOT_A_FIN_BEFORE_A_CCS, Fault::kMisplacedMessage},
    {SSL_R_MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA, Fault::kMisplacedMessage},
    {SSL_R_NOT_ON_RECORD_BOUNDARY, Fault::kMisplacedMessage},
    {SSL_R_NO_RENEGOTIATION, Fault::kMisplacedMessage},
    {SSL_R_UNEXPECTED_CCS_MESSAGE, Fault::kMisplacedMessage},
    {SSL_R_UNEXPECTED_END_OF_EARLY_DATA, Fault::kMisplacedMessage},
    {SSL_R_UNEXPECTED_MESSAGE, Fault::kMisplacedMessage},
    {SSL_R_UNEXPECTED_RECORD, Fault::kMisplacedMessage},

    // What they say is not allowed.
    {SSL_R_BAD_CIPHER, Fault::kIllegalChoice},
    {SSL_R_BAD_DATA, Fault::kIllegalChoice},
    {SSL_R_BAD_DH_VALUE, Fault::kIllegalChoice},
    {SSL_R_BAD_ECPOINT, Fault::kIllegalChoice},
    {SSL_R_BAD_HRR_VERSION, Fault::kIllegalChoice},
    {SSL_R_BAD_KEY_SHARE, Fault::kIllegalChoice},
    {SSL_R_BAD_LEGACY_VERSION, Fault::kIllegalChoice},
    {SSL_R_BAD_PROTOCOL_VERSION_NUMBER, Fault::kIllegalChoice},
    {SSL_R_BAD_PSK, Fault::kIllegalChoice},
    {SSL_R_BAD_PSK_IDENTITY, Fault::kIllegalChoice},
    {SSL_R_BINDER_DOES_NOT_VERIFY, Fault::kIllegalChoice},
    {SSL_R_CIPHERSUITE_DIGEST_HAS_CHANGED, Fault::kIllegalChoice},
    {SSL_R_COMPRESSION_DISABLED, Fault::kIllegalChoice},
    {SSL_R_ILLEGAL_POINT_COMPRESSION, Fault::kIllegalChoice},
    // The server could speak TLS 1.3; a fallback of a client's is found in api.
    {SSL_R_INAPPROPRIATE_FALLBACK, Fault::kIllegalChoice},
    {SSL_R_INCONSISTENT_COMPRESSION, Fault::kIllegalChoice},
    {SSL_R_INCONSISTENT_EXTMS, Fault::kIllegalChoice},
    {SSL_R_INVALID_COMPRESSION_ALGORITHM, Fault::kIllegalChoice},
    {SSL_R_INVALID_SESSION_ID, Fault::kIllegalChoice},
    {SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED, Fault::kIllegalChoice},
    {SSL_R_NO_CHANGE_FOLLOWING_HRR, Fault::kIllegalChoice},
    {SSL_R_NO_COMPRESSION_SPECIFIED, Fault::kIllegalChoice},
    {SSL_R_RENEGOTIATION_MISMATCH, Fault::kIllegalChoice},
    {SSL_R_REQUIRED_CIPHER_MISSING, Fault::kIllegalChoice},
    {SSL_R_SCSV_RECEIVED_WHEN_RENEGOTIATING, Fault::kIllegalChoice},
    {SSL_R_SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH, Fault::kIllegalChoice},
    {SSL_R_UNKNOWN_CIPHER_RETURNED, Fault::kIllegalChoice},
    {SSL_R_UNKNOWN_KEY_EXCHANGE_TYPE, Fault::kIllegalChoice},
    {SSL_R_UNSOLICITED_EXTENSION, Fault::kIllegalChoice},
    {SSL_R_UNSUPPORTED_COMPRESSION_ALGORITHM, Fault::kIllegalChoice},
    {SSL_R_UNSUPPORTED_ELLIPTIC_CURVE, Fault::kIllegalChoice},
    {SSL_R_WRONG_CERTIFICATE_TYPE, Fault::kIllegalChoice},
    {SSL_R_WRONG_CIPHER_RETURNED, Fault::kIllegalChoice},
    {SSL_R_WRONG_CURVE, Fault::kIllegalChoice},
    {SSL_R_WRONG_SIGNATURE_TYPE, Fault::kIllegalChoice},
    {SSL_R_MISSING_SIGALGS_EXTENSION, Fault::kMissingExtension},
    {SSL_R_MISSING_SUPPORTED_GROUPS_EXTENSION, Fault::kMissingExtension},
    {SSL_R_MISSING_PSK_KEX_MODES_EXTENSION, Fault::kMissingExtension},
    {SSL_R_EXTENSION_NOT_RECEIVED, Fault::kMissingExtension},
    {SSL_R_NO_SUITABLE_KEY_SHARE, Fault::kMissingExtension},

    // Records and proofs that do not check out.
    {SSL_R_BLOCK_CIPHER_PAD_IS_WRONG, Fault::kDamagedRecord},
    {SSL_R_DECRYPTION_FAILED, Fault::kDamagedRecord},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, Fault::kDamagedRecord},
    {SSL_R_DATA_LENGTH_TOO_LONG, Fault::kOversizedRecord},
    {SSL_R_ENCRYPTED_LENGTH_TOO_LONG, Fault::kOversizedRecord},
    {SSL_R_PACKET_LENGTH_TOO_LONG, Fault::kOversizedRecord},
    {SSL_R_BAD_SIGNATURE, Fault::kWrongProof},
    {SSL_R_DIGEST_CHECK_FAILED, Fault::kWrongProof},
    {SSL_R_WRONG_SIGNATURE_LENGTH, Fault::kWrongProof},
    {SSL_R_WRONG_SIGNATURE_SIZE, Fault::kWrongProof},

    // It is not TLS. What else is not comes as SSL_R_WRONG_VERSION_NUMBER, and the session knows.
    {SSL_R_HTTP_REQUEST, Fault::kNotTls},
    {SSL_R_HTTPS_PROXY_REQUEST, Fault::kNotTls},

    // Both sides are right.
    {SSL_R_NO_PROTOCOLS_AVAILABLE, Fault::kNoSharedVersion},
    {SSL_R_UNKNOWN_PROTOCOL, Fault::kNoSharedVersion},
    {SSL_R_UNKNOWN_SSL_VERSION, Fault::kNoSharedVersion},
    {SSL_R_UNSUPPORTED_PROTOCOL, Fault::kNoSharedVersion},
    {SSL_R_UNSUPPORTED_SSL_VERSION, Fault::kNoSharedVersion},
    {SSL_R_VERSION_TOO_HIGH, Fault::kNoSharedVersion},
    {SSL_R_VERSION_TOO_LOW, Fault::kNoSharedVersion},
    {SSL_R_WRONG_SSL_VERSION, Fault::kNoSharedVersion},
    {SSL_R_NO_SHARED_CIPHER, Fault::kNoSharedSuite},
    {SSL_R_DH_KEY_TOO_SMALL, Fault::kNoSharedGroup},
    {SSL_R_NO_SHARED_GROUPS, Fault::kNoSharedGroup},
    {SSL_R_NO_SUITABLE_GROUPS, Fault::kNoSharedGroup},
    {SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, Fault::kNoSharedScheme},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, Fault::kNoSharedScheme},
    {SSL_R_NO_APPLICATION_PROTOCOL, Fault::kNoSharedProtocol},
    {SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, Fault::kNoSafeRenegotiation},

    // Limits of the library.
    {SSL_R_EXCESSIVE_MESSAGE_SIZE, Fault::kOversizedMessage},
    {SSL_R_RECORD_TOO_SMALL, Fault::kTooManyEmptyRecords},  // The 33rd empty record in a row.
    {SSL_R_TOO_MANY_WARN_ALERTS, Fault::kTooManyWarnings},
    {SSL_R_TOO_MANY_KEY_UPDATES, Fault::kTooManyKeyUpdates},

    {SSL_R_UNEXPECTED_EOF_WHILE_READING, Fault::kTruncated},

    // The policy's word replaces most of these; a certificate that does not parse never gets there.
    {ERR_R_ASN1_LIB, Fault::kMalformedCertificate},
    {SSL_R_ECC_CERT_NOT_FOR_SIGNING, Fault::kMisusedCertificate},
    {SSL_R_CA_KEY_TOO_SMALL, Fault::kWeakCertificate},
    {SSL_R_CA_MD_TOO_WEAK, Fault::kWeakCertificate},
    {SSL_R_EE_KEY_TOO_SMALL, Fault::kWeakCertificate},
    {SSL_R_CERTIFICATE_VERIFY_FAILED, Fault::kRejectedCertificate},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, Fault::kNoCertificate},
};

}  // namespace

const Row* FindRow(int code) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [code](const Row& candidate) { return candidate.code == code; });
  return row == std::end(kRows) ? nullptr : row;
}

Failure FailureFor(unsigned long code) {
  std::string native = NativeText(code);
  const int reason = ERR_GET_REASON(code);
  const bool ours = ERR_GET_LIB(code) == ERR_LIB_SSL;
  if (ours && reason >= kAlertBase && reason < kAlertLimit) {
    return {MakePeerAlert(static_cast<Alert>(reason - kAlertBase), std::move(native)), {}};
  }
  if (reason == ERR_R_MALLOC_FAILURE)
    return {MakeFault(Fault::kOutOfMemory, std::move(native)), {}};
  const Row* row = ours ? FindRow(reason) : nullptr;
  return {MakeFault(row == nullptr ? Fault::kDefect : row->fault, std::move(native)), {}};
}

VerdictSet VerdictFor(int code) {
  switch (code) {
    case X509_V_OK: return {};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_SUBJECT_ISSUER_MISMATCH:
    case X509_V_ERR_AKID_SKID_MISMATCH:
    case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH: return {Verdict::kUnknownIssuer};
    case X509_V_ERR_CERT_CHAIN_TOO_LONG: return {Verdict::kTooDeep};
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
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION: return {Verdict::kCriticalExtension};
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION: return {Verdict::kRevocationUnknown};
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
