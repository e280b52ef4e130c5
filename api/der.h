// DER (X.690), read piece by piece: strict, without recursion, and without copies.

#ifndef TANDEM_DER_H_
#define TANDEM_DER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace tandem {

/// One element. It points into what was read.
struct DerElement {
  std::uint8_t tag = 0;
  std::span<const std::byte> content;
  std::span<const std::byte> whole;  ///< With tag and length.
};

/// A BIT STRING.
struct DerBits {
  std::span<const std::byte> bytes;
  unsigned unused = 0;  ///< Bits of the last byte, 0 to 7.
};

/// The tags that X.509 uses.
enum DerTag : std::uint8_t {
  kTagBoolean = 0x01,
  kTagInteger = 0x02,
  kTagBitString = 0x03,
  kTagOctetString = 0x04,
  kTagOid = 0x06,
  kTagUtf8String = 0x0C,
  kTagNumericString = 0x12,
  kTagPrintableString = 0x13,
  kTagT61String = 0x14,
  kTagIa5String = 0x16,
  kTagUtcTime = 0x17,
  kTagGeneralizedTime = 0x18,
  kTagUniversalString = 0x1C,
  kTagBmpString = 0x1E,
  kTagSequence = 0x30,
  kTagSet = 0x31,
};

/// Returns the tag of a context-specific field, [`number`], primitive or constructed.
constexpr std::uint8_t PrimitiveField(unsigned number) {
  return static_cast<std::uint8_t>(0x80U | number);
}
constexpr std::uint8_t ConstructedField(unsigned number) {
  return static_cast<std::uint8_t>(0xA0U | number);
}

/// Takes elements one after the other. Whatever is not there, or not DER (indefinite lengths,
/// lengths longer than need be, tags of several bytes), is nothing, and nothing is taken.
class DerReader {
 public:
  explicit DerReader(std::span<const std::byte> input) : rest_(input) {}

  bool empty() const { return rest_.empty(); }

  /// Says whether the next element has `tag`.
  bool At(std::uint8_t tag) const { return !rest_.empty() && rest_.front() == std::byte{tag}; }

  /// Takes the next element, whatever it is.
  std::optional<DerElement> Take();

  /// Takes the next element if it has `tag`.
  std::optional<DerElement> Take(std::uint8_t tag);

  /// Takes an element with `tag` and returns a reader of its content.
  std::optional<DerReader> Enter(std::uint8_t tag);

  /// Takes a BOOLEAN if one is there; `otherwise` if not. Nothing if it is there and wrong.
  std::optional<bool> TakeBoolean(bool otherwise);

  /// Takes an INTEGER and returns its bytes, as few as its value needs.
  std::optional<std::span<const std::byte>> TakeInteger();

  /// Takes an OBJECT IDENTIFIER and returns its content.
  std::optional<std::span<const std::byte>> TakeOid();

  /// Takes a BIT STRING.
  std::optional<DerBits> TakeBits();

  /// Takes a BIT STRING of whole bytes.
  std::optional<std::span<const std::byte>> TakeBytes();

  /// Takes a BIT STRING of flags (X.680 section 22.7). Bit n of the result is flag n; those after
  /// the sixteenth are dropped.
  std::optional<std::uint16_t> TakeFlags();

  /// Takes a UTCTime or a GeneralizedTime as RFC 5280 section 4.1.2.5 has them: to the second, UTC.
  std::optional<std::chrono::sys_seconds> TakeTime();

 private:
  std::span<const std::byte> rest_;
};

/// Reads `input` as exactly one element with `tag`, and returns a reader of its content.
std::optional<DerReader> ReadWhole(std::span<const std::byte> input, std::uint8_t tag);

/// Returns an object identifier's content in dots: "2.5.29.17". Nothing if it is none.
std::optional<std::string> OidText(std::span<const std::byte> content);

/// Returns an INTEGER's bytes as a number, the largest there is if it is larger. Nothing if it is
/// negative.
std::optional<unsigned> SmallNumber(std::span<const std::byte> integer);

/// Says whether `content` is these bytes: DerIs(oid, "\x55\x1D\x11").
template <std::size_t kSize>
bool DerIs(std::span<const std::byte> content, const char (&bytes)[kSize]) {
  if (content.size() != kSize - 1) return false;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] != static_cast<std::byte>(bytes[i])) return false;
  }
  return true;
}

}  // namespace tandem

#endif  // TANDEM_DER_H_
