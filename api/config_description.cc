// Config::Describe(): the rules in words.

#include <string>
#include <string_view>
#include <utility>

#include "tandem/certificate.h"
#include "tandem/config.h"

namespace tandem {
namespace {

class Lines {
 public:
  void Add(std::string_view key, const std::string& value) {
    if (value.empty()) return;
    text_ += std::string(key) + ": " + value + "\n";
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

template <typename List, typename Name>
std::string Join(const List& list, Name name) {
  std::string text;
  for (const auto& item : list) {
    if (!text.empty()) text += ' ';
    text += name(item);
  }
  return text;
}

std::string Count(std::size_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string VersionText(const Settings& settings, const CompiledRules& rules) {
  if (settings.datagrams.has_value()) return std::string(VersionName(Version::kDtls12));
  const std::string min(VersionName(rules.version_min));
  return rules.version_min == rules.version_max
             ? min
             : min + " to " + std::string(VersionName(rules.version_max));
}

std::string WhoIsTrusted(const Trust& trust, const CompiledRules& rules) {
  switch (trust.mode()) {
    case Trust::Mode::kSystem: return Count(rules.roots, "root") + " of the system";
    case Trust::Mode::kRoots: return Count(rules.roots, "given root");
    case Trust::Mode::kPins: return "whoever has one of " + Count(trust.pins().size(), "pin");
    case Trust::Mode::kDangerNone: return "ANYBODY (danger)";
  }
  return {};
}

std::string_view ReachText(Revocation reach) {
  switch (reach) {
    case Revocation::kWhereListed: return "where listed";
    case Revocation::kLeaf: return "demanded for the leaf";
    case Revocation::kWholePath: return "demanded for the whole path";
  }
  return {};
}

std::string TrustText(const Trust& trust, const CompiledRules& rules) {
  std::string text = WhoIsTrusted(trust, rules);
  const bool judges_chains =
      trust.mode() == Trust::Mode::kSystem || trust.mode() == Trust::Mode::kRoots;
  if (judges_chains) {
    text += ", at most " + Count(trust.max_intermediates(), "intermediate") + " below";
    if (!trust.intermediates().empty()) {
      text += ", " + Count(trust.intermediates().size(), "intermediate") + " at hand";
    }
    if (!trust.pins().empty()) text += ", one of " + Count(trust.pins().size(), "pin");
    if (trust.any_purpose()) text += ", ANY PURPOSE (danger)";
    if (!trust.revocation_lists().empty() || trust.revocation() != Revocation::kWhereListed) {
      text += ", " + Count(trust.revocation_lists().size(), "revocation list") + " " +
              std::string(ReachText(trust.revocation()));
    }
  }
  if (trust.further_verifier()) text += ", and the program's own verifier";
  return text;
}

std::string IdentityText(const Settings& settings) {
  if (settings.choose_identity) return "chosen by ClientHello";
  if (settings.identity == nullptr) return "none";
  const auto leaf = Certificate::Parse(settings.identity->chain().front());
  return (leaf.has_value() ? leaf->SubjectText() : std::string("?")) + ", " +
         Count(settings.identity->chain().size(), "certificate");
}

std::string AlpnText(const Settings& settings) {
  if (settings.alpn.empty()) return "not spoken";
  const std::string names = Join(settings.alpn, [](const std::string& name) { return name; });
  switch (settings.alpn_policy) {
    case AlpnPolicy::kIgnore: return names + " (or none)";
    case AlpnPolicy::kMustMatch: return names + " (must match if both name some)";
    case AlpnPolicy::kMustPresent: return names + " (one must be agreed on)";
  }
  return names;
}

std::string_view AskedText(ClientCertificate asked) {
  switch (asked) {
    case ClientCertificate::kNone: return "not asked for";
    case ClientCertificate::kOptional: return "asked for";
    case ClientCertificate::kRequired: return "required";
  }
  return {};
}

std::string PolicyText(SystemPolicy policy, const std::string& found) {
  const std::string how = policy == SystemPolicy::kHonour ? "honoured" : "overridden";
  return how + (found.empty() ? ", nothing found" : ": " + found);
}

}  // namespace

std::string Config::Describe() const {
  const CompiledRules rules = compiled_->Compiled();
  Lines lines;
  lines.Add("role", settings_.role == Role::kClient ? "client" : "server");
  lines.Add("backend", std::string(backend_->name()) + " (" + backend_->version() + ")");
  lines.Add("versions", VersionText(settings_, rules));
  lines.Add("cipher suites", Join(rules.cipher_suites, CipherSuiteName));
  lines.Add("groups", Join(rules.groups, GroupName));
  lines.Add("signature schemes", Join(rules.signature_schemes, SignatureSchemeName));
  if (settings_.role == Role::kServer) {
    lines.Add("client certificates", std::string(AskedText(settings_.client_certificate)));
  }
  if (settings_.trust.has_value()) lines.Add("trust", TrustText(*settings_.trust, rules));
  lines.Add("identity", IdentityText(settings_));
  lines.Add("alpn", AlpnText(settings_));
  lines.Add("handshake timeout", std::to_string(settings_.handshake_timeout.count()) + " ms");
  if (settings_.key_log) lines.Add("key log", "ON (danger)");
  lines.Add("system policy", PolicyText(settings_.system_policy, rules.system_policy));
  lines.Add("native", rules.native);
  return lines.Take();
}

}  // namespace tandem
