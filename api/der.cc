#include "api/der.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;

// Arcs of UUIDs (2.25.x) have 128 bits, which is 19 groups of 7; nobody has longer ones.
constexpr std::size_t kArcGroups = 20;
constexpr std::size_t kOidBytes = 256;

unsigned Number(std::byte byte) { return std::to_integer<unsigned>(byte); }

struct Header {
  std::size_t header_size;
  std::size_t content_size;
};

std::optional<Header> ReadHeader(Bytes input) {
  constexpr unsigned kManyByteTag = 0x1F;
  if (input.size() < 2 || (Number(input[0]) & kManyByteTag) == kManyByteTag) return std::nullopt;
  const unsigned first = Number(input[1]);
  if (first < 0x80) return Header{2, first};
  const std::size_t size_bytes = first & 0x7F;
  if (size_bytes == 0 || size_bytes > 4 || input.size() < 2 + size_bytes) return std::nullopt;
  std::size_t size = 0;
  for (const std::byte byte : input.subspan(2, size_bytes)) size = size << 8 | Number(byte);
  const bool shortest = size >= 0x80 && size >> (8 * (size_bytes - 1)) != 0;
  if (!shortest) return std::nullopt;
  return Header{2 + size_bytes, size};
}

// Reads two digits at `at`; out of all ranges if they are none.
int TwoDigits(Bytes text, std::size_t at) {
  const unsigned tens = Number(text[at]) - '0';
  const unsigned ones = Number(text[at + 1]) - '0';
  return tens > 9 || ones > 9 ? std::numeric_limits<int>::max()
                              : static_cast<int>(10 * tens + ones);
}

// Reads "MMDDHHMMSSZ" at `at`.
std::optional<std::chrono::sys_seconds> ReadRestOfTime(int year, Bytes text, std::size_t at) {
  const int month = TwoDigits(text, at);
  const int day = TwoDigits(text, at + 2);
  const int hour = TwoDigits(text, at + 4);
  const int minute = TwoDigits(text, at + 6);
  const int second = TwoDigits(text, at + 8);
  if (month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || text.back() != std::byte{'Z'}) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

// Multiplies a decimal text, least digit first, by 128 and adds `addend`.
void Append7Bits(std::string& digits, unsigned addend) {
  unsigned carry = addend;
  for (char& digit : digits) {
    carry += static_cast<unsigned>(digit - '0') * 128;
    digit = static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  for (; carry > 0; carry /= 10) digits.push_back(static_cast<char>('0' + carry % 10));
}

// Takes one arc off `rest`.
std::optional<std::string> TakeArc(Bytes& rest) {
  if (rest.empty() || rest.front() == std::byte{0x80}) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < rest.size() && i < kArcGroups; ++i) {
    const unsigned byte = Number(rest[i]);
    Append7Bits(digits, byte & 0x7F);
    if (byte >= 0x80) continue;
    rest = rest.subspan(i + 1);
    std::reverse(digits.begin(), digits.end());
    return digits.empty() ? "0" : digits;
  }
  return std::nullopt;
}

// The first two arcs share one number (X.690 section 8.19.4).
std::string FirstTwo(const std::string& both) {
  if (both.size() == 1) return "0." + both;
  if (both.size() > 2) {
    std::string second = both;
    // Less 80, in decimal: borrow through the digits above the last but one.
    std::size_t at = second.size() - 2;
    int digit = second[at] - '0' - 8;
    while (digit < 0) {
      second[at] = static_cast<char>('0' + digit + 10);
      digit = second[--at] - '0' - 1;
    }
    second[at] = static_cast<char>('0' + digit);
    second.erase(0, std::min(second.find_first_not_of('0'), second.size() - 1));
    return "2." + second;
  }
  const int number = 10 * (both[0] - '0') + (both[1] - '0');
  const int first = std::min(number / 40, 2);
  return std::to_string(first) + "." + std::to_string(number - 40 * first);
}

}  // namespace

std::optional<DerElement> DerReader::Take() {
  const auto header = ReadHeader(rest_);
  if (!header.has_value()) return std::nullopt;
  if (rest_.size() - header->header_size < header->content_size) return std::nullopt;
  DerElement element;
  element.tag = static_cast<std::uint8_t>(Number(rest_.front()));
  element.whole = rest_.first(header->header_size + header->content_size);
  element.content = element.whole.subspan(header->header_size);
  rest_ = rest_.subspan(element.whole.size());
  return element;
}

std::optional<DerElement> DerReader::Take(std::uint8_t tag) {
  return At(tag) ? Take() : std::nullopt;
}

std::optional<DerReader> DerReader::Enter(std::uint8_t tag) {
  const auto element = Take(tag);
  if (!element.has_value()) return std::nullopt;
  return DerReader(element->content);
}

std::optional<bool> DerReader::TakeBoolean(bool otherwise) {
  if (!At(kTagBoolean)) return otherwise;
  const auto element = Take();
  if (!element.has_value() || element->content.size() != 1) return std::nullopt;
  const unsigned value = Number(element->content.front());
  if (value != 0 && value != 0xFF) return std::nullopt;
  return value != 0;
}

std::optional<std::span<const std::byte>> DerReader::TakeInteger() {
  const auto element = Take(kTagInteger);
  if (!element.has_value() || element->content.empty()) return std::nullopt;
  const Bytes content = element->content;
  if (content.size() > 1) {
    const bool negative = Number(content[1]) >= 0x80;
    if (content[0] == (negative ? std::byte{0xFF} : std::byte{0x00})) return std::nullopt;
  }
  return content;
}

std::optional<std::span<const std::byte>> DerReader::TakeOid() {
  const auto element = Take(kTagOid);
  if (!element.has_value() || element->content.empty()) return std::nullopt;
  bool at_start = true;
  for (const std::byte byte : element->content) {
    if (at_start && byte == std::byte{0x80}) return std::nullopt;
    at_start = Number(byte) < 0x80;
  }
  if (!at_start) return std::nullopt;
  return element->content;
}

std::optional<DerBits> DerReader::TakeBits() {
  const auto element = Take(kTagBitString);
  if (!element.has_value() || element->content.empty()) return std::nullopt;
  const DerBits bits{element->content.subspan(1), Number(element->content.front())};
  if (bits.unused > (bits.bytes.empty() ? 0U : 7U)) return std::nullopt;
  return bits;
}

std::optional<std::span<const std::byte>> DerReader::TakeBytes() {
  const auto bits = TakeBits();
  if (!bits.has_value() || bits->unused != 0) return std::nullopt;
  return bits->bytes;
}

std::optional<std::uint16_t> DerReader::TakeFlags() {
  const auto bits = TakeBits();
  if (!bits.has_value()) return std::nullopt;
  const unsigned padding = (1U << bits->unused) - 1;
  if (!bits->bytes.empty() && (Number(bits->bytes.back()) & padding) != 0) return std::nullopt;
  std::uint16_t flags = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(8 * bits->bytes.size(), 16); ++i) {
    if ((Number(bits->bytes[i / 8]) & (0x80U >> i % 8)) == 0) continue;
    flags = static_cast<std::uint16_t>(flags | 1U << i);
  }
  return flags;
}

std::optional<std::chrono::sys_seconds> DerReader::TakeTime() {
  const bool short_year = At(kTagUtcTime);
  const auto element = Take(short_year ? kTagUtcTime : kTagGeneralizedTime);
  if (!element.has_value()) return std::nullopt;
  const Bytes text = element->content;
  if (text.size() != (short_year ? 13U : 15U)) return std::nullopt;
  const int first = TwoDigits(text, 0);
  if (first > 99) return std::nullopt;
  if (short_year) return ReadRestOfTime(first + (first < 50 ? 2000 : 1900), text, 2);
  const int second = TwoDigits(text, 2);
  if (second > 99) return std::nullopt;
  return ReadRestOfTime(100 * first + second, text, 4);
}

std::optional<DerReader> ReadWhole(std::span<const std::byte> input, std::uint8_t tag) {
  DerReader reader(input);
  auto content = reader.Enter(tag);
  return reader.empty() ? content : std::nullopt;
}

std::optional<std::string> OidText(std::span<const std::byte> content) {
  if (content.empty() || content.size() > kOidBytes) return std::nullopt;
  auto arc = TakeArc(content);
  if (!arc.has_value()) return std::nullopt;
  std::string text = FirstTwo(*arc);
  while (!content.empty()) {
    arc = TakeArc(content);
    if (!arc.has_value()) return std::nullopt;
    text += "." + *arc;
  }
  return text;
}

std::optional<unsigned> SmallNumber(std::span<const std::byte> integer) {
  if (integer.empty() || Number(integer.front()) >= 0x80) return std::nullopt;
  unsigned number = 0;
  for (const std::byte byte : integer) {
    if (number >> (std::numeric_limits<unsigned>::digits - 8) != 0) {
      return std::numeric_limits<unsigned>::max();
    }
    number = number << 8 | Number(byte);
  }
  return number;
}

}  // namespace tandem
