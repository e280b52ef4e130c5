// The peer's certificates: found out about by the library, judged by the policy.

#include "backends/gnutls/verify.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

#include "backends/gnutls/errors.h"
#include "backends/gnutls/handles.h"
#include "backends/gnutls/info.h"
#include "backends/gnutls/session.h"

namespace tandem::gnutls {
namespace {

// Certificates of a peer that are looked at. GnuTLS has room for as many and does not check.
constexpr unsigned kChainLimit = 16;

// Dates are compared here, by a clock that a Config can replace and with OpenSSL's boundaries.
constexpr unsigned kFlags =
    GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM) | GNUTLS_VERIFY_DISABLE_TIME_CHECKS;

constexpr const char* kAltNameOid = "2.5.29.17";

// The certificates that a verdict is about.
struct Chain {
  std::vector<CertificateHandle> sent;     // By the peer, leaf first.
  std::vector<CertificateHandle> trusted;  // Copies of ours.
  std::vector<gnutls_x509_crt_t> path;     // From the leaf up to the root, as far as it is known.
  bool leaf_is_trusted = false;            // As it stands, whoever issued it.
};

CertificateHandle Parse(const gnutls_datum_t& der) {
  gnutls_x509_crt_t raw = nullptr;
  if (gnutls_x509_crt_init(&raw) < 0) return nullptr;
  CertificateHandle certificate(raw);
  if (gnutls_x509_crt_import(raw, &der, GNUTLS_X509_FMT_DER) < 0) return nullptr;
  return certificate;
}

// Returns our copy of `certificate` itself, if it is one that we trust.
CertificateHandle FindTrusted(gnutls_x509_trust_list_t trust, gnutls_x509_crt_t certificate) {
  gnutls_datum_t subject{};
  if (gnutls_x509_crt_get_raw_dn(certificate, &subject) < 0) return nullptr;
  const BytesHandle owner(subject.data);
  gnutls_x509_crt_t found = nullptr;
  if (gnutls_x509_trust_list_get_issuer_by_dn(trust, &subject, &found, 0) < 0) return nullptr;
  CertificateHandle copy(found);
  return gnutls_x509_crt_equals(found, certificate) != 0 ? std::move(copy) : nullptr;
}

// Returns the findings about the dates of `certificate`.
unsigned CheckDates(gnutls_x509_crt_t certificate, std::time_t now) {
  unsigned status = 0;
  if (gnutls_x509_crt_get_activation_time(certificate) > now) status |= GNUTLS_CERT_NOT_ACTIVATED;
  if (gnutls_x509_crt_get_expiration_time(certificate) <= now) status |= GNUTLS_CERT_EXPIRED;
  return status == 0 ? 0 : status | GNUTLS_CERT_INVALID;
}

// Of several that may have issued it (a root and its renewal), one that is valid now is preferred.
CertificateHandle FindTrustedIssuer(gnutls_x509_trust_list_t trust, gnutls_x509_crt_t certificate,
                                    std::time_t now) {
  gnutls_x509_crt_t raw = nullptr;
  if (gnutls_x509_trust_list_get_issuer(trust, certificate, &raw, GNUTLS_TL_GET_COPY) < 0) {
    return nullptr;
  }
  CertificateHandle found(raw);
  if (CheckDates(raw, now) == 0) return found;
  gnutls_x509_trust_list_iter_t place = nullptr;
  while (gnutls_x509_trust_list_iter_get_ca(trust, &place, &raw) >= 0) {
    CertificateHandle candidate(raw);
    if (gnutls_x509_crt_check_issuer(certificate, raw) == 0 || CheckDates(raw, now) != 0) continue;
    gnutls_x509_trust_list_iter_deinit(place);
    return candidate;
  }
  return found;
}

gnutls_x509_crt_t FindSentIssuer(const Chain& chain, gnutls_x509_crt_t certificate,
                                 std::time_t now) {
  gnutls_x509_crt_t found = nullptr;
  for (const CertificateHandle& candidate : chain.sent) {
    gnutls_x509_crt_t raw = candidate.get();
    if (std::find(chain.path.begin(), chain.path.end(), raw) != chain.path.end()) continue;
    if (gnutls_x509_crt_check_issuer(certificate, raw) == 0) continue;
    if (CheckDates(raw, now) == 0) return raw;
    if (found == nullptr) found = raw;
  }
  return found;
}

// Finds the way up as OpenSSL does: what we trust before what the peer sent, and on to the root.
void FindPath(gnutls_x509_trust_list_t trust, std::time_t now, Chain& chain) {
  gnutls_x509_crt_t top = chain.sent.front().get();
  chain.path.push_back(top);
  chain.leaf_is_trusted = FindTrusted(trust, top) != nullptr;
  if (chain.leaf_is_trusted) return;
  while (chain.path.size() <= kChainLimit && gnutls_x509_crt_check_issuer(top, top) == 0) {
    CertificateHandle issuer = FindTrustedIssuer(trust, top, now);
    if (issuer == nullptr && !chain.trusted.empty()) return;
    top = issuer != nullptr ? issuer.get() : FindSentIssuer(chain, top, now);
    if (top == nullptr) return;
    if (issuer != nullptr) chain.trusted.push_back(std::move(issuer));
    chain.path.push_back(top);
  }
}

// Unlike GnuTLS, OpenSSL does not take anyExtendedKeyUsage for a permission.
bool AllowsPurpose(gnutls_x509_crt_t certificate, std::string_view purpose) {
  std::array<char, 128> oid{};
  for (unsigned i = 0;; ++i) {
    std::size_t size = oid.size();
    const int code =
        gnutls_x509_crt_get_key_purpose_oid(certificate, i, oid.data(), &size, nullptr);
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return i == 0;
    if (code == GNUTLS_E_SHORT_MEMORY_BUFFER) continue;
    if (code < 0) return false;
    if (std::string_view(oid.data()) == purpose) return true;
  }
}

unsigned CheckPurposes(const Chain& chain, Role role) {
  const bool of_server = role == Role::kClient;
  const char* purpose = of_server ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT;
  const bool allowed = std::all_of(
      chain.path.begin(), chain.path.end(),
      [purpose](gnutls_x509_crt_t certificate) { return AllowsPurpose(certificate, purpose); });
  unsigned usage = 0;
  const bool limited = gnutls_x509_crt_get_key_usage(chain.path.front(), &usage, nullptr) >= 0;
  unsigned needed = GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_AGREEMENT;
  if (of_server) needed |= GNUTLS_KEY_KEY_ENCIPHERMENT;
  if (allowed && (!limited || (usage & needed) != 0)) return 0;
  return GNUTLS_CERT_INVALID | GNUTLS_CERT_PURPOSE_MISMATCH;
}

// Says whether every issuer of the path may have issued what is below it.
bool IssuersAreCas(const Chain& chain) {
  for (std::size_t i = 1; i < chain.path.size(); ++i) {
    unsigned usage = 0;
    if (gnutls_x509_crt_get_key_usage(chain.path[i], &usage, nullptr) >= 0 &&
        (usage & GNUTLS_KEY_KEY_CERT_SIGN) == 0) {
      return false;
    }
    unsigned is_ca = 0;
    int below_max = -1;
    if (gnutls_x509_crt_get_basic_constraints(chain.path[i], nullptr, &is_ca, &below_max) >= 0 &&
        below_max >= 0 && i - 1 > static_cast<std::size_t>(below_max)) {
      return false;
    }
  }
  return true;
}

bool NamesArePermitted(const Chain& chain) {
  gnutls_x509_name_constraints_t raw = nullptr;
  if (gnutls_x509_name_constraints_init(&raw) < 0) return false;
  const ConstraintsHandle constraints(raw);
  for (std::size_t i = chain.path.size() - 1; i > 0; --i) {
    const int code = gnutls_x509_crt_get_name_constraints(
        chain.path[i], raw, GNUTLS_NAME_CONSTRAINTS_FLAG_APPEND, nullptr);
    if (code < 0 && code != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return false;
  }
  constexpr std::array types = {GNUTLS_SAN_DNSNAME, GNUTLS_SAN_RFC822NAME, GNUTLS_SAN_DN,
                                GNUTLS_SAN_URI, GNUTLS_SAN_IPADDRESS};
  return std::all_of(types.begin(), types.end(), [&](gnutls_x509_subject_alt_name_t type) {
    return gnutls_x509_name_constraints_check_crt(raw, type, chain.path.front()) != 0;
  });
}

// GnuTLS stops at the first link that is bad, and has one word for a CA that goes beyond its limits
// and for one that speaks for foreign names. Looks at each link, and tells the two apart.
unsigned LookCloser(const Chain& chain, unsigned status) {
  unsigned closer = status & ~unsigned{GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE};
  for (std::size_t i = 1; i < chain.path.size(); ++i) {
    unsigned link = 0;
    gnutls_x509_crt_verify(chain.path[i - 1], &chain.path[i], 1, kFlags, &link);
    closer |= link & ~unsigned{GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE};
  }
  if (!IssuersAreCas(chain)) closer |= GNUTLS_CERT_SIGNER_NOT_CA;
  if (!NamesArePermitted(chain)) closer |= GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE;
  return closer;
}

unsigned CheckChain(gnutls_x509_trust_list_t trust, const Chain& chain, Role role,
                    std::time_t now) {
  std::array<gnutls_x509_crt_t, kChainLimit> sent{};
  std::transform(chain.sent.begin(), chain.sent.end(), sent.begin(),
                 [](const CertificateHandle& certificate) { return certificate.get(); });
  // GnuTLS does not find a leaf that is trusted if more certificates follow it.
  const auto count = chain.leaf_is_trusted ? 1U : static_cast<unsigned>(chain.sent.size());
  unsigned status = 0;
  const int code = gnutls_x509_trust_list_verify_crt2(trust, sent.data(), count, nullptr, 0, kFlags,
                                                      &status, nullptr);
  if (code < 0) status |= GNUTLS_CERT_INVALID;
  if (status != 0) status = LookCloser(chain, status);
  for (gnutls_x509_crt_t certificate : chain.path) status |= CheckDates(certificate, now);
  status |= CheckPurposes(chain, role);
  return status;
}

bool IsPlainAscii(std::span<const unsigned char> text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char byte) { return byte > 0 && byte < 0x80; });
}

// Returns nothing if the extension is there and does not parse, or is there twice.
std::optional<CertificateNames> ReadNames(gnutls_x509_crt_t leaf) {
  CertificateNames names;
  gnutls_datum_t extension{};
  const int found =
      gnutls_x509_crt_get_extension_by_oid2(leaf, kAltNameOid, 0, &extension, nullptr);
  if (found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return names;
  const BytesHandle owner(extension.data);
  gnutls_subject_alt_names_t raw = nullptr;
  if (found < 0 || gnutls_subject_alt_names_init(&raw) < 0) return std::nullopt;
  const NamesHandle parsed(raw);
  if (gnutls_x509_ext_import_subject_alt_names(&extension, raw, 0) < 0) return std::nullopt;
  gnutls_datum_t name{};
  unsigned type = 0;
  for (unsigned i = 0; gnutls_subject_alt_names_get(raw, i, &type, &name, nullptr) >= 0; ++i) {
    const std::span content(name.data, name.size);
    if (type == GNUTLS_SAN_DNSNAME && IsPlainAscii(content)) {
      names.dns.emplace_back(content.begin(), content.end());
    } else if (type == GNUTLS_SAN_IPADDRESS && (content.size() == 4 || content.size() == 16)) {
      const auto bytes = std::as_bytes(content);
      names.addresses.emplace_back(bytes.begin(), bytes.end());
    }
  }
  return names;
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

std::time_t Now(const WallClock& clock) {
  const auto now = clock ? clock() : std::chrono::system_clock::now();
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
}

gnutls_x509_trust_list_t TrustOf(gnutls_session_t raw) {
  void* credentials = nullptr;
  gnutls_x509_trust_list_t trust = nullptr;
  gnutls_credentials_get(raw, GNUTLS_CRD_CERTIFICATE, &credentials);
  gnutls_certificate_get_trust_list(static_cast<gnutls_certificate_credentials_t>(credentials),
                                    &trust);
  return trust;
}

PeerEvidence Examine(gnutls_x509_trust_list_t trust, const Settings& settings,
                     const gnutls_datum_t* ders, unsigned count) {
  PeerEvidence evidence;
  Chain chain;
  for (unsigned i = 0; i < std::min(count, kChainLimit); ++i) {
    chain.sent.push_back(Parse(ders[i]));
    if (chain.sent.back() != nullptr) continue;
    evidence.chain.Add(Verdict::kMalformed);
    evidence.native = "GnuTLS cannot parse certificate " + std::to_string(i + 1);
    return evidence;
  }
  const std::time_t now = Now(settings.wall_clock);
  FindPath(trust, now, chain);
  const unsigned status = CheckChain(trust, chain, settings.role, now);
  evidence.chain = VerdictFor(status);
  if (auto names = ReadNames(chain.sent.front().get())) {
    evidence.names = std::move(*names);
  } else {
    evidence.chain.Add(Verdict::kMalformed);
  }
  if (status != 0) evidence.native = FindingText(status);
  return evidence;
}

}  // namespace

int OnPeerCertificates(gnutls_session_t raw) noexcept {
  LibrarySession& session = LibrarySession::Of(raw);
  const Settings& settings = session.settings();
  const Version version = NegotiatedVersion(raw);
  unsigned count = 0;
  const gnutls_datum_t* ders = gnutls_certificate_get_peers(raw, &count);
  if (ders == nullptr || count == 0) {
    if (settings.client_certificate != ClientCertificate::kRequired) return 0;
    session.policy().RefuseMissingCertificate(version);
    return GNUTLS_E_CERTIFICATE_REQUIRED;
  }
  if (settings.trust->mode() == Trust::Mode::kDangerNone) return 0;
  const PeerEvidence evidence = Examine(TrustOf(raw), settings, ders, count);
  if (!session.policy().JudgePeer(evidence, version).has_value()) return 0;
  return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

}  // namespace tandem::gnutls
