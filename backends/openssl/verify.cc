// The peer's certificates: found out about by the library, judged by the policy.

#include "backends/openssl/verify.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <openssl/x509_vfy.h>

#include "backends/openssl/call.h"
#include "backends/openssl/config.h"
#include "backends/openssl/errors.h"
#include "backends/openssl/handles.h"
#include "backends/openssl/info.h"
#include "backends/openssl/roots.h"
#include "backends/openssl/session.h"
#include "tandem/path_search.h"

namespace tandem::openssl {
namespace {

// The alert that libssl sends is its ssl_x509err2alert() of the code that the check ends with.
struct AlertCode {
  Alert alert;
  int code;
};

constexpr AlertCode kAlertCodes[] = {
    {Alert::kBadCertificate, X509_V_ERR_CERT_REJECTED},
    {Alert::kUnsupportedCertificate, X509_V_ERR_INVALID_PURPOSE},
    {Alert::kCertificateRevoked, X509_V_ERR_CERT_REVOKED},
    {Alert::kCertificateExpired, X509_V_ERR_CERT_HAS_EXPIRED},
    {Alert::kCertificateUnknown, X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION},
    {Alert::kUnknownCa, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
    {Alert::kDecryptError, X509_V_ERR_CERT_SIGNATURE_FAILURE},
    {Alert::kHandshakeFailure, X509_V_ERR_APPLICATION_VERIFICATION},
    {Alert::kInternalError, X509_V_ERR_UNSPECIFIED},
};

// One path, from the leaf up to the certificate that is trusted, and what is wrong with it.
struct PathCheck {
  std::vector<CertificateHandle> path;
  VerdictSet verdicts;
  int gravest_code = X509_V_OK;
};

PathCheck& CheckOf(X509_STORE_CTX* check) {
  return *static_cast<PathCheck*>(X509_STORE_CTX_get_app_data(check));
}

// The way has been found; the library is to go it and not another. What it would look at before a
// step (key identifiers, kinds of keys) has been looked at, or shows in the signature.
int IsNextOnPath(X509_STORE_CTX* check, X509* certificate, X509* issuer) noexcept {
  const auto& path = CheckOf(check).path;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i].get() != certificate) continue;
    if (i + 1 < path.size()) return path[i + 1].get() == issuer ? 1 : 0;
  }
  return certificate == issuer && X509_check_issued(issuer, certificate) == X509_V_OK ? 1 : 0;
}

// Notes what is wrong and has the check go on, so that no finding hides another.
int NoteFinding(int ok, X509_STORE_CTX* check) noexcept {
  if (ok == 1) return 1;
  PathCheck& findings = CheckOf(check);
  const int code = X509_STORE_CTX_get_error(check);
  const auto gravest_before = findings.verdicts.Gravest();
  findings.verdicts.Add(VerdictFor(code).Gravest().value_or(Verdict::kOther));
  if (findings.verdicts.Gravest() != gravest_before) findings.gravest_code = code;
  return 1;
}

bool KeyHasSigned(X509* issuer, X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(issuer);
  return key != nullptr && X509_verify(certificate, key) == 1;
}

// A list of certificates that it does not own.
using BorrowedHandle =
    std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * list) { sk_X509_free(list); })>;

// Asks about this path and no other: all of it is what the peer sent, its end is what we trust.
void CheckPath(X509_STORE* store, int security_level, PathCheck& findings) {
  const auto& path = findings.path;
  const CheckHandle check(X509_STORE_CTX_new());
  const BorrowedHandle sent(sk_X509_new_null());
  const BorrowedHandle trusted(sk_X509_new_null());
  bool ready = check != nullptr && sent != nullptr && trusted != nullptr;
  for (std::size_t i = 0; ready && i + 1 < path.size(); ++i) {
    ready = sk_X509_push(sent.get(), path[i].get()) > 0;
  }
  ready = ready && sk_X509_push(trusted.get(), path.back().get()) > 0 &&
          X509_STORE_CTX_init(check.get(), store, path.front().get(), sent.get()) == 1 &&
          X509_STORE_CTX_set_app_data(check.get(), &findings) == 1;
  if (ready) {
    X509_STORE_CTX_set0_trusted_stack(check.get(), trusted.get());
    X509_STORE_CTX_set_verify_cb(check.get(), NoteFinding);
    X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(check.get());
    // A root is what the program names, not what signed itself. Dates are for the rules to judge,
    // by a clock that a Config can replace.
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
    X509_VERIFY_PARAM_set_auth_level(rules, security_level);
    if (X509_verify_cert(check.get()) == 1) return;
  }
  // Not a finding but a failure to look, such as want of memory.
  findings.verdicts.Add(Verdict::kOther);
  if (findings.gravest_code == X509_V_OK) findings.gravest_code = X509_V_ERR_UNSPECIFIED;
}

std::string FindingText(int code) {
  if (code == X509_V_OK) return {};
  return "OpenSSL X509 " + std::to_string(code) + ": " + X509_verify_cert_error_string(code);
}

}  // namespace

X509_STORE* NewPathStore() {
  X509_STORE* store = X509_STORE_new();
  if (store != nullptr) X509_STORE_set_check_issued(store, IsNextOnPath);
  return store;
}

ChainFindings CompiledConfig::Examine(std::span<const Der> sent,
                                      std::chrono::sys_seconds now) const {
  const CleanQueue clean;
  const auto trusted = [this](const Der& name) {
    return RootsNamed(roots_.get(), name, settings_.role == Role::kClient);
  };
  const auto has_signed = [](const Certificate& issuer, const Certificate& certificate) {
    const CertificateHandle above = ParseCertificate(issuer.der);
    const CertificateHandle below = ParseCertificate(certificate.der);
    return above != nullptr && below != nullptr && KeyHasSigned(above.get(), below.get());
  };
  PathFound found = FindPath({sent, intermediates_, trusted, has_signed},
                             {settings_.role == Role::kClient, now, *settings_.trust, nullptr});
  ChainFindings findings{found.verdicts, std::move(found.path), found.complete, {}};
  if (!findings.complete) {
    if (findings.verdicts.Has(Verdict::kUnknownIssuer)) {
      findings.native = FindingText(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    }
    return findings;
  }
  PathCheck check;
  for (const Der& der : findings.path) {
    check.path.push_back(ParseCertificate(der));
    if (check.path.back() != nullptr) continue;
    findings.verdicts.Add(Verdict::kMalformed);
    findings.native = "OpenSSL cannot parse certificate " + std::to_string(check.path.size());
    return findings;
  }
  CheckPath(paths_.get(), security_level_, check);
  findings.verdicts.Add(check.verdicts);
  findings.native = FindingText(check.gravest_code);
  return findings;
}

int OnPeerCertificates(X509_STORE_CTX* check, void* /*unused*/) noexcept {
  const CleanQueue clean;
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
  LibrarySession& session = LibrarySession::Of(ssl);
  X509_STORE_CTX_set_error(check, VerifyErrorFor(Alert::kInternalError));
  return session.policy().Within(0, [&] {
    std::vector<Der> sent;
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_untrusted(check);
    for (int i = 0; i < sk_X509_num(chain); ++i) sent.push_back(DerOf(sk_X509_value(chain, i)));
    const auto alert = session.policy().JudgePeer(sent, session.config(), NegotiatedVersion(ssl));
    X509_STORE_CTX_set_error(check, alert.has_value() ? VerifyErrorFor(*alert) : X509_V_OK);
    return alert.has_value() ? 0 : 1;
  });
}

int VerifyErrorFor(Alert alert) {
  for (const AlertCode& row : kAlertCodes) {
    if (row.alert == alert) return row.code;
  }
  return X509_V_ERR_CERT_REJECTED;
}

}  // namespace tandem::openssl
