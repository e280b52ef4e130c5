// What GnuTLS's codes come to.

#include "backends/gnutls/errors.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace tandem::gnutls {
namespace {

struct KindCase {
  const char* name;
  int code;
  ErrorKind kind;
  std::optional<Alert> alert;
};

class FailureForCode : public testing::TestWithParam<KindCase> {};

TEST_P(FailureForCode, HasTheKindAndTheAlertOfItsFamily) {
  const Failure failure = FailureFor(GetParam().code);
  EXPECT_EQ(ErrorKindName(failure.error.kind), ErrorKindName(GetParam().kind));
  EXPECT_FALSE(failure.error.what.empty());
  EXPECT_EQ(failure.error.verdict.has_value(), GetParam().kind == ErrorKind::kUntrusted);
  EXPECT_EQ(failure.error.native.substr(0, 8), "GnuTLS -");
  EXPECT_EQ(failure.alert_due, GetParam().alert);
  EXPECT_FALSE(failure.error.alert_sent.has_value());
}

const KindCase kKindCases[] = {
    {"Malformed", GNUTLS_E_UNEXPECTED_PACKET_LENGTH, ErrorKind::kProtocol, Alert::kDecodeError},
    {"MalformedExtensions", GNUTLS_E_UNEXPECTED_EXTENSIONS_LENGTH, ErrorKind::kProtocol,
     Alert::kDecodeError},
    {"Misplaced", GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET, ErrorKind::kProtocol,
     Alert::kUnexpectedMessage},
    {"Illegal", GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER, ErrorKind::kProtocol,
     Alert::kIllegalParameter},
    {"UnsolicitedExtension", GNUTLS_E_RECEIVED_ILLEGAL_EXTENSION, ErrorKind::kProtocol,
     Alert::kUnsupportedExtension},
    {"LacksExtension", GNUTLS_E_MISSING_EXTENSION, ErrorKind::kProtocol, Alert::kMissingExtension},
    {"Damaged", GNUTLS_E_DECRYPTION_FAILED, ErrorKind::kProtocol, Alert::kBadRecordMac},
    {"Oversized", GNUTLS_E_RECORD_OVERFLOW, ErrorKind::kProtocol, Alert::kRecordOverflow},
    {"BadProof", GNUTLS_E_ERROR_IN_FINISHED_PACKET, ErrorKind::kProtocol, Alert::kDecryptError},
    {"BadSignature", GNUTLS_E_PK_SIG_VERIFY_FAILED, ErrorKind::kProtocol, Alert::kDecryptError},
    {"NoVersion", GNUTLS_E_UNSUPPORTED_VERSION_PACKET, ErrorKind::kIncompatible,
     Alert::kProtocolVersion},
    {"NoSuite", GNUTLS_E_NO_CIPHER_SUITES, ErrorKind::kIncompatible, Alert::kHandshakeFailure},
    {"NoGroup", GNUTLS_E_NO_COMMON_KEY_SHARE, ErrorKind::kIncompatible, Alert::kHandshakeFailure},
    {"NoScheme", GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM, ErrorKind::kIncompatible,
     Alert::kHandshakeFailure},
    {"NoAlpn", GNUTLS_E_NO_APPLICATION_PROTOCOL, ErrorKind::kIncompatible,
     Alert::kNoApplicationProtocol},
    {"TooLarge", GNUTLS_E_HANDSHAKE_TOO_LARGE, ErrorKind::kLimit, Alert::kIllegalParameter},
    {"TooManyEmptyRecords", GNUTLS_E_TOO_MANY_EMPTY_PACKETS, ErrorKind::kLimit,
     Alert::kUnexpectedMessage},
    {"TooManyKeyUpdates", GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, ErrorKind::kLimit, std::nullopt},
    {"Truncated", GNUTLS_E_PREMATURE_TERMINATION, ErrorKind::kTruncated, std::nullopt},
    {"BrokenPull", GNUTLS_E_PULL_ERROR, ErrorKind::kTransport, std::nullopt},
    {"PeerAlert", GNUTLS_E_FATAL_ALERT_RECEIVED, ErrorKind::kPeerAlert, std::nullopt},
    {"Untrusted", GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, ErrorKind::kUntrusted,
     Alert::kBadCertificate},
    {"MalformedCertificate", GNUTLS_E_CERTIFICATE_ERROR, ErrorKind::kUntrusted,
     Alert::kBadCertificate},
    {"WrongPurpose", GNUTLS_E_KEY_USAGE_VIOLATION, ErrorKind::kUntrusted,
     Alert::kUnsupportedCertificate},
    {"NoCertificate", GNUTLS_E_CERTIFICATE_REQUIRED, ErrorKind::kUntrusted,
     Alert::kCertificateRequired},
    {"UnusableKey", GNUTLS_E_INVALID_REQUEST, ErrorKind::kProtocol, Alert::kIllegalParameter},
    {"LibraryBug", GNUTLS_E_INTERNAL_ERROR, ErrorKind::kInternal, Alert::kInternalError},
};

std::string KindCaseName(const testing::TestParamInfo<KindCase>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Families, FailureForCode, testing::ValuesIn(kKindCases), KindCaseName);

TEST(NativeTextTest, IsTheCodeAndTheLibrarysWords) {
  EXPECT_EQ(NativeText(GNUTLS_E_PREMATURE_TERMINATION),
            "GnuTLS -110: The TLS connection was non-properly terminated.");
  EXPECT_EQ(NativeText(0), "");
}

TEST(FindRowTest, KnowsEveryCodeOnce) {
  constexpr int last_code = -2000;
  for (int code = 0; code > last_code; --code) {
    const Row* row = FindRow(code);
    if (row == nullptr) continue;
    EXPECT_EQ(row->code, code);
    // Nobody listens any more, or the peer has gone first.
    const bool over = row->fault == Fault::kTruncated || row->fault == Fault::kBrokenTransport ||
                      row->fault == Fault::kAlertReceived;
    EXPECT_FALSE(over && row->alert.has_value()) << code;
  }
}

// The alert for a peer that shows what it may not show is the one that the policy would choose.
TEST(FindRowTest, AgreesWithThePolicyAboutVerdicts) {
  for (const int code : {GNUTLS_E_CERTIFICATE_ERROR, GNUTLS_E_KEY_USAGE_VIOLATION,
                         GNUTLS_E_ASN1_DER_ERROR, GNUTLS_E_CERTIFICATE_REQUIRED}) {
    const Row* row = FindRow(code);
    ASSERT_NE(row, nullptr) << code;
    EXPECT_EQ(row->alert, AlertFor(MakeFault(row->fault).verdict.value(), Version::kTls13)) << code;
  }
}

struct VerdictCase {
  unsigned int status;
  std::optional<Verdict> verdict;
};

TEST(VerdictForTest, NamesEveryFamily) {
  const VerdictCase cases[] = {
      {0, std::nullopt},
      {GNUTLS_CERT_INVALID, Verdict::kOther},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_NOT_FOUND, Verdict::kUnknownIssuer},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNATURE_FAILURE, Verdict::kBadSignature},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_REVOKED, Verdict::kRevoked},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_EXPIRED, Verdict::kExpired},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_NOT_ACTIVATED, Verdict::kNotYetValid},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_PURPOSE_MISMATCH, Verdict::kWrongPurpose},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_NOT_CA, Verdict::kWrongPurpose},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, Verdict::kNameConstraint},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_INSECURE_ALGORITHM, Verdict::kWeak},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, Verdict::kCriticalExtension},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED, Verdict::kRevocationUnknown},
      {GNUTLS_CERT_INVALID | GNUTLS_CERT_MISMATCH, Verdict::kOther},
  };
  for (const VerdictCase& test : cases) {
    EXPECT_EQ(VerdictFor(test.status).Gravest(), test.verdict) << test.status;
  }
}

TEST(VerdictForTest, KeepsEveryFinding) {
  const VerdictSet verdicts =
      VerdictFor(GNUTLS_CERT_INVALID | GNUTLS_CERT_EXPIRED | GNUTLS_CERT_INSECURE_ALGORITHM |
                 GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS);
  EXPECT_TRUE(verdicts.Has(Verdict::kExpired));
  EXPECT_TRUE(verdicts.Has(Verdict::kWeak));
  EXPECT_TRUE(verdicts.Has(Verdict::kCriticalExtension));
  EXPECT_FALSE(verdicts.Has(Verdict::kOther));
  EXPECT_FALSE(verdicts.Has(Verdict::kUnknownIssuer));
}

}  // namespace
}  // namespace tandem::gnutls
