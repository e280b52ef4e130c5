// Settings in GnuTLS's form: priorities and credentials.

#include "backends/gnutls/config.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/gnutls/errors.h"
#include "backends/gnutls/hello.h"
#include "backends/gnutls/session.h"
#include "backends/gnutls/verify.h"

namespace tandem::gnutls {
namespace {

// Nothing but what is named, and not what the system's configuration says. Of TLS 1.2's
// renegotiation we want only the proof that the peer is immune to its flaw (RFC 5746), as OpenSSL
// does.
constexpr char kPriorityStart[] = "NONE:+CTYPE-X509:+COMP-NULL:%PROFILE_MEDIUM:%SERVER_PRECEDENCE";
constexpr char kClientPriority[] = ":%SAFE_RENEGOTIATION";
constexpr char kServerPriority[] = ":%PARTIAL_RENEGOTIATION";

// GnuTLS has room for this much (MAX_ALPN_PROTOCOLS, MAX_ALPN_PROTOCOL_NAME).
constexpr std::size_t kAlpnProtocols = 8;
constexpr std::size_t kAlpnNameBytes = 31;

struct SuiteName {
  CipherSuite suite;
  Version version;
  gnutls_kx_algorithm_t exchange;  // TLS 1.2.
  gnutls_cipher_algorithm_t cipher;
};

constexpr SuiteName kSuites[] = {
    {0x1301, Version::kTls13, GNUTLS_KX_UNKNOWN, GNUTLS_CIPHER_AES_128_GCM},
    {0x1302, Version::kTls13, GNUTLS_KX_UNKNOWN, GNUTLS_CIPHER_AES_256_GCM},
    {0x1303, Version::kTls13, GNUTLS_KX_UNKNOWN, GNUTLS_CIPHER_CHACHA20_POLY1305},
    {0xC02B, Version::kTls12, GNUTLS_KX_ECDHE_ECDSA, GNUTLS_CIPHER_AES_128_GCM},
    {0xC02F, Version::kTls12, GNUTLS_KX_ECDHE_RSA, GNUTLS_CIPHER_AES_128_GCM},
    {0xC02C, Version::kTls12, GNUTLS_KX_ECDHE_ECDSA, GNUTLS_CIPHER_AES_256_GCM},
    {0xC030, Version::kTls12, GNUTLS_KX_ECDHE_RSA, GNUTLS_CIPHER_AES_256_GCM},
    {0xCCA9, Version::kTls12, GNUTLS_KX_ECDHE_ECDSA, GNUTLS_CIPHER_CHACHA20_POLY1305},
    {0xCCA8, Version::kTls12, GNUTLS_KX_ECDHE_RSA, GNUTLS_CIPHER_CHACHA20_POLY1305},
};

struct GroupName {
  Group group;
  gnutls_group_t id;
  const char* name;
};

constexpr GroupName kGroups[] = {
    {0x001D, GNUTLS_GROUP_X25519, "X25519"},       {0x0017, GNUTLS_GROUP_SECP256R1, "SECP256R1"},
    {0x0018, GNUTLS_GROUP_SECP384R1, "SECP384R1"}, {0x0019, GNUTLS_GROUP_SECP521R1, "SECP521R1"},
    {0x001E, GNUTLS_GROUP_X448, "X448"},
};

// GnuTLS tells what ECDSA means in TLS 1.2 (any curve) from what it means in 1.3.
struct SchemeName {
  SignatureScheme scheme;
  const char* name;
  const char* name13 = nullptr;
};

constexpr SchemeName kSchemes[] = {
    {0x0403, "ECDSA-SHA256", "ECDSA-SECP256R1-SHA256"},
    {0x0503, "ECDSA-SHA384", "ECDSA-SECP384R1-SHA384"},
    {0x0603, "ECDSA-SHA512", "ECDSA-SECP521R1-SHA512"},
    {0x0804, "RSA-PSS-RSAE-SHA256"},
    {0x0805, "RSA-PSS-RSAE-SHA384"},
    {0x0806, "RSA-PSS-RSAE-SHA512"},
    {0x0807, "EDDSA-ED25519"},
    {0x0808, "EDDSA-ED448"},
    {0x0809, "RSA-PSS-SHA256"},
    {0x080A, "RSA-PSS-SHA384"},
    {0x080B, "RSA-PSS-SHA512"},
    {0x0401, "RSA-SHA256"},
    {0x0501, "RSA-SHA384"},
    {0x0601, "RSA-SHA512"},
};

std::string Hex(std::uint16_t number) {
  std::array<char, 7> text{};
  std::snprintf(text.data(), text.size(), "0x%04X", number);
  return text.data();
}

Error Lacks(const std::string& what) {
  return MakeError(ErrorKind::kUnsupported, "the gnutls backend does not know the " + what);
}

Error Refused(const char* what, int code) {
  Error error = MakeError(ErrorKind::kInternal, std::string("GnuTLS refuses the ") + what);
  error.native = NativeText(code);
  return error;
}

// Order is preference; what stands in the list already keeps its place.
void Append(std::string& list, std::string_view name) {
  const std::string item = ":+" + std::string(name);
  if ((list + ":").find(item + ":") == std::string::npos) list += item;
}

const SuiteName* FindSuite(CipherSuite suite) {
  const auto* row = std::find_if(std::begin(kSuites), std::end(kSuites),
                                 [suite](const SuiteName& known) { return known.suite == suite; });
  return row == std::end(kSuites) ? nullptr : row;
}

std::vector<CipherSuite> SuitesOf(gnutls_priority_t priority) {
  std::vector<CipherSuite> suites;
  unsigned index = 0;
  for (unsigned i = 0;; ++i) {
    const int code = gnutls_priority_get_cipher_suite_index(priority, i, &index);
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return suites;
    std::array<unsigned char, 2> id{};
    if (code < 0 ||
        gnutls_cipher_suite_info(index, id.data(), nullptr, nullptr, nullptr, nullptr) == nullptr) {
      continue;
    }
    suites.push_back(static_cast<CipherSuite>(id[0] << 8 | id[1]));
  }
}

// GnuTLS composes suites of the parts that are named: more than was asked for may come of it.
Result<PriorityHandle> CompilePriority(const std::string& text,
                                       const std::vector<CipherSuite>& asked) {
  gnutls_priority_t raw = nullptr;
  const int code = gnutls_priority_init(&raw, text.c_str(), nullptr);
  if (code < 0) return Refused("cipher suites, groups or signature schemes", code);
  PriorityHandle priority(raw);
  for (const CipherSuite suite : SuitesOf(raw)) {
    if (std::find(asked.begin(), asked.end(), suite) != asked.end()) continue;
    return MakeError(ErrorKind::kUnsupported,
                     "the gnutls backend cannot speak the named cipher suites without " +
                         CipherSuiteName(suite));
  }
  return priority;
}

CertificateHandle ReadRoot(const std::vector<std::byte>& der, int& code) {
  gnutls_x509_crt_t raw = nullptr;
  code = gnutls_x509_crt_init(&raw);
  CertificateHandle root(raw);
  if (code < 0) return nullptr;
  // The library takes a pointer to what it only reads.
  auto* bytes = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(der.data()));
  const gnutls_datum_t datum{bytes, static_cast<unsigned int>(der.size())};
  code = gnutls_x509_crt_import(raw, &datum, GNUTLS_X509_FMT_DER);
  return code < 0 ? nullptr : std::move(root);
}

}  // namespace

Group GroupNumber(gnutls_group_t group) {
  const auto* row = std::find_if(std::begin(kGroups), std::end(kGroups),
                                 [group](const GroupName& known) { return known.id == group; });
  return row == std::end(kGroups) ? Group{0} : row->group;
}

Result<std::shared_ptr<const BackendConfig>> CompiledConfig::Compile(const Settings& settings) {
  gnutls_certificate_credentials_t raw = nullptr;
  const int code = gnutls_certificate_allocate_credentials(&raw);
  if (code < 0) return Refused("attempt to start", code);
  const std::shared_ptr<CompiledConfig> config(
      new CompiledConfig(settings, CredentialsHandle(raw)));
  for (const auto set : {&CompiledConfig::SetVersions, &CompiledConfig::SetCipherSuites,
                         &CompiledConfig::SetGroups, &CompiledConfig::SetSignatureSchemes,
                         &CompiledConfig::SetTrust, &CompiledConfig::SetAlpn}) {
    if (auto error = (config.get()->*set)()) return std::move(*error);
  }
  auto priority = CompilePriority(config->priority_text_, settings.cipher_suites);
  if (!priority.ok()) return std::move(priority).error();
  config->priority_ = std::move(priority).value();
  config->SetCallbacks();
  return std::shared_ptr<const BackendConfig>(config);
}

Result<std::unique_ptr<BackendSession>> CompiledConfig::NewSession(
    const SessionParts& parts) const {
  return LibrarySession::Start(*this, parts);
}

CompiledConfig::CompiledConfig(const Settings& settings, CredentialsHandle credentials)
    : settings_(settings), credentials_(std::move(credentials)), priority_text_(kPriorityStart) {
  gnutls_certificate_get_trust_list(credentials_.get(), &trust_);
  priority_text_ += settings_.role == Role::kClient ? kClientPriority : kServerPriority;
}

std::optional<Error> CompiledConfig::SetVersions() {
  if (settings_.version_max == Version::kTls13) Append(priority_text_, "VERS-TLS1.3");
  if (settings_.version_min == Version::kTls12) Append(priority_text_, "VERS-TLS1.2");
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetCipherSuites() {
  bool has12 = false;
  bool has13 = false;
  Append(priority_text_, "AEAD");
  for (const CipherSuite suite : settings_.cipher_suites) {
    const SuiteName* row = FindSuite(suite);
    if (row == nullptr) return Lacks("cipher suite " + Hex(suite));
    (row->version == Version::kTls13 ? has13 : has12) = true;
    Append(priority_text_, gnutls_cipher_get_name(row->cipher));
    if (row->version == Version::kTls12) {
      Append(priority_text_, gnutls_kx_get_name(row->exchange));
    }
  }
  const bool needs12 = settings_.version_min == Version::kTls12;
  const bool needs13 = settings_.version_max == Version::kTls13;
  if ((needs12 && !has12) || (needs13 && !has13)) {
    return MakeError(ErrorKind::kMisuse, "a version is spoken for which no cipher suite is named");
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetGroups() {
  for (const Group group : settings_.groups) {
    const auto* row =
        std::find_if(std::begin(kGroups), std::end(kGroups),
                     [group](const GroupName& known) { return known.group == group; });
    if (row == std::end(kGroups)) return Lacks("group " + Hex(group));
    Append(priority_text_, std::string("GROUP-") + row->name);
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetSignatureSchemes() {
  for (const SignatureScheme scheme : settings_.signature_schemes) {
    const auto* row =
        std::find_if(std::begin(kSchemes), std::end(kSchemes),
                     [scheme](const SchemeName& known) { return known.scheme == scheme; });
    if (row == std::end(kSchemes)) return Lacks("signature scheme " + Hex(scheme));
    Append(priority_text_, std::string("SIGN-") + row->name);
    if (row->name13 != nullptr) Append(priority_text_, std::string("SIGN-") + row->name13);
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetTrust() {
  const bool server = settings_.role == Role::kServer;
  if (server && settings_.client_certificate == ClientCertificate::kNone) return std::nullopt;
  if (!settings_.trust.has_value()) {
    return MakeError(ErrorKind::kMisuse, "nothing says whose certificates are trusted");
  }
  switch (settings_.trust->mode()) {
    case Trust::Mode::kSystem: return AddSystemRoots();
    case Trust::Mode::kRoots: return AddRoots();
    case Trust::Mode::kDangerNone: break;
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::AddSystemRoots() {
  if (gnutls_x509_trust_list_add_system_trust(trust_, 0, 0) > 0) return std::nullopt;
  return MakeError(ErrorKind::kMisuse,
                   "this machine has no system roots; install ca-certificates or name roots");
}

std::optional<Error> CompiledConfig::AddRoots() {
  const auto& roots = settings_.trust->roots();
  if (roots.empty()) return MakeError(ErrorKind::kMisuse, "there is no root to trust");
  const bool named = settings_.role == Role::kServer;
  const unsigned flags = GNUTLS_TL_NO_DUPLICATES | (named ? GNUTLS_TL_USE_IN_TLS : 0);
  for (std::size_t i = 0; i < roots.size(); ++i) {
    int code = 0;
    CertificateHandle root = ReadRoot(roots[i], code);
    if (root == nullptr) {
      Error error = MakeError(ErrorKind::kMisuse,
                              "root number " + std::to_string(i + 1) + " cannot be parsed");
      error.native = NativeText(code);
      return error;
    }
    gnutls_x509_crt_t raw = root.release();  // The list owns it, taken or not.
    code = gnutls_x509_trust_list_add_cas(trust_, &raw, 1, flags);
    if (code < 0) return Refused("roots", code);
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetAlpn() {
  const bool client = settings_.role == Role::kClient;
  if (client && settings_.alpn.size() > kAlpnProtocols) {
    return MakeError(ErrorKind::kUnsupported,
                     "the gnutls backend offers at most 8 application protocols (ALPN)");
  }
  for (const std::string& protocol : settings_.alpn) {
    if (protocol.size() > kAlpnNameBytes) {
      return MakeError(ErrorKind::kUnsupported,
                       "the gnutls backend speaks no application protocol (ALPN) whose name is "
                       "longer than 31 bytes");
    }
  }
  return std::nullopt;
}

void CompiledConfig::SetCallbacks() {
  gnutls_certificate_set_verify_function(credentials_.get(), OnPeerCertificates);
  gnutls_certificate_set_retrieve_function3(credentials_.get(), OnSelectIdentity);
}

}  // namespace tandem::gnutls
