// Settings in OpenSSL's form: one SSL_CTX.

#include "backends/openssl/config.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "backends/openssl/call.h"
#include "backends/openssl/errors.h"
#include "backends/openssl/hello.h"
#include "backends/openssl/session.h"
#include "backends/openssl/verify.h"

namespace tandem::openssl {
namespace {

// 112 bits: RSA from 2048, no SHA-1 in signatures (SSL_CTX_set_security_level(3)).
constexpr int kSecurityLevel = 2;

// In the name of a root's file in a directory, such as "5ed36f99.0".
constexpr std::size_t kHashDigits = 8;

struct SuiteName {
  CipherSuite suite;
  Version version;
  const char* name;
};

constexpr SuiteName kSuites[] = {
    {0x1301, Version::kTls13, "TLS_AES_128_GCM_SHA256"},
    {0x1302, Version::kTls13, "TLS_AES_256_GCM_SHA384"},
    {0x1303, Version::kTls13, "TLS_CHACHA20_POLY1305_SHA256"},
    {0xC02B, Version::kTls12, "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {0xC02F, Version::kTls12, "ECDHE-RSA-AES128-GCM-SHA256"},
    {0xC02C, Version::kTls12, "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {0xC030, Version::kTls12, "ECDHE-RSA-AES256-GCM-SHA384"},
    {0xCCA9, Version::kTls12, "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {0xCCA8, Version::kTls12, "ECDHE-RSA-CHACHA20-POLY1305"},
};

struct GroupName {
  Group group;
  int nid;
};

constexpr GroupName kGroups[] = {
    {0x001D, NID_X25519},    {0x0017, NID_X9_62_prime256v1},
    {0x0018, NID_secp384r1}, {0x0019, NID_secp521r1},
    {0x001E, NID_X448},
};

struct SchemeName {
  SignatureScheme scheme;
  const char* name;
};

constexpr SchemeName kSchemes[] = {
    {0x0403, "ecdsa_secp256r1_sha256"},
    {0x0503, "ecdsa_secp384r1_sha384"},
    {0x0603, "ecdsa_secp521r1_sha512"},
    {0x0804, "rsa_pss_rsae_sha256"},
    {0x0805, "rsa_pss_rsae_sha384"},
    {0x0806, "rsa_pss_rsae_sha512"},
    {0x0807, "ed25519"},
    {0x0808, "ed448"},
    {0x0809, "rsa_pss_pss_sha256"},
    {0x080A, "rsa_pss_pss_sha384"},
    {0x080B, "rsa_pss_pss_sha512"},
    {0x0401, "rsa_pkcs1_sha256"},
    {0x0501, "rsa_pkcs1_sha384"},
    {0x0601, "rsa_pkcs1_sha512"},
};

std::string Hex(std::uint16_t number) {
  std::array<char, 7> text{};
  std::snprintf(text.data(), text.size(), "0x%04X", number);
  return text.data();
}

Error Lacks(const std::string& what) {
  return MakeError(ErrorKind::kUnsupported, "the openssl backend does not know the " + what);
}

Error Refused(const char* what) {
  Error error = MakeError(ErrorKind::kInternal, std::string("OpenSSL refuses the ") + what);
  error.native = NativeText(ERR_peek_last_error());
  return error;
}

void Append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ':';
  list += name;
}

// How strong our own certificates are is for the peer to judge: our rules are for its certificates.
int AllowOwnCertificates(const SSL* ssl, const SSL_CTX* context, int operation, int bits, int nid,
                         void* other, void* compiled) noexcept {
  const bool certificate = operation == SSL_SECOP_EE_KEY || operation == SSL_SECOP_CA_KEY ||
                           operation == SSL_SECOP_CA_MD;
  if (certificate) return 1;
  return static_cast<const CompiledConfig*>(compiled)->library_security()(
      ssl, context, operation, bits, nid, other, nullptr);
}

std::string FromEnvironment(const char* variable, const char* otherwise) {
  const char* value = std::getenv(variable);
  return value == nullptr ? otherwise : value;
}

// OpenSSL looks into its directories only when it needs a root, so nothing else would notice.
bool DirectoryHoldsRoots(const std::string& path) {
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(path, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    const bool hashed = name.size() > kHashDigits + 1 &&
                        name.find_first_not_of("0123456789abcdef") == kHashDigits &&
                        name[kHashDigits] == '.';
    if (hashed) return true;
  }
  return false;
}

bool HasSystemRoots(X509_STORE* store) {
  if (sk_X509_OBJECT_num(X509_STORE_get0_objects(store)) > 0) return true;
  std::string paths = FromEnvironment(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
  paths += ':';
  for (std::size_t begin = 0, end; (end = paths.find(':', begin)) != std::string::npos;
       begin = end + 1) {
    if (DirectoryHoldsRoots(paths.substr(begin, end - begin))) return true;
  }
  return false;
}

CertificateHandle ReadRoot(const std::vector<std::byte>& der) {
  const auto* next = reinterpret_cast<const unsigned char*>(der.data());
  return CertificateHandle(d2i_X509(nullptr, &next, static_cast<long>(der.size())));
}

}  // namespace

Group GroupNumber(int nid) {
  const auto* row = std::find_if(std::begin(kGroups), std::end(kGroups),
                                 [nid](const GroupName& group) { return group.nid == nid; });
  return row == std::end(kGroups) ? Group{0} : row->group;
}

Result<std::shared_ptr<const BackendConfig>> CompiledConfig::Compile(const Settings& settings) {
  const CleanQueue clean;
  ContextHandle context(SSL_CTX_new(TLS_method()));
  if (context == nullptr) return Refused("attempt to start");
  const std::shared_ptr<CompiledConfig> config(new CompiledConfig(settings, std::move(context)));
  config->ForgetSystemConfig();
  for (const auto set : {&CompiledConfig::SetVersions, &CompiledConfig::SetCipherSuites,
                         &CompiledConfig::SetGroups, &CompiledConfig::SetSignatureSchemes,
                         &CompiledConfig::SetTrust, &CompiledConfig::SetAlpn}) {
    if (auto error = (config.get()->*set)()) return std::move(*error);
  }
  config->SetCallbacks();
  return std::shared_ptr<const BackendConfig>(config);
}

Result<std::unique_ptr<BackendSession>> CompiledConfig::NewSession(
    const SessionParts& parts) const {
  return LibrarySession::Start(*this, parts);
}

CompiledConfig::CompiledConfig(const Settings& settings, ContextHandle context)
    : settings_(settings),
      context_(std::move(context)),
      library_security_(SSL_CTX_get_security_callback(context_.get())) {}

// SSL_CTX_new() has applied whatever openssl.cnf says. Our rules are all that counts, so what they
// do not name is put back to what we rely on.
void CompiledConfig::ForgetSystemConfig() {
  SSL_CTX* context = context_.get();
  SSL_CTX_clear_options(context, SSL_CTX_get_options(context));
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
  // Without AUTO_RETRY each record is one step, so the session can count them.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context, 0);
  SSL_CTX_set_block_padding(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_cert_store(context, X509_STORE_new());
  SSL_CTX_set0_CA_list(context, sk_X509_NAME_new_null());
}

std::optional<Error> CompiledConfig::SetVersions() {
  const bool ok =
      SSL_CTX_set_min_proto_version(context_.get(), static_cast<int>(settings_.version_min)) == 1 &&
      SSL_CTX_set_max_proto_version(context_.get(), static_cast<int>(settings_.version_max)) == 1;
  if (ok) return std::nullopt;
  return MakeError(ErrorKind::kUnsupported, "this OpenSSL was built without a version asked for");
}

std::optional<Error> CompiledConfig::SetCipherSuites() {
  std::string tls12;
  std::string tls13;
  for (const CipherSuite suite : settings_.cipher_suites) {
    const auto* row =
        std::find_if(std::begin(kSuites), std::end(kSuites),
                     [suite](const SuiteName& known) { return known.suite == suite; });
    if (row == std::end(kSuites)) return Lacks("cipher suite " + Hex(suite));
    Append(row->version == Version::kTls13 ? tls13 : tls12, row->name);
  }
  const bool needs12 = settings_.version_min == Version::kTls12;
  const bool needs13 = settings_.version_max == Version::kTls13;
  if ((needs12 && tls12.empty()) || (needs13 && tls13.empty())) {
    return MakeError(ErrorKind::kMisuse, "a version is spoken for which no cipher suite is named");
  }
  // An empty list is an error to the library, and a list that no version needs is never looked at.
  const bool ok = (!needs12 || SSL_CTX_set_cipher_list(context_.get(), tls12.c_str()) == 1) &&
                  (!needs13 || SSL_CTX_set_ciphersuites(context_.get(), tls13.c_str()) == 1);
  if (!ok) return Refused("cipher suites");
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetGroups() {
  std::vector<int> nids;
  for (const Group group : settings_.groups) {
    const auto* row =
        std::find_if(std::begin(kGroups), std::end(kGroups),
                     [group](const GroupName& known) { return known.group == group; });
    if (row == std::end(kGroups)) return Lacks("group " + Hex(group));
    nids.push_back(row->nid);
  }
  if (SSL_CTX_set1_groups(context_.get(), nids.data(), static_cast<int>(nids.size())) == 1) {
    return std::nullopt;
  }
  return Refused("groups");
}

std::optional<Error> CompiledConfig::SetSignatureSchemes() {
  std::string list;
  for (const SignatureScheme scheme : settings_.signature_schemes) {
    const auto* row =
        std::find_if(std::begin(kSchemes), std::end(kSchemes),
                     [scheme](const SchemeName& known) { return known.scheme == scheme; });
    if (row == std::end(kSchemes)) return Lacks("signature scheme " + Hex(scheme));
    Append(list, row->name);
  }
  const bool ok = SSL_CTX_set1_sigalgs_list(context_.get(), list.c_str()) == 1 &&
                  SSL_CTX_set1_client_sigalgs_list(context_.get(), list.c_str()) == 1;
  if (!ok) return Refused("signature schemes");
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetTrust() {
  const bool server = settings_.role == Role::kServer;
  const ClientCertificate asked = settings_.client_certificate;
  if (server && asked == ClientCertificate::kNone) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    return std::nullopt;
  }
  const bool required = server && asked == ClientCertificate::kRequired;
  SSL_CTX_set_verify(context_.get(),
                     SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  if (!settings_.trust.has_value()) {
    return MakeError(ErrorKind::kMisuse, "nothing says whose certificates are trusted");
  }
  // A root is what the program names, not what signed itself.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_.get()), X509_V_FLAG_PARTIAL_CHAIN);
  switch (settings_.trust->mode()) {
    case Trust::Mode::kSystem: return AddSystemRoots();
    case Trust::Mode::kRoots: return AddRoots();
    case Trust::Mode::kDangerNone: break;
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::AddSystemRoots() {
  X509_STORE* store = SSL_CTX_get_cert_store(context_.get());
  if (SSL_CTX_set_default_verify_paths(context_.get()) == 1 && HasSystemRoots(store)) {
    return std::nullopt;
  }
  return MakeError(ErrorKind::kMisuse,
                   "this machine has no system roots; install ca-certificates or name roots");
}

std::optional<Error> CompiledConfig::AddRoots() {
  X509_STORE* store = SSL_CTX_get_cert_store(context_.get());
  const auto& roots = settings_.trust->roots();
  if (roots.empty()) return MakeError(ErrorKind::kMisuse, "there is no root to trust");
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const CertificateHandle root = ReadRoot(roots[i]);
    if (root == nullptr) {
      Error error = MakeError(ErrorKind::kMisuse,
                              "root number " + std::to_string(i + 1) + " cannot be parsed");
      error.native = NativeText(ERR_peek_last_error());
      return error;
    }
    if (X509_STORE_add_cert(store, root.get()) != 1) return Refused("roots");
    const bool named = settings_.role == Role::kServer;
    if (named && SSL_CTX_add1_to_CA_list(context_.get(), root.get()) != 1) return Refused("roots");
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetAlpn() {
  if (settings_.alpn.empty()) return std::nullopt;
  if (settings_.role == Role::kServer) {
    SSL_CTX_set_alpn_select_cb(context_.get(), OnSelectAlpn, nullptr);
    return std::nullopt;
  }
  std::vector<unsigned char> list;
  for (const std::string& protocol : settings_.alpn) {
    list.push_back(static_cast<unsigned char>(protocol.size()));
    list.insert(list.end(), protocol.begin(), protocol.end());
  }
  // Alone in the library, this one returns 0 for success.
  if (SSL_CTX_set_alpn_protos(context_.get(), list.data(), static_cast<unsigned>(list.size())) ==
      0) {
    return std::nullopt;
  }
  return Refused("application protocols");
}

void CompiledConfig::SetCallbacks() {
  SSL_CTX_set_security_callback(context_.get(), AllowOwnCertificates);
  SSL_CTX_set0_security_ex_data(context_.get(), this);
  SSL_CTX_set_cert_verify_callback(context_.get(), OnPeerCertificates, nullptr);
  if (settings_.role == Role::kServer) {
    SSL_CTX_set_client_hello_cb(context_.get(), OnClientHello, nullptr);
  }
}

}  // namespace tandem::openssl
