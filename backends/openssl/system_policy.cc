// What the machine's administrator lets OpenSSL speak.

#include "backends/openssl/system_policy.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include <openssl/conf.h>

#include "backends/openssl/algorithms.h"
#include "backends/openssl/handles.h"
#include "backends/openssl/offer.h"

namespace tandem::openssl {
namespace {

using Numbers = std::vector<std::uint16_t>;

// What every OpenSSL offers unless it is told not to.
const Numbers& UsualGroups() {
  static const Numbers kGroups = {0x001D, 0x0017, 0x0018, 0x0019, 0x001E};
  return kGroups;
}

bool Holds(const Numbers& list, std::uint16_t number) {
  return std::find(list.begin(), list.end(), number) != list.end();
}

// What the library speaks where nobody has told it anything.
Offer DefaultOffer() {
  const ContextHandle context(SSL_CTX_new(TLS_method()));
  SSL_CTX* raw = context.get();
  if (raw == nullptr) return {};
  SSL_CTX_clear_options(raw, SSL_CTX_get_options(raw));
  SSL_CTX_set_min_proto_version(raw, 0);
  SSL_CTX_set_max_proto_version(raw, 0);
  SSL_CTX_set_security_level(raw, kSecurityLevel);
  SSL_CTX_set_cipher_list(raw, OSSL_default_cipher_list());
  SSL_CTX_set_ciphersuites(raw, OSSL_default_ciphersuites());
  return ReadOffer(raw).value_or(Offer());
}

// Takes numbers away, and notes their names.
class Narrowing {
 public:
  void Note(std::string_view name) {
    forbidden_ += std::string(forbidden_.empty() ? "" : ", ") += name;
  }

  // A list is the administrator's if it lacks something of what is `usual`. What is not usual, and
  // not in it, may only be unknown to it.
  void Narrow(Numbers& list, const Numbers& allowed, const Numbers& usual,
              std::string (*name)(std::uint16_t)) {
    const bool narrowed = std::any_of(
        usual.begin(), usual.end(), [&](std::uint16_t number) { return !Holds(allowed, number); });
    if (!narrowed) return;
    for (const std::uint16_t number : list) {
      if (!Holds(allowed, number)) Note(name(number));
    }
    std::erase_if(list, [&](std::uint16_t number) { return !Holds(allowed, number); });
  }

  const std::string& forbidden() const { return forbidden_; }

 private:
  std::string forbidden_;
};

bool SpeaksSuiteOf(Version version, const CompiledRules& rules) {
  return std::any_of(
      rules.cipher_suites.begin(), rules.cipher_suites.end(),
      [version](CipherSuite suite) { return IsTls13Suite(suite) == (version == Version::kTls13); });
}

// Keeps the versions that are allowed and have suites. False if there is none.
bool NarrowVersions(const std::vector<Version>& allowed, CompiledRules& rules,
                    Narrowing& narrowing) {
  std::vector<Version> kept;
  for (const Version version : {Version::kTls12, Version::kTls13}) {
    if (version < rules.version_min || version > rules.version_max) continue;
    if (std::find(allowed.begin(), allowed.end(), version) == allowed.end()) {
      narrowing.Note(VersionName(version));
    } else if (SpeaksSuiteOf(version, rules)) {
      kept.push_back(version);
    }
  }
  if (kept.empty()) return false;
  rules.version_min = kept.front();
  rules.version_max = kept.back();
  return true;
}

Error NothingLeft(const std::string& forbidden) {
  return MakeError(ErrorKind::kUnsupported,
                   "the machine's crypto policy (" + SystemPolicyFile() + ") forbids " +
                       (forbidden.empty() ? "all that is named" : forbidden) +
                       ", and that leaves nothing to speak");
}

}  // namespace

std::string SystemPolicyFile() {
  const TextHandle path(CONF_get1_default_config_file());
  return path == nullptr ? std::string() : std::string(path.get());
}

std::optional<Error> NoteSystemPolicy(SSL_CTX* fresh, CompiledRules& rules) {
  const auto allowed = ReadOffer(fresh);
  if (!allowed.has_value()) return NothingLeft({});
  const Offer usual = DefaultOffer();
  Narrowing narrowing;
  narrowing.Narrow(rules.cipher_suites, allowed->cipher_suites, usual.cipher_suites,
                   CipherSuiteName);
  narrowing.Narrow(rules.groups, allowed->groups, UsualGroups(), GroupName);
  narrowing.Narrow(rules.signature_schemes, allowed->signature_schemes, SignatureSchemes(),
                   SignatureSchemeName);
  const bool left = NarrowVersions(allowed->versions, rules, narrowing) && !rules.groups.empty() &&
                    !rules.signature_schemes.empty();
  if (const int level = SSL_CTX_get_security_level(fresh); level > kSecurityLevel) {
    narrowing.Note("keys and hashes below security level " + std::to_string(level));
  }
  if (!left) return NothingLeft(narrowing.forbidden());
  if (!narrowing.forbidden().empty()) {
    rules.system_policy = SystemPolicyFile() + " forbids " + narrowing.forbidden();
  }
  return std::nullopt;
}

}  // namespace tandem::openssl
