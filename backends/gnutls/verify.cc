// The peer's certificates: found out about by the library, judged by the policy.

#include "backends/gnutls/verify.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

#include "backends/gnutls/config.h"
#include "backends/gnutls/errors.h"
#include "backends/gnutls/handles.h"
#include "backends/gnutls/info.h"
#include "backends/gnutls/roots.h"
#include "backends/gnutls/session.h"
#include "tandem/path_search.h"

namespace tandem::gnutls {
namespace {

// Dates are for the rules to judge, by a clock that a Config can replace. So are critical
// extensions, all along the path: GnuTLS does not know some that the rules know.
constexpr unsigned kFlags = GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM) |
                            GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
                            GNUTLS_VERIFY_IGNORE_UNKNOWN_CRIT_EXTENSIONS;

// Nothing but whether a signature is right.
constexpr unsigned kSignatureOnly = GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
                                    GNUTLS_VERIFY_DISABLE_CA_SIGN |
                                    GNUTLS_VERIFY_DO_NOT_ALLOW_SAME | GNUTLS_VERIFY_ALLOW_BROKEN |
                                    GNUTLS_VERIFY_IGNORE_UNKNOWN_CRIT_EXTENSIONS;

// A path, from the leaf up to the certificate that is trusted.
using Path = std::vector<CertificateHandle>;

// Says whether GnuTLS has code for the key: it has not for some curves.
bool HasUsableKey(gnutls_x509_crt_t certificate) {
  gnutls_pubkey_t raw = nullptr;
  if (gnutls_pubkey_init(&raw) < 0) return false;
  const PublicKeyHandle key(raw);
  return gnutls_pubkey_import_x509(raw, certificate, 0) >= 0;
}

bool KeyHasSigned(gnutls_x509_crt_t issuer, gnutls_x509_crt_t certificate) {
  const int algorithm = gnutls_x509_crt_get_signature_algorithm(certificate);
  const int key_type = gnutls_x509_crt_get_pk_algorithm(issuer, nullptr);
  if (algorithm <= GNUTLS_SIGN_UNKNOWN || key_type < 0) return false;
  const gnutls_pk_algorithm_t made_by =
      gnutls_sign_get_pk_algorithm(static_cast<gnutls_sign_algorithm_t>(algorithm));
  const bool is_pss = made_by == GNUTLS_PK_RSA_PSS && key_type == GNUTLS_PK_RSA;
  if (made_by != key_type && !is_pss) return false;
  unsigned status = 0;
  if (gnutls_x509_crt_verify(certificate, &issuer, 1, kSignatureOnly, &status) < 0) return false;
  // GNUTLS_CERT_INVALID goes with every finding, and alone stands for a failure to look.
  constexpr unsigned others =
      GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE | GNUTLS_CERT_INSECURE_ALGORITHM | GNUTLS_CERT_INVALID;
  return (status & ~others) == 0 && status != GNUTLS_CERT_INVALID;
}

// GnuTLS has no name for RSA-PSS with SHA-1, nor for some algorithms that are older: what is wrong
// with them is not the signature.
bool IsSignedWeakly(gnutls_x509_crt_t certificate, const Der& der) {
  if (gnutls_x509_crt_get_signature_algorithm(certificate) > GNUTLS_SIGN_UNKNOWN) return false;
  const auto parsed = Certificate::Parse(der);
  return parsed.has_value() && (parsed->signature_hash == SignatureHash::kSha1 ||
                                parsed->signature_hash == SignatureHash::kMd5);
}

bool NamesArePermitted(const Path& path) {
  gnutls_x509_name_constraints_t raw = nullptr;
  if (gnutls_x509_name_constraints_init(&raw) < 0) return false;
  const ConstraintsHandle constraints(raw);
  for (std::size_t i = path.size() - 1; i > 0; --i) {
    const int code = gnutls_x509_crt_get_name_constraints(
        path[i].get(), raw, GNUTLS_NAME_CONSTRAINTS_FLAG_APPEND, nullptr);
    if (code < 0 && code != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return false;
  }
  constexpr std::array types = {GNUTLS_SAN_DNSNAME, GNUTLS_SAN_RFC822NAME, GNUTLS_SAN_DN,
                                GNUTLS_SAN_URI, GNUTLS_SAN_IPADDRESS};
  return std::all_of(types.begin(), types.end(), [&](gnutls_x509_subject_alt_name_t type) {
    return gnutls_x509_name_constraints_check_crt(raw, type, path.front().get()) != 0;
  });
}

// Returns what is wrong with each certificate and its issuer, whatever is wrong with the others.
unsigned CheckLinks(const Path& path, std::span<const Der> ders) {
  unsigned status = 0;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const gnutls_x509_crt_t issuer = path[i].get();
    const bool is_trusted = i + 1 == path.size();
    const unsigned flags = is_trusted ? kFlags : kFlags | GNUTLS_VERIFY_DO_NOT_ALLOW_X509_V1_CA_CRT;
    unsigned link = 0;
    if (gnutls_x509_crt_verify(path[i - 1].get(), &issuer, 1, flags, &link) < 0) {
      link |= GNUTLS_CERT_INVALID;
    }
    status |= link;
    if (!HasUsableKey(issuer)) {
      status |= GNUTLS_CERT_INSECURE_ALGORITHM | GNUTLS_CERT_INVALID;
    } else if (!KeyHasSigned(issuer, path[i - 1].get()) &&
               !IsSignedWeakly(path[i - 1].get(), ders[i - 1])) {
      status |= GNUTLS_CERT_SIGNATURE_FAILURE | GNUTLS_CERT_INVALID;
    }
  }
  return status;
}

// GnuTLS counts CAs that have issued themselves a new certificate against the length that a CA
// above allows. RFC 5280 section 6.1.4 does not, and the rules count as it says.
bool IsMiscounted(std::span<const Der> ders) {
  if (ders.size() < 3) return false;
  const auto intermediates = ders.subspan(1, ders.size() - 2);
  return std::any_of(intermediates.begin(), intermediates.end(), [](const Der& der) {
    const auto certificate = Certificate::Parse(der);
    return certificate.has_value() && certificate->self_issued();
  });
}

// GnuTLS stops at the first link that is bad, and has one word for a CA that goes beyond its limits
// and for one that speaks for foreign names. Looks at each link, and tells the two apart.
unsigned LookCloser(const Path& path, std::span<const Der> ders, unsigned status) {
  const unsigned links = CheckLinks(path, ders);
  constexpr unsigned constraints = GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE;
  const unsigned closer = (status | links) & ~constraints;
  if ((status & constraints) == 0) return closer;
  if (!NamesArePermitted(path)) return closer | constraints;
  if (links == 0 && closer == GNUTLS_CERT_INVALID && IsMiscounted(ders)) return 0;
  return closer | GNUTLS_CERT_SIGNER_NOT_CA;
}

// Asks about this path and no other: all of it is what the peer sent, its end is what we trust.
unsigned CheckPath(const Path& path, std::span<const Der> ders) {
  std::vector<gnutls_x509_crt_t> raw;
  for (const CertificateHandle& certificate : path) raw.push_back(certificate.get());
  const auto below = static_cast<unsigned>(std::max<std::size_t>(raw.size() - 1, 1));
  unsigned status = 0;
  const int code =
      gnutls_x509_crt_list_verify(raw.data(), below, &raw.back(), 1, nullptr, 0, kFlags, &status);
  if (code < 0) status |= GNUTLS_CERT_INVALID;
  return status == 0 ? 0 : LookCloser(path, ders, status);
}

static_assert(kPathLimit <= 16, "the library has room for so many, and does not check");

// Says whether the machine's administrator has marked a certificate of the path as bad. The rest of
// what its list has to say is about a path of its own choice.
unsigned AskMachine(gnutls_x509_trust_list_t machine, const Path& path) {
  std::vector<gnutls_x509_crt_t> raw;
  for (const CertificateHandle& certificate : path) raw.push_back(certificate.get());
  unsigned status = 0;
  const int code = gnutls_x509_trust_list_verify_crt2(
      machine, raw.data(), static_cast<unsigned>(raw.size()), nullptr, 0, kFlags, &status, nullptr);
  if (code < 0) return GNUTLS_CERT_INVALID;
  return (status & GNUTLS_CERT_REVOKED) != 0 ? GNUTLS_CERT_REVOKED | GNUTLS_CERT_INVALID : 0;
}

std::string FindingText(unsigned status) {
  gnutls_datum_t text{};
  if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0) {
    return "GnuTLS";
  }
  const BytesHandle owner(text.data);
  std::string words = "GnuTLS: " + std::string(reinterpret_cast<const char*>(text.data), text.size);
  while (!words.empty() && (words.back() == ' ' || words.back() == '\0')) words.pop_back();
  return words;
}

}  // namespace

ChainFindings CompiledConfig::Examine(std::span<const Der> sent,
                                      std::chrono::sys_seconds now) const {
  const auto trusted = [this](const Der& name) {
    const auto found = roots_.find(name);
    return found == roots_.end() ? std::vector<Der>() : found->second;
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
      findings.native = FindingText(GNUTLS_CERT_SIGNER_NOT_FOUND);
    }
    return findings;
  }
  Path path;
  for (const Der& der : findings.path) {
    path.push_back(ParseCertificate(der));
    if (path.back() != nullptr) continue;
    findings.verdicts.Add(Verdict::kMalformed);
    findings.native = "GnuTLS cannot parse certificate " + std::to_string(path.size());
    return findings;
  }
  unsigned status = CheckPath(path, findings.path);
  if (machine_ != nullptr) {
    const std::lock_guard<std::mutex> lock(machine_mutex_);
    status |= AskMachine(machine_.get(), path);
  }
  findings.verdicts.Add(VerdictFor(status));
  if (status != 0) findings.native = FindingText(status);
  return findings;
}

int OnPeerCertificates(gnutls_session_t raw) noexcept {
  LibrarySession& session = LibrarySession::Of(raw);
  return session.policy().Within(GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, [&]() -> int {
    const Version version = NegotiatedVersion(raw);
    const std::vector<Der> sent = ReadPeerChain(raw);
    if (sent.empty()) {
      if (session.settings().role == Role::kClient) return GNUTLS_E_NO_CERTIFICATE_FOUND;
      if (session.settings().client_certificate != ClientCertificate::kRequired) return 0;
      session.policy().RefuseMissingCertificate(version);
      return GNUTLS_E_CERTIFICATE_REQUIRED;
    }
    const auto alert = session.policy().JudgePeer(sent, session.config(), version);
    return alert.has_value() ? GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR : 0;
  });
}

}  // namespace tandem::gnutls
