#include "tandem/certificate.h"

#include <algorithm>
#include <utility>

#include "api/certificate_extensions.h"
#include "api/certificate_key.h"
#include "api/der.h"
#include "api/distinguished_name.h"

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;

Der Copy(Bytes bytes) { return Der(bytes.begin(), bytes.end()); }

bool TakeVersion(DerReader& fields, Certificate& certificate) {
  certificate.version = 1;
  if (!fields.At(ConstructedField(0))) return true;
  auto version = fields.Enter(ConstructedField(0));
  if (!version.has_value()) return false;
  const auto number = version->TakeInteger();
  if (!number.has_value() || !version->empty()) return false;
  const unsigned value = SmallNumber(*number).value_or(3);
  if (value > 2) return false;
  certificate.version = static_cast<int>(value) + 1;
  return true;
}

bool TakeName(DerReader& fields, Der& name) {
  const auto element = fields.Take(kTagSequence);
  if (!element.has_value() || !ReadName(element->whole).has_value()) return false;
  name = Copy(element->whole);
  return true;
}

bool TakeValidity(DerReader& fields, Certificate& certificate) {
  auto validity = fields.Enter(kTagSequence);
  if (!validity.has_value()) return false;
  const auto from = validity->TakeTime();
  const auto to = validity->TakeTime();
  if (!from.has_value() || !to.has_value() || !validity->empty()) return false;
  certificate.not_before = *from;
  certificate.not_after = *to;
  return true;
}

bool TakeKey(DerReader& fields, Certificate& certificate) {
  const auto info = fields.Take(kTagSequence);
  if (!info.has_value()) return false;
  const auto facts = ReadKeyFacts(DerReader(info->content));
  if (!facts.has_value()) return false;
  certificate.public_key = Copy(info->whole);
  certificate.key_type = facts->type;
  certificate.key_bits = facts->bits;
  certificate.key_has_named_curve = facts->has_named_curve;
  return true;
}

// Unique identifiers, which nobody uses, and the extensions.
bool TakeOptionalFields(DerReader& fields, Certificate& certificate) {
  for (const unsigned number : {1U, 2U}) {
    if (!fields.At(PrimitiveField(number))) continue;
    if (certificate.version < 2 || !fields.Take().has_value()) return false;
  }
  if (fields.empty()) return true;
  auto wrapper = fields.Enter(ConstructedField(3));
  if (certificate.version < 3 || !wrapper.has_value() || !fields.empty()) return false;
  const auto extensions = TakeExtensions(*wrapper);
  if (!extensions.has_value() || !wrapper->empty()) return false;
  return std::ranges::all_of(*extensions, [&](const Extension& extension) {
    return ApplyExtension(extension, certificate);
  });
}

// Returns the AlgorithmIdentifier, whole.
std::optional<Bytes> ReadSignedPart(DerReader fields, Certificate& certificate) {
  if (!TakeVersion(fields, certificate)) return std::nullopt;
  const auto serial = fields.TakeInteger();
  if (!serial.has_value()) return std::nullopt;
  certificate.serial = Copy(*serial);
  const auto algorithm = fields.Take(kTagSequence);
  if (!algorithm.has_value()) return std::nullopt;
  const bool read = TakeName(fields, certificate.issuer) && TakeValidity(fields, certificate) &&
                    TakeName(fields, certificate.subject) && TakeKey(fields, certificate) &&
                    TakeOptionalFields(fields, certificate);
  if (!read) return std::nullopt;
  return algorithm->whole;
}

bool IsPlainAscii(const Der& text) {
  return std::ranges::all_of(text, [](std::byte byte) {
    return byte != std::byte{0} && (byte & std::byte{0x80}) == std::byte{0};
  });
}

std::string TextOf(const Der& bytes) {
  std::string text(bytes.size(), '\0');
  std::ranges::transform(bytes, text.begin(), [](std::byte b) { return static_cast<char>(b); });
  return text;
}

}  // namespace

std::optional<Certificate> Certificate::Parse(std::span<const std::byte> der) {
  auto parts = ReadWhole(der, kTagSequence);
  if (!parts.has_value()) return std::nullopt;
  auto signed_part = parts->Enter(kTagSequence);
  const auto algorithm = parts->Take(kTagSequence);
  if (!signed_part.has_value() || !algorithm.has_value()) return std::nullopt;
  if (!parts->TakeBits().has_value() || !parts->empty()) return std::nullopt;
  Certificate certificate;
  const auto inner = ReadSignedPart(*signed_part, certificate);
  const auto hash = ReadSignatureHash(DerReader(algorithm->content));
  if (!inner.has_value() || !hash.has_value()) return std::nullopt;
  certificate.signature_hash = *hash;
  certificate.signature_algorithms_agree = std::ranges::equal(*inner, algorithm->whole);
  certificate.der = Copy(der);
  return certificate;
}

bool Certificate::self_issued() const { return issuer == subject || SameName(issuer, subject); }

CertificateNames Certificate::names() const {
  CertificateNames names;
  for (const GeneralName& name : alternative_names) {
    const std::size_t size = name.value.size();
    if (name.type == GeneralName::Type::kDns && IsPlainAscii(name.value)) {
      names.dns.push_back(TextOf(name.value));
    } else if (name.type == GeneralName::Type::kAddress && (size == 4 || size == 16)) {
      names.addresses.push_back(name.value);
    }
  }
  return names;
}

std::string Certificate::SubjectText() const { return NameText(subject); }

std::string Certificate::IssuerText() const { return NameText(issuer); }

}  // namespace tandem
