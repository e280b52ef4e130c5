#include "tandem/name_constraints.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/der.h"
#include "api/distinguished_name.h"

namespace tandem {
namespace {

using Type = GeneralName::Type;

enum class Match : std::uint8_t { kInside, kOutside, kUnclear };

Match InsideIf(bool inside) { return inside ? Match::kInside : Match::kOutside; }

std::string TextOf(const Der& bytes) {
  std::string text(bytes.size(), '\0');
  std::ranges::transform(bytes, text.begin(), [](std::byte b) { return static_cast<char>(b); });
  return text;
}

// A name in the form in which it is compared, made once: there may be many comparisons.
struct ComparedName {
  Type type = Type::kOther;
  std::string value;
};

ComparedName Prepared(const GeneralName& name) {
  if (name.type != Type::kDirectory) {
    std::string text = TextOf(name.value);
    // "a.test." is what "a.test" is, whoever looks it up.
    if (name.type == Type::kDns && text.size() > 1 && text.ends_with('.')) text.pop_back();
    return {name.type, std::move(text)};
  }
  // It has been read before, as part of its certificate.
  return {name.type, ComparableName(name.value).value_or(std::string())};
}

std::vector<ComparedName> Prepared(const std::vector<GeneralName>& names) {
  std::vector<ComparedName> prepared;
  for (const GeneralName& name : names) prepared.push_back(Prepared(name));
  return prepared;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool SameText(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, Lower, Lower);
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && SameText(text.substr(text.size() - end.size()), end);
}

Match MatchDns(std::string_view name, std::string_view base) {
  if (base.empty()) return Match::kInside;
  if (!EndsWith(name, base)) return Match::kOutside;
  if (name.size() == base.size() || base.front() == '.') return Match::kInside;
  return InsideIf(name[name.size() - base.size() - 1] == '.');
}

// A base that starts with a dot stands for what is below it, and not for itself.
Match MatchHost(std::string_view host, std::string_view base) {
  if (!base.empty() && base.front() == '.') {
    return InsideIf(host.size() > base.size() && EndsWith(host, base));
  }
  return InsideIf(SameText(host, base));
}

Match MatchEmail(std::string_view name, std::string_view base) {
  const std::size_t at = name.rfind('@');
  if (at == std::string_view::npos) return Match::kUnclear;
  const std::string_view host = name.substr(at + 1);
  const std::size_t base_at = base.rfind('@');
  if (base_at == std::string_view::npos) return MatchHost(host, base);
  const std::string_view box = base.substr(0, base_at);
  if (!box.empty() && box != name.substr(0, at)) return Match::kOutside;
  return InsideIf(SameText(host, base.substr(base_at + 1)));
}

Match MatchUri(std::string_view name, std::string_view base) {
  constexpr std::string_view kAuthority = "://";
  const std::size_t scheme_end = name.find(':');
  if (scheme_end == std::string_view::npos) return Match::kUnclear;
  if (!name.substr(scheme_end).starts_with(kAuthority)) return Match::kUnclear;
  std::string_view host = name.substr(scheme_end + kAuthority.size());
  host = host.substr(0, host.find_first_of("/?#"));
  // Who reads "a@b" as a host, and which half of it, differs.
  if (host.find('@') != std::string_view::npos) return Match::kUnclear;
  host = host.substr(0, host.find(':'));
  return host.empty() ? Match::kUnclear : MatchHost(host, base);
}

Match MatchAddress(std::string_view address, std::string_view base) {
  const bool is_address = address.size() == 4 || address.size() == 16;
  if (!is_address || (base.size() != 8 && base.size() != 32)) return Match::kUnclear;
  if (2 * address.size() != base.size()) return Match::kOutside;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (((address[i] ^ base[i]) & base[address.size() + i]) != 0) return Match::kOutside;
  }
  return Match::kInside;
}

Match MatchName(const ComparedName& name, const ComparedName& base) {
  switch (name.type) {
    case Type::kDns: return MatchDns(name.value, base.value);
    case Type::kEmail: return MatchEmail(name.value, base.value);
    case Type::kUri: return MatchUri(name.value, base.value);
    case Type::kAddress: return MatchAddress(name.value, base.value);
    case Type::kDirectory: return InsideIf(name.value.starts_with(base.value));
    case Type::kOther: break;
  }
  return Match::kUnclear;
}

// Names of the kinds that nobody compares are told apart by their tag, and by no more.
bool SameKind(const ComparedName& name, const ComparedName& base) {
  if (name.type != base.type) return false;
  return name.type != Type::kOther || name.value.front() == base.value.front();
}

// Says whether `name` is "*.test" and `base`, such as "a.test", is one of the names it stands for.
bool StandsFor(const ComparedName& name, const ComparedName& base) {
  if (name.type != Type::kDns || !name.value.starts_with("*.")) return false;
  const std::string_view host = base.value;
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos &&
         SameText(std::string_view(name.value).substr(1), host.substr(dot));
}

struct ComparedConstraints {
  std::vector<ComparedName> permitted;
  std::vector<ComparedName> excluded;
};

bool IsPermitted(const ComparedName& name, const ComparedConstraints& constraints) {
  bool is_constrained = false;
  bool is_inside = false;
  for (const ComparedName& base : constraints.permitted) {
    if (!SameKind(name, base)) continue;
    is_constrained = true;
    const Match match = MatchName(name, base);
    if (match == Match::kUnclear) return false;
    is_inside = is_inside || match == Match::kInside;
  }
  if (is_constrained && !is_inside) return false;
  return std::ranges::all_of(constraints.excluded, [&](const ComparedName& base) {
    if (!SameKind(name, base)) return true;
    return MatchName(name, base) == Match::kOutside && !StandsFor(name, base);
  });
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Letters, digits, '_', and inside labels '-'; at least two labels. As OpenSSL has it.
bool LooksLikeHost(std::string_view text) {
  bool has_dot = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsHostCharacter(text[i])) continue;
    if (i == 0 || i + 1 == text.size()) return false;
    if (text[i] == '-') continue;
    const bool between_labels =
        text[i] == '.' && text[i + 1] != '.' && text[i + 1] != '-' && text[i - 1] != '-';
    if (!between_labels) return false;
    has_dot = true;
  }
  return has_dot;
}

// Adds the common names that somebody could take for a host's. False: one tries to hide.
bool AddCommonNames(const std::vector<NameAttribute>& subject, std::vector<ComparedName>& names) {
  for (const NameAttribute& attribute : subject) {
    if (!DerIs(attribute.oid, kOidCommonName) || !attribute.text.has_value()) continue;
    std::string_view text = *attribute.text;
    while (text.ends_with('\0')) text.remove_suffix(1);
    if (text.find('\0') != std::string_view::npos) return false;
    if (LooksLikeHost(text)) names.push_back({Type::kDns, std::string(text)});
  }
  return true;
}

// Nothing: a name is not what it should be.
std::optional<std::vector<ComparedName>> NamesOf(const Certificate& certificate, bool is_leaf) {
  std::vector<ComparedName> names = Prepared(certificate.alternative_names);
  const auto subject = ReadName(certificate.subject);
  if (!subject.has_value()) return std::nullopt;
  const bool has_dns =
      std::ranges::any_of(names, [](const ComparedName& name) { return name.type == Type::kDns; });
  if (is_leaf && !has_dns && !AddCommonNames(*subject, names)) return std::nullopt;
  for (const NameAttribute& attribute : *subject) {
    if (!DerIs(attribute.oid, kOidEmailAddress)) continue;
    if (attribute.value.tag != kTagIa5String) return std::nullopt;
    names.push_back({Type::kEmail, attribute.text.value_or(std::string())});
  }
  if (!subject->empty()) names.push_back(Prepared({Type::kDirectory, certificate.subject}));
  return names;
}

}  // namespace

bool NamesArePermitted(const Certificate& certificate, const NameConstraints& constraints,
                       bool is_leaf, std::size_t& budget) {
  if (!constraints.understood) return false;
  const std::size_t bases = constraints.permitted.size() + constraints.excluded.size();
  // Reading a name costs about as much as comparing it.
  const std::size_t reading = bases + certificate.alternative_names.size() + 1;
  if (reading > budget) return false;
  budget -= reading;
  const auto names = NamesOf(certificate, is_leaf);
  if (!names.has_value()) return false;
  if (!names->empty() && bases > budget / names->size()) return false;
  budget -= names->size() * bases;
  const ComparedConstraints prepared{Prepared(constraints.permitted),
                                     Prepared(constraints.excluded)};
  return std::ranges::all_of(*names,
                             [&](const ComparedName& name) { return IsPermitted(name, prepared); });
}

}  // namespace tandem
