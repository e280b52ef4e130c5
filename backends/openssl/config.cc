// Settings in OpenSSL's form: one SSL_CTX.

#include "backends/openssl/config.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/err.h>

#include "backends/openssl/algorithms.h"
#include "backends/openssl/call.h"
#include "backends/openssl/errors.h"
#include "backends/openssl/hello.h"
#include "backends/openssl/offer.h"
#include "backends/openssl/roots.h"
#include "backends/openssl/session.h"
#include "backends/openssl/system_policy.h"
#include "backends/openssl/verify.h"
#include "backends/openssl/versions.h"

namespace tandem::openssl {
namespace {

Error Lacks(const std::string& what) {
  return MakeError(ErrorKind::kUnsupported, "the openssl backend does not know the " + what);
}

Error Refused(const char* what) {
  Error error = MakeError(ErrorKind::kInternal, std::string("OpenSSL refuses the ") + what);
  error.native = NativeText(ERR_peek_last_error());
  return error;
}

// Says whether the engine that has our key can do what is about to be agreed on.
bool KeyIsAbleTo(const LoadedIdentity& identity, int operation, const void* other) {
  if (operation == SSL_SECOP_SIGALG_SHARED) {
    const auto* number = static_cast<const unsigned char*>(other);
    return identity.MaySign(static_cast<SignatureScheme>(number[0] << 8 | number[1]));
  }
  if (operation != SSL_SECOP_CIPHER_SHARED || identity.MayDecrypt()) return true;
  return SSL_CIPHER_get_kx_nid(static_cast<const SSL_CIPHER*>(other)) != NID_kx_rsa;
}

// How strong our own certificates are is for the peer to judge: our rules are for its certificates.
int OnSecurityQuestion(const SSL* ssl, const SSL_CTX* context, int operation, int bits, int nid,
                       void* other, void* compiled) noexcept {
  const bool certificate = operation == SSL_SECOP_EE_KEY || operation == SSL_SECOP_CA_KEY ||
                           operation == SSL_SECOP_CA_MD;
  if (certificate) return 1;
  const LoadedIdentity* identity = ssl == nullptr ? nullptr : LibrarySession::IdentityOf(ssl);
  if (identity != nullptr && !KeyIsAbleTo(*identity, operation, other)) return 0;
  return static_cast<const CompiledConfig*>(compiled)->library_security()(
      ssl, context, operation, bits, nid, other, nullptr);
}

// Asked by DTLSv1_listen() alone, about what a DatagramListener has accepted.
int OnCookie(SSL* /*ssl*/, const unsigned char* /*cookie*/, unsigned int /*size*/) noexcept {
  return 1;
}

// The library wants one that can, and never asks.
int OnCookieWanted(SSL* /*ssl*/, unsigned char* /*cookie*/, unsigned int* /*size*/) noexcept {
  return 0;
}

void Append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ':';
  list += name;
}

// The hook is the program's; what it throws must not travel through a library written in C.
void OnKeyLogLine(const SSL* ssl, const char* line) noexcept {
  try {
    const OutsideCall outside;
    engine::CallOutside([&] { LibrarySession::Of(ssl).settings().key_log(line); });
  } catch (...) {
    return;
  }
}

// Says whether a session by any of these suites has a certificate behind it. Suites of shared keys
// and of passwords, which stand in the library's own list, need callbacks that no command sets.
bool AllProveByCertificate(const STACK_OF(SSL_CIPHER) * suites) {
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
    if (SSL_CIPHER_get_auth_nid(sk_SSL_CIPHER_value(suites, i)) == NID_auth_null) return false;
  }
  return true;
}

// What weakens a session in a way that nothing else shows.
constexpr std::uint64_t kForbiddenOptions =
    SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
    SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_EXTENDED_MASTER_SECRET | SSL_OP_ENABLE_KTLS;

// What raw rules may not change, for tandem stands on it.
struct Fixed {
  std::uint64_t options;
  int verify_mode;
  std::size_t tickets;

  static Fixed In(SSL_CTX* context) {
    return {SSL_CTX_get_options(context), SSL_CTX_get_verify_mode(context),
            SSL_CTX_get_num_tickets(context)};
  }

  bool HoldsIn(SSL_CTX* context) const {
    const Fixed now = In(context);
    return (now.options & options) == options && (now.options & kForbiddenOptions) == 0 &&
           now.verify_mode == verify_mode && now.tickets == tickets &&
           AllProveByCertificate(SSL_CTX_get_ciphers(context)) &&
           SSL_CTX_get_min_proto_version(context) >= static_cast<int>(Version::kTls12);
  }
};

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

std::optional<Error> RunCommand(SSL_CONF_CTX* commands, std::string_view command) {
  if (command.empty()) return std::nullopt;
  const std::size_t equals = command.find('=');
  const std::string name(Trimmed(command.substr(0, equals)));
  const std::string value(equals == std::string_view::npos ? std::string_view()
                                                           : Trimmed(command.substr(equals + 1)));
  const int result = SSL_CONF_cmd(commands, name.c_str(), value.c_str());
  if (result > 0) return std::nullopt;
  constexpr int unknown = -2;
  Error error = MakeError(ErrorKind::kMisuse,
                          result == unknown ? "OpenSSL does not know the command \"" + name + '"'
                                            : "OpenSSL does not take \"" + value +
                                                  "\" for the command \"" + name + '"');
  error.native = NativeText(ERR_peek_last_error());
  return error;
}

std::optional<Error> RunCommands(SSL_CONF_CTX* commands, const std::string& text) {
  if (text.find('\0') != std::string::npos) {
    return MakeError(ErrorKind::kMisuse, "a zero byte stands in a rule for OpenSSL");
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    const auto command = Trimmed(std::string_view(text).substr(begin, end - begin));
    if (auto error = RunCommand(commands, command)) return error;
    begin = end + 1;
  }
  return std::nullopt;
}

template <typename Number>
bool Holds(const std::vector<Number>& list, Number number) {
  return std::find(list.begin(), list.end(), number) != list.end();
}

}  // namespace

Result<std::shared_ptr<const BackendConfig>> CompiledConfig::Compile(const Settings& settings) {
  const CleanQueue clean;
  const bool datagrams = settings.datagrams.has_value();
  ContextHandle context(SSL_CTX_new(datagrams ? DTLS_method() : TLS_method()));
  if (context == nullptr) return Refused("attempt to start");
  const std::shared_ptr<CompiledConfig> config(new CompiledConfig(settings, std::move(context)));
  for (const auto set :
       {&CompiledConfig::CheckSystemPolicy, &CompiledConfig::SetVersions,
        &CompiledConfig::SetCipherSuites, &CompiledConfig::SetGroups,
        &CompiledConfig::SetSignatureSchemes, &CompiledConfig::SetTrust, &CompiledConfig::SetAlpn,
        &CompiledConfig::SetRawRules, &CompiledConfig::ReadBack}) {
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
      library_security_(SSL_CTX_get_security_callback(context_.get())),
      roots_(X509_STORE_new()),
      paths_(NewPathStore()) {
  compiled_.version_min = settings.version_min;
  compiled_.version_max = settings.version_max;
  compiled_.cipher_suites = settings.cipher_suites;
  compiled_.groups = settings.groups;
  compiled_.signature_schemes = settings.signature_schemes;
}

// SSL_CTX_new() has applied what the machine's administrator says.
std::optional<Error> CompiledConfig::CheckSystemPolicy() {
  if (roots_ == nullptr || paths_ == nullptr) return MakeFault(Fault::kOutOfMemory);
  security_level_ = kSecurityLevel;
  if (settings_.system_policy == SystemPolicy::kHonour) {
    security_level_ = std::max(kSecurityLevel, SSL_CTX_get_security_level(context_.get()));
    // The administrator's rules are for both; TLS names more of them.
    const ContextHandle fresh(SSL_CTX_new(TLS_method()));
    if (fresh == nullptr) return Refused("attempt to start");
    allowed_ = ReadOffer(fresh.get()).value_or(Offer());
    if (auto error = NoteSystemPolicy(*allowed_, compiled_)) return error;
  }
  ForgetSystemConfig();
  return std::nullopt;
}

// Whatever it says, it has been asked; what our rules do not name is put back to what we rely on.
void CompiledConfig::ForgetSystemConfig() {
  SSL_CTX* context = context_.get();
  SSL_CTX_clear_options(context, SSL_CTX_get_options(context));
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_ENABLE_MIDDLEBOX_COMPAT | kNoCertificateCompression);
  // Of a client it would have it sign by its own order of schemes, where GnuTLS takes the server's.
  if (settings_.role == Role::kServer) {
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  // Without AUTO_RETRY each record is one step, so the session can count them.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context, 0);
  SSL_CTX_set_block_padding(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_security_level(context, security_level_);
  SSL_CTX_set_cert_store(context, X509_STORE_new());
  SSL_CTX_set0_CA_list(context, sk_X509_NAME_new_null());
}

std::optional<Error> CompiledConfig::SetVersions() {
  SSL_CTX* context = context_.get();
  const auto number = [this](Version version) {
    return settings_.datagrams.has_value() ? DTLS1_2_VERSION : static_cast<int>(version);
  };
  const bool ok = SSL_CTX_set_min_proto_version(context, number(compiled_.version_min)) == 1 &&
                  SSL_CTX_set_max_proto_version(context, number(compiled_.version_max)) == 1;
  if (ok) return std::nullopt;
  return MakeError(ErrorKind::kUnsupported, "this OpenSSL was built without a version asked for");
}

std::optional<Error> CompiledConfig::SetCipherSuites() {
  const std::vector<CipherSuite> known = CipherSuites();
  std::string tls12;
  std::string tls13;
  for (const CipherSuite suite : compiled_.cipher_suites) {
    if (!Holds(known, suite)) return Lacks("cipher suite " + CipherSuiteName(suite));
    Append(IsTls13Suite(suite) ? tls13 : tls12, NameOfSuite(suite));
  }
  const bool needs12 = compiled_.version_min == Version::kTls12;
  const bool needs13 = compiled_.version_max == Version::kTls13;
  // An empty list is an error to the library, and a list that no version needs is never looked at.
  const bool ok = (!needs12 || SSL_CTX_set_cipher_list(context_.get(), tls12.c_str()) == 1) &&
                  (!needs13 || SSL_CTX_set_ciphersuites(context_.get(), tls13.c_str()) == 1);
  if (!ok) return Refused("cipher suites");
  if (needs12) compiled_.native += "CipherString=" + tls12 + ";";
  if (needs13) compiled_.native += "Ciphersuites=" + tls13 + ";";
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetGroups() {
  const std::vector<Group> known = Groups();
  std::string list;
  for (const Group group : compiled_.groups) {
    if (!Holds(known, group)) return Lacks("group " + GroupName(group));
    Append(list, GroupName(group));
  }
  if (SSL_CTX_set1_groups_list(context_.get(), list.c_str()) != 1) return Refused("groups");
  compiled_.native += "Groups=" + list + ";";
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetSignatureSchemes() {
  const std::vector<SignatureScheme> known = SignatureSchemes();
  std::string list;
  for (const SignatureScheme scheme : compiled_.signature_schemes) {
    if (!Holds(known, scheme)) return Lacks("signature scheme " + SignatureSchemeName(scheme));
    Append(list, SignatureSchemeName(scheme));
  }
  const bool ok = SSL_CTX_set1_sigalgs_list(context_.get(), list.c_str()) == 1 &&
                  SSL_CTX_set1_client_sigalgs_list(context_.get(), list.c_str()) == 1;
  if (!ok) return Refused("signature schemes");
  compiled_.native += "SignatureAlgorithms=" + list;
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
  const Trust& trust = *settings_.trust;
  for (const Der& der : trust.intermediates()) {
    auto certificate = Certificate::Parse(der);
    if (certificate.has_value()) intermediates_.push_back(std::move(*certificate));
  }
  if (trust.mode() != Trust::Mode::kSystem && trust.mode() != Trust::Mode::kRoots) {
    return std::nullopt;
  }
  Result<std::size_t> count = trust.mode() == Trust::Mode::kSystem
                                  ? AddSystemRoots(roots_.get(), trust.may_be_empty())
                                  : AddRoots(roots_.get(), trust.roots());
  if (!count.ok()) return std::move(count).error();
  compiled_.roots = *count;
  return server && trust.mode() == Trust::Mode::kRoots ? NameRoots() : std::nullopt;
}

// Clients are told whose certificates are wanted.
std::optional<Error> CompiledConfig::NameRoots() {
  for (const Der& der : settings_.trust->roots()) {
    const CertificateHandle root = ParseCertificate(der);
    if (SSL_CTX_add1_to_CA_list(context_.get(), root.get()) != 1) return Refused("roots");
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

// They come last, and so they win.
std::optional<Error> CompiledConfig::SetRawRules() {
  if (settings_.raw_rules.empty()) return std::nullopt;
  SSL_CTX* context = context_.get();
  const Fixed fixed = Fixed::In(context);
  const CommandsHandle commands(SSL_CONF_CTX_new());
  if (commands == nullptr) return MakeFault(Fault::kOutOfMemory);
  const bool client = settings_.role == Role::kClient;
  SSL_CONF_CTX_set_flags(
      commands.get(), SSL_CONF_FLAG_FILE | (client ? SSL_CONF_FLAG_CLIENT : SSL_CONF_FLAG_SERVER));
  SSL_CONF_CTX_set_ssl_ctx(commands.get(), context);
  for (const RawRules& rules : settings_.raw_rules) {
    if (auto error = RunCommands(commands.get(), rules.text)) return error;
    if (!rules.text.empty()) compiled_.native += ";" + rules.text;
  }
  if (SSL_CONF_CTX_finish(commands.get()) != 1) return Refused("rules for OpenSSL");
  // They may ask more of certificates than we do, and never less.
  security_level_ = std::max(security_level_, SSL_CTX_get_security_level(context));
  if (fixed.HoldsIn(context)) return std::nullopt;
  return MakeError(ErrorKind::kUnsupported,
                   "the rules for OpenSSL change what they may not: old versions, renegotiation, "
                   "tickets, compression, master secrets, where records end up, or whether peers "
                   "prove themselves by certificates");
}

// Security level, versions and lists bound each other; what is left is asked of the library.
std::optional<Error> CompiledConfig::ReadBack() {
  std::optional<Offer> offer = ReadOffer(context_.get());
  if (!offer.has_value() || offer->versions.empty() || offer->cipher_suites.empty()) {
    return MakeError(ErrorKind::kUnsupported, "the rules leave no cipher suite to speak");
  }
  if (allowed_.has_value() && !settings_.raw_rules.empty()) {
    if (auto error = CheckAgainstPolicy(*allowed_, *offer)) return error;
  }
  compiled_.version_min = offer->versions.front();
  compiled_.version_max = offer->versions.back();
  compiled_.cipher_suites = std::move(offer->cipher_suites);
  compiled_.groups = std::move(offer->groups);
  compiled_.signature_schemes = std::move(offer->signature_schemes);
  return std::nullopt;
}

void CompiledConfig::SetCallbacks() {
  SSL_CTX_set_security_callback(context_.get(), OnSecurityQuestion);
  SSL_CTX_set0_security_ex_data(context_.get(), this);
  if (settings_.key_log) SSL_CTX_set_keylog_callback(context_.get(), OnKeyLogLine);
  SSL_CTX_set_cert_verify_callback(context_.get(), OnPeerCertificates, nullptr);
  if (settings_.role == Role::kServer) {
    SSL_CTX_set_client_hello_cb(context_.get(), OnClientHello, nullptr);
    SSL_CTX_set_cookie_verify_cb(context_.get(), OnCookie);
    SSL_CTX_set_cookie_generate_cb(context_.get(), OnCookieWanted);
  }
}

}  // namespace tandem::openssl
