#include "api/certificate_key.h"

#include <bit>
#include <string_view>

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;

template <typename Value>
struct OidRow {
  std::string_view oid;
  Value value;
};

// Returns the value of the row for `oid`, or nothing.
template <typename Value, std::size_t kSize>
std::optional<Value> Find(const OidRow<Value> (&rows)[kSize], Bytes oid) {
  const auto text = OidText(oid);
  if (!text.has_value()) return std::nullopt;
  for (const OidRow<Value>& row : rows) {
    if (row.oid == *text) return row.value;
  }
  return std::nullopt;
}

enum class KeyKind : std::uint8_t { kRsa, kRsaPss, kEc, kEd25519, kEd448, kDsa };

constexpr OidRow<KeyKind> kKeyKinds[] = {
    {"1.2.840.113549.1.1.1", KeyKind::kRsa}, {"1.2.840.113549.1.1.10", KeyKind::kRsaPss},
    {"1.2.840.10045.2.1", KeyKind::kEc},     {"1.3.101.112", KeyKind::kEd25519},
    {"1.3.101.113", KeyKind::kEd448},        {"1.2.840.10040.4.1", KeyKind::kDsa},
};

// NIST's, which both libraries know. Of others no strength is told: keys on them are weak.
constexpr OidRow<unsigned> kCurveBits[] = {
    {"1.2.840.10045.3.1.1", 192}, {"1.3.132.0.33", 224}, {"1.2.840.10045.3.1.7", 256},
    {"1.3.132.0.34", 384},        {"1.3.132.0.35", 521},
};

// MD2 and MD4 are no better than MD5; RIPEMD-160 is no better than SHA-1.
constexpr OidRow<SignatureHash> kSignatureHashes[] = {
    {"1.2.840.113549.1.1.2", SignatureHash::kMd5},
    {"1.2.840.113549.1.1.3", SignatureHash::kMd5},
    {"1.2.840.113549.1.1.4", SignatureHash::kMd5},
    {"1.2.840.113549.1.1.5", SignatureHash::kSha1},
    {"1.2.840.113549.1.1.11", SignatureHash::kSha256},
    {"1.2.840.113549.1.1.12", SignatureHash::kSha384},
    {"1.2.840.113549.1.1.13", SignatureHash::kSha512},
    {"1.2.840.113549.1.1.14", SignatureHash::kSha224},
    {"1.2.840.113549.1.1.15", SignatureHash::kSha224},
    {"1.2.840.113549.1.1.16", SignatureHash::kSha256},
    {"1.2.840.10045.4.1", SignatureHash::kSha1},
    {"1.2.840.10045.4.3.1", SignatureHash::kSha224},
    {"1.2.840.10045.4.3.2", SignatureHash::kSha256},
    {"1.2.840.10045.4.3.3", SignatureHash::kSha384},
    {"1.2.840.10045.4.3.4", SignatureHash::kSha512},
    {"1.2.840.10040.4.3", SignatureHash::kSha1},
    {"2.16.840.1.101.3.4.3.1", SignatureHash::kSha224},
    {"2.16.840.1.101.3.4.3.2", SignatureHash::kSha256},
    {"2.16.840.1.101.3.4.3.3", SignatureHash::kSha384},
    {"2.16.840.1.101.3.4.3.4", SignatureHash::kSha512},
    {"1.3.14.3.2.3", SignatureHash::kMd5},
    {"1.3.14.3.2.27", SignatureHash::kSha1},
    {"1.3.14.3.2.29", SignatureHash::kSha1},
    {"1.3.36.3.3.1.2", SignatureHash::kSha1},
};

constexpr OidRow<SignatureHash> kHashes[] = {
    {"1.2.840.113549.2.5", SignatureHash::kMd5},
    {"1.3.14.3.2.26", SignatureHash::kSha1},
    {"2.16.840.1.101.3.4.2.1", SignatureHash::kSha256},
    {"2.16.840.1.101.3.4.2.2", SignatureHash::kSha384},
    {"2.16.840.1.101.3.4.2.3", SignatureHash::kSha512},
    {"2.16.840.1.101.3.4.2.4", SignatureHash::kSha224},
};

constexpr std::string_view kPssOid = "1.2.840.113549.1.1.10";

unsigned BitLength(Bytes integer) {
  while (!integer.empty() && integer.front() == std::byte{0}) integer = integer.subspan(1);
  if (integer.empty()) return 0;
  const auto first = std::to_integer<unsigned>(integer.front());
  return static_cast<unsigned>(8 * (integer.size() - 1)) +
         static_cast<unsigned>(std::bit_width(first));
}

// Larger keys take seconds to check a signature by. OpenSSL's limits (openssl/rsa.h); GnuTLS has
// none.
constexpr unsigned kModulusBits = 16384;
constexpr unsigned kSmallModulusBits = 3072;
constexpr unsigned kExponentBits = 64;

std::optional<KeyFacts> ReadRsa(KeyType type, Bytes key) {
  auto fields = ReadWhole(key, kTagSequence);
  if (!fields.has_value()) return std::nullopt;
  const auto modulus = fields->TakeInteger();
  const auto exponent = fields->TakeInteger();
  if (!modulus.has_value() || !exponent.has_value() || !fields->empty()) return std::nullopt;
  const unsigned bits = BitLength(*modulus);
  const bool is_large = bits > kSmallModulusBits && BitLength(*exponent) > kExponentBits;
  if (bits > kModulusBits || is_large) return std::nullopt;
  return KeyFacts{type, bits};
}

// A point is 4, x, y; or 2 or 3, x.
unsigned FieldBits(Bytes point) {
  if (point.empty()) return 0;
  const std::size_t coordinates = point.front() == std::byte{4} ? 2 : 1;
  return static_cast<unsigned>(8 * ((point.size() - 1) / coordinates));
}

std::optional<KeyFacts> ReadEc(DerReader parameters, Bytes point) {
  const auto value = parameters.Take();
  if (!value.has_value()) return std::nullopt;
  if (value->tag != kTagOid) return KeyFacts{KeyType::kEcdsa, FieldBits(point), false};
  return KeyFacts{KeyType::kEcdsa, Find(kCurveBits, value->content).value_or(0)};
}

// The parameters may be inherited, and then the size is not known here.
std::optional<KeyFacts> ReadDsa(DerReader parameters) {
  auto numbers = parameters.Enter(kTagSequence);
  if (!numbers.has_value()) return KeyFacts{};
  const auto prime = numbers->TakeInteger();
  if (!prime.has_value()) return std::nullopt;
  return KeyFacts{KeyType::kOther, BitLength(*prime)};
}

// RSASSA-PSS-params (RFC 4055 section 3.1): the hash is SHA-1 unless they say else.
std::optional<SignatureHash> ReadPssHash(DerReader algorithm) {
  auto parameters = algorithm.Enter(kTagSequence);
  if (!parameters.has_value() || !parameters->At(ConstructedField(0))) return SignatureHash::kSha1;
  auto field = parameters->Enter(ConstructedField(0));
  auto hash = field.has_value() ? field->Enter(kTagSequence) : std::nullopt;
  const auto oid = hash.has_value() ? hash->TakeOid() : std::nullopt;
  if (!oid.has_value()) return std::nullopt;
  return Find(kHashes, *oid).value_or(SignatureHash::kNone);
}

}  // namespace

std::optional<KeyFacts> ReadKeyFacts(DerReader info) {
  auto algorithm = info.Enter(kTagSequence);
  const auto key = info.TakeBytes();
  if (!algorithm.has_value() || !key.has_value() || !info.empty()) return std::nullopt;
  const auto oid = algorithm->TakeOid();
  if (!oid.has_value()) return std::nullopt;
  const auto kind = Find(kKeyKinds, *oid);
  if (!kind.has_value()) return KeyFacts{};
  switch (*kind) {
    case KeyKind::kRsa: return ReadRsa(KeyType::kRsa, *key);
    case KeyKind::kRsaPss: return ReadRsa(KeyType::kRsaPss, *key);
    case KeyKind::kEc: return ReadEc(*algorithm, *key);
    case KeyKind::kEd25519: return KeyFacts{KeyType::kEd25519, 256};
    case KeyKind::kEd448: return KeyFacts{KeyType::kEd448, 456};
    case KeyKind::kDsa: break;
  }
  return ReadDsa(*algorithm);
}

std::optional<SignatureHash> ReadSignatureHash(DerReader algorithm) {
  const auto oid = algorithm.TakeOid();
  if (!oid.has_value()) return std::nullopt;
  if (OidText(*oid) == kPssOid) return ReadPssHash(algorithm);
  return Find(kSignatureHashes, *oid).value_or(SignatureHash::kNone);
}

}  // namespace tandem
