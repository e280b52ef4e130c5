// Settings in GnuTLS's form: priorities and credentials.

#include "backends/gnutls/config.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include <gnutls/x509.h>

#include "backends/gnutls/algorithms.h"
#include "backends/gnutls/errors.h"
#include "backends/gnutls/hello.h"
#include "backends/gnutls/session.h"
#include "backends/gnutls/system_policy.h"
#include "backends/gnutls/verify.h"

namespace tandem::gnutls {
namespace {

// Nothing but what is named, and not what the system's configuration adds. Of TLS 1.2's
// renegotiation we want only the proof that the peer is immune to its flaw (RFC 5746), as OpenSSL
// does.
constexpr char kPriorityStart[] = "NONE:+CTYPE-X509:+COMP-NULL:%PROFILE_MEDIUM:%SERVER_PRECEDENCE";
constexpr char kClientPriority[] = ":%SAFE_RENEGOTIATION";
constexpr char kServerPriority[] = ":%PARTIAL_RENEGOTIATION";

// GnuTLS has room for this much (MAX_ALPN_PROTOCOLS, MAX_ALPN_PROTOCOL_NAME).
constexpr std::size_t kAlpnProtocols = 8;
constexpr std::size_t kAlpnNameBytes = 31;
constexpr std::size_t kPriorityItems = 128;  // MAX_ELEMENTS: it drops the rest without a word.

// How the rules begin that take away what tandem stands on. Key exchanges the priority tells.
constexpr std::string_view kFixed[] = {"%UNSAFE_RENEGOTIATION",
                                       "%DISABLE_SAFE_RENEGOTIATION",
                                       "%PARTIAL_RENEGOTIATION",
                                       "%NO_EXTENSIONS",
                                       "%NO_SESSION_HASH",
                                       "%COMPAT",
                                       "%VERIFY_",
                                       "%DEBUG_",
                                       "+CTYPE-",
                                       "-CTYPE-",
                                       "!CTYPE-"};
constexpr std::string_view kProfile = "%PROFILE_";

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

// The machine's policy makes the library lack what it has otherwise. What it never had without
// one, the post-quantum groups of later versions, is not the policy's doing.
bool IsForbidden(const std::string& policy_file, Group group) {
  constexpr Group first_hybrid = 0x11EB;
  return !policy_file.empty() && group < first_hybrid && GroupName(group).substr(0, 2) != "0x";
}

// Raw rules may ask for more than a session can tell of.
std::optional<Error> ReadVersions(gnutls_priority_t priority, CompiledRules& compiled) {
  const unsigned* list = nullptr;
  const int count = gnutls_priority_protocol_list(priority, &list);
  const auto speaks = [&](gnutls_protocol_t version) {
    return std::find(list, list + count, static_cast<unsigned>(version)) != list + count;
  };
  if (count == 1 && speaks(GNUTLS_DTLS1_2)) {
    compiled.version_min = compiled.version_max = Version::kTls12;
    return std::nullopt;
  }
  compiled.version_max = speaks(GNUTLS_TLS1_3) ? Version::kTls13 : Version::kTls12;
  compiled.version_min = speaks(GNUTLS_TLS1_2) ? Version::kTls12 : Version::kTls13;
  const int known = (speaks(GNUTLS_TLS1_3) ? 1 : 0) + (speaks(GNUTLS_TLS1_2) ? 1 : 0);
  if (known > 0 && known == count) return std::nullopt;
  return MakeError(ErrorKind::kUnsupported,
                   "the rules for GnuTLS ask for versions other than TLS 1.2 and 1.3");
}

// Says whether a session by any of these key exchanges has a certificate behind it.
bool AllProveByCertificate(gnutls_priority_t priority) {
  const unsigned int* exchanges = nullptr;
  const int count = gnutls_priority_kx_list(priority, &exchanges);
  return std::all_of(exchanges, exchanges + std::max(count, 0), [](unsigned int exchange) {
    switch (exchange) {
      case GNUTLS_KX_RSA:
      case GNUTLS_KX_DHE_RSA:
      case GNUTLS_KX_ECDHE_RSA:
      case GNUTLS_KX_ECDHE_ECDSA: return true;
      default: return false;
    }
  });
}

Error ChangesWhatItMayNot() {
  return MakeError(ErrorKind::kUnsupported,
                   "the rules for GnuTLS change what they may not: renegotiation, extensions that "
                   "every session has, how certificates are checked, or whether peers prove "
                   "themselves by certificates");
}

// Splits a priority into its items, in capitals. GnuTLS takes most names in either case, and spaces
// before them.
std::vector<std::string> Items(std::string_view priority) {
  std::vector<std::string> items(1);
  for (const char letter : priority) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == ':') {
      items.emplace_back();
    } else if (std::isspace(code) == 0) {
      items.back() += static_cast<char>(std::toupper(code));
    }
  }
  return items;
}

std::optional<Error> CheckRawRules(const std::string& text) {
  for (const std::string& item : Items(text)) {
    if (item.starts_with(kProfile)) {
      return MakeError(ErrorKind::kUnsupported,
                       "the rules for GnuTLS name a profile (" + item +
                           "), but the gnutls backend checks certificates by PROFILE_MEDIUM alone");
    }
    const bool fixed = std::any_of(std::begin(kFixed), std::end(kFixed),
                                   [&](std::string_view start) { return item.starts_with(start); });
    if (fixed) return ChangesWhatItMayNot();
  }
  return std::nullopt;
}

}  // namespace

Result<std::shared_ptr<const BackendConfig>> CompiledConfig::Compile(const Settings& settings) {
  gnutls_certificate_credentials_t raw = nullptr;
  const int code = gnutls_certificate_allocate_credentials(&raw);
  if (code < 0) return Refused("attempt to start", code);
  CredentialsHandle credentials(raw);  // Before `new`, which may throw.
  const std::shared_ptr<CompiledConfig> config(
      new CompiledConfig(settings, std::move(credentials)));
  for (const auto set : {&CompiledConfig::CheckSystemPolicy, &CompiledConfig::SetVersions,
                         &CompiledConfig::SetCipherSuites, &CompiledConfig::SetGroups,
                         &CompiledConfig::SetSignatureSchemes, &CompiledConfig::SetTrust,
                         &CompiledConfig::SetAlpn, &CompiledConfig::SetRawRules,
                         &CompiledConfig::SetSigningRules, &CompiledConfig::ReadBack}) {
    if (auto error = (config.get()->*set)()) return std::move(*error);
  }
  config->SetCallbacks();
  return std::shared_ptr<const BackendConfig>(config);
}

Result<std::unique_ptr<BackendSession>> CompiledConfig::NewSession(
    const SessionParts& parts) const {
  return LibrarySession::Start(*this, parts);
}

int CompiledConfig::ForbidDecryption(gnutls_session_t session) const {
  if (!decrypts_) return 0;
  if (signing_priority_ == nullptr) return GNUTLS_E_NO_CIPHER_SUITES;
  return gnutls_priority_set(session, signing_priority_.get());
}

CompiledConfig::CompiledConfig(const Settings& settings, CredentialsHandle credentials)
    : settings_(settings), credentials_(std::move(credentials)), priority_text_(kPriorityStart) {
  priority_text_ += settings_.role == Role::kClient ? kClientPriority : kServerPriority;
}

std::optional<Error> CompiledConfig::CheckSystemPolicy() {
  if (settings_.system_policy == SystemPolicy::kHonour) return std::nullopt;
  const std::string file = SystemPolicyFile();
  if (file.empty()) return std::nullopt;
  return MakeError(ErrorKind::kUnsupported,
                   "the gnutls backend cannot override the machine's crypto policy (" + file + ")");
}

std::optional<Error> CompiledConfig::SetVersions() {
  if (settings_.datagrams.has_value()) {
    Append(priority_text_, "VERS-DTLS1.2");
    return std::nullopt;
  }
  if (settings_.version_max == Version::kTls13) Append(priority_text_, "VERS-TLS1.3");
  if (settings_.version_min == Version::kTls12) Append(priority_text_, "VERS-TLS1.2");
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetCipherSuites() {
  for (const CipherSuite suite : settings_.cipher_suites) {
    const std::vector<std::string> words = WordsForSuite(suite);
    if (words.empty()) return Lacks("cipher suite " + CipherSuiteName(suite));
    for (const std::string& word : words) Append(priority_text_, word);
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetGroups() {
  const std::string policy_file = SystemPolicyFile();
  for (const Group group : settings_.groups) {
    const std::string word = WordForGroup(group);
    if (!word.empty()) {
      Append(priority_text_, word);
    } else if (!IsForbidden(policy_file, group)) {
      return Lacks("group " + GroupName(group));
    }
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetSignatureSchemes() {
  const bool has_policy = !SystemPolicyFile().empty();
  for (const SignatureScheme scheme : settings_.signature_schemes) {
    const std::vector<std::string> words = WordsForScheme(scheme);
    if (words.empty() && !has_policy) {
      return Lacks("signature scheme " + SignatureSchemeName(scheme));
    }
    for (const std::string& word : words) Append(priority_text_, word);
  }
  return std::nullopt;
}

std::optional<Error> CompiledConfig::SetTrust() {
  const bool server = settings_.role == Role::kServer;
  if (server && settings_.client_certificate == ClientCertificate::kNone) return std::nullopt;
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
                                  ? AddSystemRoots(roots_, machine_, trust.may_be_empty())
                                  : AddRoots(roots_, trust.roots());
  if (!count.ok()) return std::move(count).error();
  compiled_.roots = *count;
  return server && trust.mode() == Trust::Mode::kRoots ? NameRoots() : std::nullopt;
}

// Clients are told whose certificates are wanted.
std::optional<Error> CompiledConfig::NameRoots() {
  gnutls_x509_trust_list_t list = nullptr;
  gnutls_certificate_get_trust_list(credentials_.get(), &list);
  constexpr unsigned flags = GNUTLS_TL_NO_DUPLICATES | GNUTLS_TL_USE_IN_TLS;
  for (const Der& der : settings_.trust->roots()) {
    gnutls_x509_crt_t root = ParseCertificate(der).release();  // The list owns it, taken or not.
    if (root == nullptr) return Refused("roots", GNUTLS_E_MEMORY_ERROR);
    const int code = gnutls_x509_trust_list_add_cas(list, &root, 1, flags);
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

// They come last, and so they win.
std::optional<Error> CompiledConfig::SetRawRules() {
  const std::size_t ours = priority_text_.size();
  for (const RawRules& rules : settings_.raw_rules) {
    if (rules.text.find('\0') != std::string::npos) {
      return MakeError(ErrorKind::kMisuse, "a zero byte stands in a rule for GnuTLS");
    }
    if (!rules.text.empty()) priority_text_ += ":" + rules.text;
  }
  if (Items(priority_text_).size() > kPriorityItems) {
    return MakeError(ErrorKind::kUnsupported,
                     "GnuTLS takes 128 rules at most, those that the settings become included");
  }
  gnutls_priority_t raw = nullptr;
  const char* place = nullptr;
  const int code = gnutls_priority_init(&raw, priority_text_.c_str(), &place);
  if (code >= 0) {
    priority_.reset(raw);
    return CheckRawRules(priority_text_.substr(ours));
  }
  if (const std::string file = SystemPolicyFile();
      code == GNUTLS_E_NO_PRIORITIES_WERE_SET && !file.empty()) {
    return MakeError(ErrorKind::kUnsupported,
                     "the machine's crypto policy (" + file +
                         ") forbids what was named, and that leaves nothing "
                         "to speak");
  }
  if (priority_text_.size() == ours) {
    return Refused("cipher suites, groups or signature schemes", code);
  }
  Error error =
      MakeError(ErrorKind::kMisuse, "GnuTLS does not understand these rules, from \"" +
                                        std::string(place == nullptr ? "" : place) + "\" on");
  if (code == GNUTLS_E_NO_PRIORITIES_WERE_SET) error.what = "the rules for GnuTLS leave nothing";
  error.native = NativeText(code);
  return error;
}

// For sessions of an external key that does not decrypt.
std::optional<Error> CompiledConfig::SetSigningRules() {
  const unsigned int* exchanges = nullptr;
  const int count = gnutls_priority_kx_list(priority_.get(), &exchanges);
  const auto* end = exchanges + std::max(count, 0);
  decrypts_ = std::find(exchanges, end, unsigned{GNUTLS_KX_RSA}) != end;
  if (!decrypts_ || settings_.role == Role::kClient) return std::nullopt;
  gnutls_priority_t raw = nullptr;
  const int code = gnutls_priority_init(&raw, (priority_text_ + ":-RSA").c_str(), nullptr);
  if (code >= 0) signing_priority_.reset(raw);
  const bool leaves_nothing = code == GNUTLS_E_NO_PRIORITIES_WERE_SET;
  return code >= 0 || leaves_nothing ? std::nullopt : std::optional(Refused("rules", code));
}

// GnuTLS composes suites of the parts that are named: more than was asked for may come of it, and
// less than that if the machine's policy says so.
std::optional<Error> CompiledConfig::ReadBack() {
  const gnutls_priority_t priority = priority_.get();
  compiled_.native = priority_text_;
  if (auto error = ReadVersions(priority, compiled_)) return error;
  compiled_.cipher_suites = SuitesOf(priority);
  compiled_.groups = GroupsOf(priority);
  compiled_.signature_schemes = SchemesOf(priority);
  if (compiled_.cipher_suites.empty()) {
    return MakeError(ErrorKind::kUnsupported, "the rules leave no cipher suite to speak");
  }
  if (!settings_.raw_rules.empty()) {
    compiled_.system_policy = SystemPolicyFile();
    if (AllProveByCertificate(priority)) return std::nullopt;
    return ChangesWhatItMayNot();
  }
  const auto& asked = settings_.cipher_suites;
  for (const CipherSuite suite : compiled_.cipher_suites) {
    if (std::find(asked.begin(), asked.end(), suite) != asked.end()) continue;
    return MakeError(ErrorKind::kUnsupported,
                     "the gnutls backend cannot speak the named cipher suites without " +
                         CipherSuiteName(suite));
  }
  return NoteSystemPolicy(settings_, compiled_);
}

void CompiledConfig::SetCallbacks() {
  gnutls_certificate_set_verify_function(credentials_.get(), OnPeerCertificates);
  gnutls_certificate_set_retrieve_function3(credentials_.get(), OnSelectIdentity);
}

}  // namespace tandem::gnutls
