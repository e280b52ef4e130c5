// What the machine's administrator lets OpenSSL speak.

#include "backends/openssl/system_policy.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include <openssl/conf.h>

#include "backends/openssl/algorithms.h"
#include "backends/openssl/call.h"
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

// Nothing is left to the administrator, or the hello could fail for what he says.
bool SetUsualLists(SSL_CTX* context) {
  std::string groups;
  for (const Group group : Groups()) {
    if (Holds(UsualGroups(), group)) groups += (groups.empty() ? "" : ":") + GroupName(group);
  }
  std::string schemes;
  for (const SignatureScheme scheme : SignatureSchemes()) {
    schemes += (schemes.empty() ? "" : ":") + SignatureSchemeName(scheme);
  }
  return SSL_CTX_set_cipher_list(context, OSSL_default_cipher_list()) == 1 &&
         SSL_CTX_set_ciphersuites(context, OSSL_default_ciphersuites()) == 1 &&
         SSL_CTX_set1_groups_list(context, groups.c_str()) == 1 &&
         SSL_CTX_set1_sigalgs_list(context, schemes.c_str()) == 1;
}

// What the library speaks where nobody has told it anything.
std::optional<Offer> DefaultOffer() {
  const CleanQueue clean;
  const ContextHandle context(SSL_CTX_new(TLS_method()));
  SSL_CTX* raw = context.get();
  if (raw == nullptr) return std::nullopt;
  SSL_CTX_clear_options(raw, SSL_CTX_get_options(raw));
  SSL_CTX_set_min_proto_version(raw, 0);
  SSL_CTX_set_max_proto_version(raw, 0);
  SSL_CTX_set_security_level(raw, kSecurityLevel);
  return SetUsualLists(raw) ? ReadOffer(raw) : std::nullopt;
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

// Takes out of `rules` what is not allowed. False if that leaves nothing.
bool NarrowRules(const Offer& allowed, const Offer& usual, CompiledRules& rules,
                 Narrowing& narrowing) {
  narrowing.Narrow(rules.cipher_suites, allowed.cipher_suites, usual.cipher_suites,
                   CipherSuiteName);
  narrowing.Narrow(rules.groups, allowed.groups, usual.groups, GroupName);
  narrowing.Narrow(rules.signature_schemes, allowed.signature_schemes, usual.signature_schemes,
                   SignatureSchemeName);
  return NarrowVersions(allowed.versions, rules, narrowing) && !rules.groups.empty() &&
         !rules.signature_schemes.empty();
}

std::string BelowLevel(int level) {
  return "keys and hashes below security level " + std::to_string(level);
}

// Without it the policy cannot be told from what the library is by itself.
Error NothingToCompare() {
  return MakeError(ErrorKind::kInternal, "OpenSSL does not tell what it speaks by itself");
}

Error NothingLeft(const std::string& forbidden) {
  return MakeError(ErrorKind::kUnsupported, "the machine's crypto policy (" + SystemPolicyFile() +
                                                ") forbids " + forbidden +
                                                ", and that leaves nothing to speak");
}

}  // namespace

std::string SystemPolicyFile() {
  const TextHandle path(CONF_get1_default_config_file());
  return path == nullptr ? std::string() : std::string(path.get());
}

std::optional<Error> NoteSystemPolicy(const Offer& allowed, CompiledRules& rules) {
  if (allowed.versions.empty()) return NothingLeft("all that is named");
  const std::optional<Offer> usual = DefaultOffer();
  if (!usual.has_value()) return NothingToCompare();
  Narrowing narrowing;
  const bool left = NarrowRules(allowed, *usual, rules, narrowing);
  if (allowed.security_level > kSecurityLevel) narrowing.Note(BelowLevel(allowed.security_level));
  if (!left) return NothingLeft(narrowing.forbidden());
  if (!narrowing.forbidden().empty()) {
    rules.system_policy = SystemPolicyFile() + " forbids " + narrowing.forbidden();
  }
  return std::nullopt;
}

std::optional<Error> CheckAgainstPolicy(const Offer& allowed, const Offer& asked) {
  const std::optional<Offer> usual = DefaultOffer();
  if (!usual.has_value()) return NothingToCompare();
  CompiledRules rules;
  rules.version_min = asked.versions.front();
  rules.version_max = asked.versions.back();
  rules.cipher_suites = asked.cipher_suites;
  rules.groups = asked.groups;
  rules.signature_schemes = asked.signature_schemes;
  Narrowing narrowing;
  static_cast<void>(NarrowRules(allowed, *usual, rules, narrowing));
  if (allowed.security_level > kSecurityLevel && asked.security_level < allowed.security_level) {
    narrowing.Note(BelowLevel(allowed.security_level));
  }
  if (narrowing.forbidden().empty()) return std::nullopt;
  return MakeError(ErrorKind::kUnsupported,
                   "the rules for OpenSSL ask for what the machine's crypto policy (" +
                       SystemPolicyFile() + ") forbids: " + narrowing.forbidden());
}

}  // namespace tandem::openssl
