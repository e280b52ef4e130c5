// What OpenSSL's codes come to.

#include "backends/openssl/errors.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <optional>
#include <string>

#include "backends/openssl/verify.h"

namespace tandem::openssl {
namespace {

unsigned long Packed(int library, int reason) {
  return ERR_PACK(static_cast<unsigned long>(library), 0, static_cast<unsigned long>(reason));
}

struct KindCase {
  const char* name;
  int reason;
  ErrorKind kind;
};

class FailureForReason : public testing::TestWithParam<KindCase> {};

TEST_P(FailureForReason, HasTheKindOfItsFamily) {
  const Failure failure = FailureFor(Packed(ERR_LIB_SSL, GetParam().reason));
  EXPECT_EQ(ErrorKindName(failure.error.kind), ErrorKindName(GetParam().kind));
  EXPECT_FALSE(failure.error.what.empty());
  EXPECT_EQ(failure.error.verdict.has_value(), GetParam().kind == ErrorKind::kUntrusted);
  EXPECT_EQ(failure.error.native.substr(0, 8), "OpenSSL ");
  EXPECT_FALSE(failure.alert_due.has_value());
}

constexpr KindCase kKindCases[] = {
    {"Malformed", SSL_R_LENGTH_MISMATCH, ErrorKind::kProtocol},
    {"MalformedHello", SSL_R_CALLBACK_FAILED, ErrorKind::kProtocol},
    {"Misplaced", SSL_R_UNEXPECTED_MESSAGE, ErrorKind::kProtocol},
    {"Illegal", SSL_R_WRONG_CIPHER_RETURNED, ErrorKind::kProtocol},
    {"LacksExtension", SSL_R_MISSING_SIGALGS_EXTENSION, ErrorKind::kProtocol},
    {"Damaged", SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, ErrorKind::kProtocol},
    {"Oversized", SSL_R_ENCRYPTED_LENGTH_TOO_LONG, ErrorKind::kProtocol},
    {"BadProof", SSL_R_DIGEST_CHECK_FAILED, ErrorKind::kProtocol},
    {"Http", SSL_R_HTTP_REQUEST, ErrorKind::kProtocol},
    {"WrongVersionInRecord", SSL_R_WRONG_VERSION_NUMBER, ErrorKind::kProtocol},
    {"NoVersion", SSL_R_UNSUPPORTED_PROTOCOL, ErrorKind::kIncompatible},
    {"NoSuite", SSL_R_NO_SHARED_CIPHER, ErrorKind::kIncompatible},
    {"NoGroup", SSL_R_NO_SUITABLE_GROUPS, ErrorKind::kIncompatible},
    {"NoScheme", SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, ErrorKind::kIncompatible},
    {"NoAlpn", SSL_R_NO_APPLICATION_PROTOCOL, ErrorKind::kIncompatible},
    {"TooLarge", SSL_R_EXCESSIVE_MESSAGE_SIZE, ErrorKind::kLimit},
    {"TooManyEmptyRecords", SSL_R_RECORD_TOO_SMALL, ErrorKind::kLimit},
    {"TooManyWarnings", SSL_R_TOO_MANY_WARN_ALERTS, ErrorKind::kLimit},
    {"Truncated", SSL_R_UNEXPECTED_EOF_WHILE_READING, ErrorKind::kTruncated},
    {"Untrusted", SSL_R_CERTIFICATE_VERIFY_FAILED, ErrorKind::kUntrusted},
    {"MalformedCertificate", ERR_R_ASN1_LIB, ErrorKind::kUntrusted},
    {"NoCertificate", SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, ErrorKind::kUntrusted},
    {"OurOwnMistake", SSL_R_BAD_WRITE_RETRY, ErrorKind::kInternal},
    {"LibraryBug", ERR_R_INTERNAL_ERROR, ErrorKind::kInternal},
};

std::string KindCaseName(const testing::TestParamInfo<KindCase>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Families, FailureForReason, testing::ValuesIn(kKindCases), KindCaseName);

TEST(FailureForTest, TakesTheAlertOutOfAPeersAlert) {
  for (const int alert : {10, 40, 42, 46, 48, 70, 80, 112, 116, 120}) {
    const Failure failure = FailureFor(Packed(ERR_LIB_SSL, SSL_AD_REASON_OFFSET + alert));
    EXPECT_EQ(failure.error.kind, ErrorKind::kPeerAlert);
    EXPECT_EQ(failure.error.alert_received, static_cast<Alert>(alert));
  }
}

TEST(FailureForTest, IsInternalForOtherLibrariesAndForNoCodeAtAll) {
  EXPECT_EQ(FailureFor(Packed(ERR_LIB_EVP, SSL_R_LENGTH_MISMATCH)).error.kind,
            ErrorKind::kInternal);
  EXPECT_EQ(FailureFor(0).error.kind, ErrorKind::kInternal);
  EXPECT_TRUE(FailureFor(0).error.native.empty());
}

TEST(FailureForTest, IsWantOfMemoryWhicheverLibraryHasNone) {
  for (const int library : {ERR_LIB_SSL, ERR_LIB_EVP, ERR_LIB_ASN1}) {
    const Failure failure = FailureFor(Packed(library, ERR_R_MALLOC_FAILURE));
    EXPECT_EQ(failure.error.what, MakeFault(Fault::kOutOfMemory).what);
  }
}

TEST(NativeTextTest, IsTheCodeAndTheLibrarysWords) {
  ASSERT_EQ(OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr), 1);
  EXPECT_EQ(NativeText(Packed(ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING)),
            "OpenSSL 0A000126: unexpected eof while reading");
  EXPECT_EQ(NativeText(0), "");
}

TEST(FindRowTest, KnowsEveryCodeOnce) {
  // The first row with a code is the one that counts, so the order of equal codes would matter.
  for (int code = 0; code < SSL_AD_REASON_OFFSET; ++code) {
    const Row* row = FindRow(code);
    if (row == nullptr) continue;
    EXPECT_EQ(row->code, code);
  }
}

struct VerdictCase {
  int code;
  std::optional<Verdict> verdict;
};

TEST(VerdictForTest, NamesEveryFamily) {
  const VerdictCase cases[] = {
      {X509_V_OK, std::nullopt},
      {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, Verdict::kUnknownIssuer},
      {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, Verdict::kUnknownIssuer},
      {X509_V_ERR_CERT_SIGNATURE_FAILURE, Verdict::kBadSignature},
      {X509_V_ERR_CERT_REVOKED, Verdict::kRevoked},
      {X509_V_ERR_CERT_HAS_EXPIRED, Verdict::kExpired},
      {X509_V_ERR_CERT_NOT_YET_VALID, Verdict::kNotYetValid},
      {X509_V_ERR_INVALID_PURPOSE, Verdict::kWrongPurpose},
      {X509_V_ERR_INVALID_CA, Verdict::kWrongPurpose},
      {X509_V_ERR_PATH_LENGTH_EXCEEDED, Verdict::kWrongPurpose},
      {X509_V_ERR_PERMITTED_VIOLATION, Verdict::kNameConstraint},
      {X509_V_ERR_EE_KEY_TOO_SMALL, Verdict::kWeak},
      {X509_V_ERR_CA_MD_TOO_WEAK, Verdict::kWeak},
      {X509_V_ERR_INVALID_EXTENSION, Verdict::kMalformed},
      {X509_V_ERR_CERT_CHAIN_TOO_LONG, Verdict::kTooDeep},
      {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, Verdict::kCriticalExtension},
      {X509_V_ERR_UNABLE_TO_GET_CRL, Verdict::kRevocationUnknown},
      {X509_V_ERR_CRL_HAS_EXPIRED, Verdict::kRevocationUnknown},
      {X509_V_ERR_UNSPECIFIED, Verdict::kOther},
  };
  for (const VerdictCase& test : cases) {
    EXPECT_EQ(VerdictFor(test.code).Gravest(), test.verdict) << test.code;
  }
}

// Where a finding alone decides, the code that we hand to the library is one whose finding has the
// alert asked for: our tables and api's agree. That libssl agrees is for the conformance suite.
TEST(VerifyErrorForTest, LeadsBackToItsAlert) {
  for (const Alert alert :
       {Alert::kUnsupportedCertificate, Alert::kCertificateRevoked, Alert::kCertificateExpired,
        Alert::kCertificateUnknown, Alert::kUnknownCa, Alert::kDecryptError}) {
    const auto verdict = VerdictFor(VerifyErrorFor(alert)).Gravest();
    ASSERT_TRUE(verdict.has_value());
    for (const Version version : {Version::kTls12, Version::kTls13}) {
      EXPECT_EQ(AlertName(AlertFor(*verdict, version)), AlertName(alert));
    }
  }
}

TEST(VerifyErrorForTest, IsBadCertificateWhereTheLibraryCannotSayMore) {
  EXPECT_EQ(VerifyErrorFor(Alert::kBadCertificate), X509_V_ERR_CERT_REJECTED);
  EXPECT_EQ(VerifyErrorFor(Alert::kCertificateRequired), X509_V_ERR_CERT_REJECTED);
  EXPECT_EQ(VerifyErrorFor(Alert::kUserCanceled), X509_V_ERR_CERT_REJECTED);
}

}  // namespace
}  // namespace tandem::openssl
