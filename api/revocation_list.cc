#include "tandem/revocation_list.h"

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

// Why and when (RFC 5280 section 5.3) do not change that it is revoked.
bool IsEntryRemark(Bytes oid) { return DerIs(oid, "\x55\x1D\x15") || DerIs(oid, "\x55\x1D\x18"); }

bool TakeEntry(DerReader& entries, RevocationList& list) {
  auto entry = entries.Enter(kTagSequence);
  if (!entry.has_value()) return false;
  const auto serial = entry->TakeInteger();
  if (!serial.has_value() || !entry->TakeTime().has_value()) return false;
  list.serials.push_back(Copy(*serial));
  if (entry->empty()) return true;
  const auto extensions = TakeExtensions(*entry);
  if (!extensions.has_value() || !entry->empty()) return false;
  for (const Extension& extension : *extensions) {
    if (extension.is_critical && !IsEntryRemark(extension.oid)) list.has_unknown_critical = true;
  }
  return true;
}

// A delta speaks of changes only, and a distribution point of a part only, whether it is called
// critical or not.
bool NarrowsTheList(const Extension& extension) {
  if (DerIs(extension.oid, "\x55\x1D\x1B")) return true;  // deltaCRLIndicator
  if (DerIs(extension.oid, "\x55\x1D\x1C")) {             // issuingDistributionPoint
    const auto fields = ReadWhole(extension.value, kTagSequence);
    return !fields.has_value() || !fields->empty();
  }
  const bool is_known = DerIs(extension.oid, "\x55\x1D\x14") ||  // cRLNumber
                        DerIs(extension.oid, "\x55\x1D\x23");    // authorityKeyIdentifier
  return extension.is_critical && !is_known;
}

bool TakeListExtensions(DerReader& fields, RevocationList& list) {
  if (fields.empty()) return true;
  auto wrapper = fields.Enter(ConstructedField(0));
  if (!wrapper.has_value() || !fields.empty()) return false;
  const auto extensions = TakeExtensions(*wrapper);
  if (!extensions.has_value() || !wrapper->empty()) return false;
  if (std::ranges::any_of(*extensions, NarrowsTheList)) list.has_unknown_critical = true;
  return true;
}

bool TakeDates(DerReader& fields, RevocationList& list) {
  const auto this_update = fields.TakeTime();
  if (!this_update.has_value()) return false;
  list.this_update = *this_update;
  if (!fields.At(kTagUtcTime) && !fields.At(kTagGeneralizedTime)) return true;
  list.next_update = fields.TakeTime();
  return list.next_update.has_value();
}

bool TakeEntries(DerReader& fields, RevocationList& list) {
  if (!fields.At(kTagSequence)) return true;
  auto entries = fields.Enter(kTagSequence);
  if (!entries.has_value()) return false;
  while (!entries->empty()) {
    if (!TakeEntry(*entries, list)) return false;
  }
  std::ranges::sort(list.serials);
  return true;
}

// Returns the AlgorithmIdentifier, whole.
std::optional<Bytes> ReadSignedPart(DerReader fields, RevocationList& list) {
  bool has_extensions = false;
  if (fields.At(kTagInteger)) {
    const auto version = fields.TakeInteger();
    if (!version.has_value() || SmallNumber(*version) != 1U) return std::nullopt;
    has_extensions = true;
  }
  const auto algorithm = fields.Take(kTagSequence);
  const auto issuer = fields.Take(kTagSequence);
  if (!algorithm.has_value() || !issuer.has_value()) return std::nullopt;
  if (!ReadName(issuer->whole).has_value()) return std::nullopt;
  list.issuer = Copy(issuer->whole);
  if (!TakeDates(fields, list) || !TakeEntries(fields, list)) return std::nullopt;
  if (!has_extensions && !fields.empty()) return std::nullopt;
  if (!TakeListExtensions(fields, list)) return std::nullopt;
  return algorithm->whole;
}

}  // namespace

std::optional<RevocationList> RevocationList::Parse(std::span<const std::byte> der) {
  auto parts = ReadWhole(der, kTagSequence);
  if (!parts.has_value()) return std::nullopt;
  auto signed_part = parts->Enter(kTagSequence);
  const auto algorithm = parts->Take(kTagSequence);
  if (!signed_part.has_value() || !algorithm.has_value()) return std::nullopt;
  if (!parts->TakeBits().has_value() || !parts->empty()) return std::nullopt;
  RevocationList list;
  const auto inner = ReadSignedPart(*signed_part, list);
  if (!inner.has_value() || !std::ranges::equal(*inner, algorithm->whole)) return std::nullopt;
  const auto hash = ReadSignatureHash(DerReader(algorithm->content));
  if (!hash.has_value()) return std::nullopt;
  list.hash_is_weak = *hash == SignatureHash::kMd5 || *hash == SignatureHash::kSha1 ||
                      *hash == SignatureHash::kSha224;
  list.der = Copy(der);
  return list;
}

bool RevocationList::IsFromIssuerOf(const Certificate& certificate) const {
  return issuer == certificate.issuer || SameName(issuer, certificate.issuer);
}

bool RevocationList::Revokes(const Certificate& certificate) const {
  return std::ranges::binary_search(serials, certificate.serial);
}

}  // namespace tandem
