#include "api/certificate_extensions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api/distinguished_name.h"

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;

// GnuTLS keeps a path length in an int.
constexpr unsigned kPathLengths = 1U << 31;

Der Copy(Bytes bytes) { return Der(bytes.begin(), bytes.end()); }

// Nothing if it is no GeneralName (RFC 5280 section 4.2.1.6).
std::optional<GeneralName> ReadGeneralName(const DerElement& element) {
  using Type = GeneralName::Type;
  switch (element.tag) {
    case PrimitiveField(1): return GeneralName{Type::kEmail, Copy(element.content)};
    case PrimitiveField(2): return GeneralName{Type::kDns, Copy(element.content)};
    case ConstructedField(4):
      if (!ReadName(element.content).has_value()) return std::nullopt;
      return GeneralName{Type::kDirectory, Copy(element.content)};
    case PrimitiveField(6): return GeneralName{Type::kUri, Copy(element.content)};
    case PrimitiveField(7): return GeneralName{Type::kAddress, Copy(element.content)};
    case ConstructedField(0):
    case ConstructedField(3):
    case ConstructedField(5):
    case PrimitiveField(8): return GeneralName{Type::kOther, Copy(element.whole)};
    default: return std::nullopt;
  }
}

// Nobody has such a name, and GnuTLS cannot read a certificate that does.
bool IsEmptyText(const GeneralName& name) {
  using Type = GeneralName::Type;
  const bool is_text =
      name.type == Type::kEmail || name.type == Type::kDns || name.type == Type::kUri;
  return is_text && name.value.empty();
}

bool ReadAlternativeNames(Bytes value, Certificate& certificate) {
  auto names = ReadWhole(value, kTagSequence);
  while (names.has_value() && !names->empty()) {
    const auto element = names->Take();
    auto name = element.has_value() ? ReadGeneralName(*element) : std::nullopt;
    if (!name.has_value() || IsEmptyText(*name)) return false;
    certificate.alternative_names.push_back(std::move(*name));
  }
  return names.has_value();
}

// Nothing: it does not parse. Empty: it does, with a minimum or a maximum.
std::optional<bool> ReadSubtree(DerReader& subtrees, std::vector<GeneralName>& names) {
  auto subtree = subtrees.Enter(kTagSequence);
  const auto base = subtree.has_value() ? subtree->Take() : std::nullopt;
  auto name = base.has_value() ? ReadGeneralName(*base) : std::nullopt;
  if (!name.has_value()) return std::nullopt;
  names.push_back(std::move(*name));
  const auto minimum = subtree->Take(PrimitiveField(0));
  const auto maximum = subtree->Take(PrimitiveField(1));
  if (!subtree->empty()) return std::nullopt;
  const bool starts_at_zero = !minimum.has_value() || DerIs(minimum->content, "\x00");
  return starts_at_zero && !maximum.has_value();
}

// Takes field [`number`] if it is there.
bool TakeSubtrees(DerReader& fields, unsigned number, std::vector<GeneralName>& names,
                  NameConstraints& constraints) {
  if (!fields.At(ConstructedField(number))) return true;
  auto subtrees = fields.Enter(ConstructedField(number));
  if (!subtrees.has_value()) return false;
  while (!subtrees->empty()) {
    const auto understood = ReadSubtree(*subtrees, names);
    if (!understood.has_value()) return false;
    constraints.understood = constraints.understood && *understood;
  }
  return true;
}

bool ReadNameConstraints(Bytes value, Certificate& certificate) {
  auto fields = ReadWhole(value, kTagSequence);
  if (!fields.has_value()) return false;
  NameConstraints constraints;
  if (!TakeSubtrees(*fields, 0, constraints.permitted, constraints)) return false;
  if (!TakeSubtrees(*fields, 1, constraints.excluded, constraints)) return false;
  certificate.name_constraints = std::move(constraints);
  return fields->empty();
}

bool ReadBasicConstraints(Bytes value, Certificate& certificate) {
  auto fields = ReadWhole(value, kTagSequence);
  if (!fields.has_value()) return false;
  certificate.is_ca = fields->TakeBoolean(false);
  if (!certificate.is_ca.has_value()) return false;
  if (fields->empty()) return true;
  const auto length = fields->TakeInteger();
  if (!length.has_value()) return false;
  certificate.path_length = SmallNumber(*length);
  return certificate.path_length.value_or(kPathLengths) < kPathLengths && fields->empty();
}

bool ReadFlags(Bytes value, std::optional<std::uint16_t>& flags) {
  DerReader reader(value);
  flags = reader.TakeFlags();
  return flags.has_value() && reader.empty();
}

bool ReadExtendedKeyUsage(Bytes value, Certificate& certificate) {
  auto purposes = ReadWhole(value, kTagSequence);
  if (!purposes.has_value()) return false;
  std::vector<std::string> oids;
  while (!purposes->empty()) {
    const auto oid = purposes->TakeOid();
    auto text = oid.has_value() ? OidText(*oid) : std::nullopt;
    if (!text.has_value()) return false;
    oids.push_back(std::move(*text));
  }
  certificate.extended_key_usage = std::move(oids);
  return true;
}

bool ReadSubjectKeyId(Bytes value, Certificate& certificate) {
  DerReader reader(value);
  const auto id = reader.Take(kTagOctetString);
  if (!id.has_value() || !reader.empty()) return false;
  certificate.subject_key_id = Copy(id->content);
  return true;
}

bool ReadAuthorityKeyId(Bytes value, Certificate& certificate) {
  auto fields = ReadWhole(value, kTagSequence);
  if (!fields.has_value()) return false;
  if (const auto id = fields->Take(PrimitiveField(0))) {
    certificate.authority_key_id = Copy(id->content);
  }
  fields->Take(ConstructedField(1));
  fields->Take(PrimitiveField(2));
  return fields->empty();
}

// Critical extensions that OpenSSL takes for handled, the only ones that may be. Policies are not
// processed here, nor by OpenSSL unless it is told to: not even requireExplicitPolicy is enforced.
// Where to find a list is no rule.
bool IsHarmless(Bytes oid) {
  return DerIs(oid, "\x55\x1D\x20") ||                        // certificatePolicies
         DerIs(oid, "\x55\x1D\x21") ||                        // policyMappings
         DerIs(oid, "\x55\x1D\x24") ||                        // policyConstraints
         DerIs(oid, "\x55\x1D\x36") ||                        // inhibitAnyPolicy
         DerIs(oid, "\x55\x1D\x1F") ||                        // cRLDistributionPoints
         DerIs(oid, "\x2B\x06\x01\x05\x05\x07\x30\x01\x05");  // id-pkix-ocsp-nocheck
}

// A proxy certificate (RFC 3820) is issued by a leaf: nobody here follows that, critical or not.
bool IsProxyInfo(Bytes oid) { return DerIs(oid, "\x2B\x06\x01\x05\x05\x07\x01\x0E"); }

}  // namespace

std::optional<std::vector<Extension>> TakeExtensions(DerReader& reader) {
  auto elements = reader.Enter(kTagSequence);
  if (!elements.has_value()) return std::nullopt;
  std::vector<Extension> extensions;
  while (!elements->empty()) {
    auto fields = elements->Enter(kTagSequence);
    if (!fields.has_value()) return std::nullopt;
    const auto oid = fields->TakeOid();
    const auto is_critical = fields->TakeBoolean(false);
    const auto value = fields->Take(kTagOctetString);
    if (!oid.has_value() || !is_critical.has_value() || !value.has_value() || !fields->empty()) {
      return std::nullopt;
    }
    extensions.push_back({*oid, *is_critical, value->content});
  }
  std::vector<Bytes> oids;
  for (const Extension& extension : extensions) oids.push_back(extension.oid);
  std::ranges::sort(oids,
                    [](Bytes a, Bytes b) { return std::ranges::lexicographical_compare(a, b); });
  const auto twice =
      std::ranges::adjacent_find(oids, [](Bytes a, Bytes b) { return std::ranges::equal(a, b); });
  if (twice != oids.end()) return std::nullopt;
  return extensions;
}

bool ApplyExtension(const Extension& extension, Certificate& certificate) {
  const Bytes oid = extension.oid;
  const Bytes value = extension.value;
  if (DerIs(oid, "\x55\x1D\x0F")) return ReadFlags(value, certificate.key_usage);
  if (DerIs(oid, "\x55\x1D\x11")) return ReadAlternativeNames(value, certificate);
  if (DerIs(oid, "\x55\x1D\x13")) return ReadBasicConstraints(value, certificate);
  if (DerIs(oid, "\x55\x1D\x1E")) return ReadNameConstraints(value, certificate);
  if (DerIs(oid, "\x55\x1D\x25")) return ReadExtendedKeyUsage(value, certificate);
  if (DerIs(oid, "\x60\x86\x48\x01\x86\xF8\x42\x01\x01")) {
    return ReadFlags(value, certificate.netscape_type);
  }
  const bool matters = (extension.is_critical && !IsHarmless(oid)) || IsProxyInfo(oid);
  if (matters) certificate.has_unknown_critical = true;
  if (DerIs(oid, "\x55\x1D\x0E")) return ReadSubjectKeyId(value, certificate);
  if (DerIs(oid, "\x55\x1D\x23")) return ReadAuthorityKeyId(value, certificate);
  return true;
}

}  // namespace tandem
