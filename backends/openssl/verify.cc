// The peer's certificates: found out about by the library, judged by the policy.

#include "backends/openssl/verify.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <openssl/x509v3.h>

#include "backends/openssl/call.h"
#include "backends/openssl/errors.h"
#include "backends/openssl/handles.h"
#include "backends/openssl/info.h"
#include "backends/openssl/session.h"

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

struct Findings {
  VerdictSet chain;
  int gravest_code = X509_V_OK;
};

// Notes what is wrong and has the check go on, so that no finding hides another.
int NoteFinding(int ok, X509_STORE_CTX* check) noexcept {
  if (ok == 1) return 1;
  auto& findings = *static_cast<Findings*>(X509_STORE_CTX_get_app_data(check));
  const int code = X509_STORE_CTX_get_error(check);
  const auto gravest_before = findings.chain.Gravest();
  findings.chain.Add(VerdictFor(code).Gravest().value_or(Verdict::kOther));
  if (findings.chain.Gravest() != gravest_before) findings.gravest_code = code;
  return 1;
}

Findings CheckChain(X509_STORE_CTX* check, const Settings& settings) {
  Findings findings;
  X509_STORE_CTX_set_app_data(check, &findings);
  X509_STORE_CTX_set_verify_cb(check, NoteFinding);
  if (settings.wall_clock) {
    const auto now = std::chrono::system_clock::to_time_t(settings.wall_clock());
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(check), now);
  }
  const int result = X509_verify_cert(check);
  X509_STORE_CTX_set_app_data(check, nullptr);
  if (result == 1) return findings;
  // Not a finding but a failure to look, such as want of memory.
  findings.chain.Add(Verdict::kOther);
  if (findings.gravest_code == X509_V_OK) findings.gravest_code = X509_STORE_CTX_get_error(check);
  return findings;
}

bool IsPlainAscii(std::span<const unsigned char> text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char byte) { return byte > 0 && byte < 0x80; });
}

// Returns nothing if the extension is there and does not parse, or is there twice.
std::optional<CertificateNames> ReadNames(const X509* leaf) {
  int found = -1;
  const NamesHandle parsed(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, &found, nullptr)));
  CertificateNames names;
  if (parsed == nullptr) return found == -1 ? std::optional(names) : std::nullopt;
  for (int i = 0; i < sk_GENERAL_NAME_num(parsed.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(parsed.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    const ASN1_STRING* string = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    const std::span content(ASN1_STRING_get0_data(string),
                            static_cast<std::size_t>(ASN1_STRING_length(string)));
    if (name->type == GEN_DNS) {
      if (IsPlainAscii(content)) names.dns.emplace_back(content.begin(), content.end());
      continue;
    }
    const auto bytes = std::as_bytes(content);
    if (bytes.size() == 4 || bytes.size() == 16) {
      names.addresses.emplace_back(bytes.begin(), bytes.end());
    }
  }
  return names;
}

std::string FindingText(int code) {
  if (code == X509_V_OK) return {};
  return "OpenSSL X509 " + std::to_string(code) + ": " + X509_verify_cert_error_string(code);
}

}  // namespace

int OnPeerCertificates(X509_STORE_CTX* check, void* /*unused*/) noexcept {
  const CleanQueue clean;
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
  LibrarySession& session = LibrarySession::Of(ssl);
  const auto& trust = session.settings().trust;
  if (trust.has_value() && trust->mode() == Trust::Mode::kDangerNone) return 1;

  const Findings findings = CheckChain(check, session.settings());
  PeerEvidence evidence{findings.chain, {}, FindingText(findings.gravest_code)};
  if (auto names = ReadNames(X509_STORE_CTX_get0_cert(check))) {
    evidence.names = std::move(*names);
  } else {
    evidence.chain.Add(Verdict::kMalformed);
  }
  const auto alert = session.policy().JudgePeer(evidence, NegotiatedVersion(ssl));
  X509_STORE_CTX_set_error(check, alert.has_value() ? VerifyErrorFor(*alert) : X509_V_OK);
  return alert.has_value() ? 0 : 1;
}

int VerifyErrorFor(Alert alert) {
  for (const AlertCode& row : kAlertCodes) {
    if (row.alert == alert) return row.code;
  }
  return X509_V_ERR_CERT_REJECTED;
}

}  // namespace tandem::openssl
