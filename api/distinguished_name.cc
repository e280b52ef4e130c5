#include "api/distinguished_name.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kLastCharacter = 0x10FFFF;

bool IsCharacter(std::uint32_t code) {
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code <= kLastCharacter && !is_surrogate;
}

char Octet(std::uint32_t value) { return static_cast<char>(value); }

void AppendUtf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text.push_back(Octet(code));
    return;
  }
  if (code < 0x800) {
    text.push_back(Octet(0xC0 | code >> 6));
  } else if (code < 0x10000) {
    text.push_back(Octet(0xE0 | code >> 12));
    text.push_back(Octet(0x80 | (code >> 6 & 0x3F)));
  } else {
    text.push_back(Octet(0xF0 | code >> 18));
    text.push_back(Octet(0x80 | (code >> 12 & 0x3F)));
    text.push_back(Octet(0x80 | (code >> 6 & 0x3F)));
  }
  text.push_back(Octet(0x80 | (code & 0x3F)));
}

// Reads characters of `width` bytes each, the highest byte first.
std::optional<std::string> FromWide(Bytes content, std::size_t width) {
  if (content.size() % width != 0) return std::nullopt;
  std::string text;
  for (; !content.empty(); content = content.subspan(width)) {
    std::uint32_t code = 0;
    for (const std::byte byte : content.first(width)) {
      code = code << 8 | std::to_integer<std::uint32_t>(byte);
    }
    if (!IsCharacter(code)) return std::nullopt;
    AppendUtf8(text, code);
  }
  return text;
}

// Takes one character off `rest`. Out of range if there is none.
std::uint32_t TakeUtf8(Bytes& rest) {
  constexpr std::uint32_t kBad = kLastCharacter + 1;
  constexpr std::uint32_t kFirstOfLength[] = {0, 0x80, 0x800, 0x10000};
  auto code = std::to_integer<std::uint32_t>(rest.front());
  std::size_t following = 0;
  if (code >= 0xF0 && code < 0xF8) {
    following = 3;
    code &= 0x07;
  } else if (code >= 0xE0 && code < 0xF0) {
    following = 2;
    code &= 0x0F;
  } else if (code >= 0xC0 && code < 0xE0) {
    following = 1;
    code &= 0x1F;
  } else if (code >= 0x80) {
    return kBad;
  }
  if (rest.size() <= following) return kBad;
  for (const std::byte byte : rest.subspan(1, following)) {
    const auto bits = std::to_integer<std::uint32_t>(byte);
    if ((bits & 0xC0) != 0x80) return kBad;
    code = code << 6 | (bits & 0x3F);
  }
  rest = rest.subspan(following + 1);
  return code < kFirstOfLength[following] ? kBad : code;
}

std::optional<std::string> FromUtf8(Bytes content) {
  std::string text;
  while (!content.empty()) {
    const std::uint32_t code = TakeUtf8(content);
    if (!IsCharacter(code)) return std::nullopt;
    AppendUtf8(text, code);
  }
  return text;
}

bool IsString(std::uint8_t tag) {
  switch (tag) {
    case kTagUtf8String:
    case kTagPrintableString:
    case kTagT61String:
    case kTagIa5String:
    case kTagUniversalString:
    case kTagBmpString: return true;
    default: return false;
  }
}

// What OpenSSL lets a value be, beside the strings: it does not read a name with another one.
bool MayStandInName(std::uint8_t tag) {
  return tag == kTagBitString || tag == kTagNumericString || tag == kTagSequence;
}

// T61 is taken for Latin-1, as everybody does who writes it.
std::optional<std::string> FromString(const DerElement& value) {
  switch (value.tag) {
    case kTagUtf8String: return FromUtf8(value.content);
    case kTagUniversalString: return FromWide(value.content, 4);
    case kTagBmpString: return FromWide(value.content, 2);
    default: return FromWide(value.content, 1);
  }
}

std::optional<NameAttribute> ReadAttribute(DerReader& set) {
  auto pair = set.Enter(kTagSequence);
  if (!pair.has_value()) return std::nullopt;
  const auto oid = pair->TakeOid();
  const auto value = pair->Take();
  if (!oid.has_value() || !value.has_value() || !pair->empty()) return std::nullopt;
  NameAttribute attribute{*oid, *value, std::nullopt};
  if (!IsString(value->tag)) {
    if (!MayStandInName(value->tag)) return std::nullopt;
    return attribute;
  }
  attribute.text = FromString(*value);
  if (!attribute.text.has_value()) return std::nullopt;
  return attribute;
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Lower case, spaces at the ends left out, and one where there are several.
std::string Folded(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    if (!IsSpace(c)) {
      folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c);
    } else if (!folded.empty() && folded.back() != ' ') {
      folded.push_back(' ');
    }
  }
  if (!folded.empty() && folded.back() == ' ') folded.pop_back();
  return folded;
}

std::string Raw(Bytes bytes) {
  std::string raw(bytes.size(), '\0');
  std::ranges::transform(bytes, raw.begin(), [](std::byte b) { return static_cast<char>(b); });
  return raw;
}

// What comes behind a length can be followed by anything, and is not taken for something else.
std::string WithLength(const std::string& text) {
  const std::size_t size = text.size();
  std::string whole;
  for (int shift = 24; shift >= 0; shift -= 8) whole.push_back(static_cast<char>(size >> shift));
  return whole + text;
}

std::string ComparableAttribute(const NameAttribute& attribute) {
  const auto& text = attribute.text;
  const std::string value = text.has_value() ? "s" + Folded(*text) : Raw(attribute.value.whole);
  return WithLength(Raw(attribute.oid)) + WithLength(value);
}

// The attributes of one RDN have no order.
std::string ComparableSet(std::vector<std::string>& attributes) {
  std::ranges::sort(attributes);
  std::string all;
  for (const std::string& attribute : attributes) all += attribute;
  return WithLength(all);
}

struct AttributeWord {
  std::string_view oid;
  std::string_view word;
};

constexpr AttributeWord kWords[] = {
    {"2.5.4.3", "CN"},
    {"2.5.4.5", "serialNumber"},
    {"2.5.4.6", "C"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.9", "STREET"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.97", "organizationIdentifier"},
    {"0.9.2342.19200300.100.1.1", "UID"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"1.2.840.113549.1.9.1", "emailAddress"},
};

std::string TypeText(Bytes oid) {
  const std::string dotted = OidText(oid).value_or("?");
  const auto* row =
      std::ranges::find(kWords, std::string_view(dotted), [](const auto& w) { return w.oid; });
  return row == std::ranges::end(kWords) ? dotted : std::string(row->word);
}

void AppendHex(std::string& text, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto octet = static_cast<unsigned char>(c);
  text.push_back(kDigits[octet >> 4]);
  text.push_back(kDigits[octet & 0x0F]);
}

std::string Escaped(std::string_view value) {
  constexpr std::string_view kSpecial = "\"+,;<>\\";
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool at_end = i == 0 || i + 1 == value.size();
    if (c < ' ' || c > '~') {
      text.push_back('\\');
      AppendHex(text, c);
      continue;
    }
    const bool is_special = kSpecial.find(c) != std::string_view::npos;
    if (is_special || (c == ' ' && at_end) || (c == '#' && i == 0)) text.push_back('\\');
    text.push_back(c);
  }
  return text;
}

std::string ValueText(const NameAttribute& attribute) {
  if (attribute.text.has_value()) return Escaped(*attribute.text);
  std::string text = "#";
  for (const char c : Raw(attribute.value.whole)) AppendHex(text, c);
  return text;
}

}  // namespace

std::optional<std::vector<NameAttribute>> ReadName(std::span<const std::byte> name) {
  auto sets = ReadWhole(name, kTagSequence);
  if (!sets.has_value()) return std::nullopt;
  std::vector<NameAttribute> attributes;
  while (!sets->empty()) {
    auto set = sets->Enter(kTagSet);
    if (!set.has_value() || set->empty()) return std::nullopt;
    for (bool is_first = true; !set->empty(); is_first = false) {
      auto attribute = ReadAttribute(*set);
      if (!attribute.has_value()) return std::nullopt;
      attribute->is_first_of_set = is_first;
      attributes.push_back(std::move(*attribute));
    }
  }
  return attributes;
}

std::optional<std::string> ComparableName(std::span<const std::byte> name) {
  const auto attributes = ReadName(name);
  if (!attributes.has_value()) return std::nullopt;
  std::string comparable;
  std::vector<std::string> set;
  for (const NameAttribute& attribute : *attributes) {
    if (attribute.is_first_of_set && !set.empty()) {
      comparable += ComparableSet(set);
      set.clear();
    }
    set.push_back(ComparableAttribute(attribute));
  }
  if (!set.empty()) comparable += ComparableSet(set);
  return comparable;
}

bool SameName(std::span<const std::byte> one, std::span<const std::byte> other) {
  const auto comparable = ComparableName(one);
  return comparable.has_value() && comparable == ComparableName(other);
}

std::string NameText(std::span<const std::byte> name) {
  const auto attributes = ReadName(name);
  if (!attributes.has_value()) return {};
  std::string text;
  for (const NameAttribute& attribute : *attributes) {
    if (!text.empty()) text += attribute.is_first_of_set ? ", " : "+";
    text += TypeText(attribute.oid) + "=" + ValueText(attribute);
  }
  return text;
}

}  // namespace tandem
