#include "conformance/suite/escape.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace tandem::conformance {
namespace {

std::string HexByte(unsigned char byte) {
  char text[5];
  std::snprintf(text, sizeof(text), "\\x%02x", byte);
  return text;
}

// Returns how many bytes of `text` are its first character, if it is one that XML allows; else 0.
std::size_t LengthOfCharacter(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return first == '\t' || first == '\n' || (first >= 0x20 && first != 0x7f);
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  std::uint32_t point = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0U) != 0x80) return 0;
    point = point << 6U | (at(i) & 0x3fU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  const bool c1_control = point < 0xa0;
  const bool no_character = point == 0xfffe || point == 0xffff || point > 0x10ffff;
  return overlong || surrogate || c1_control || no_character ? 0 : length;
}

std::string_view XmlEntity(char c) {
  switch (c) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '"': return "&quot;";
    case '\'': return "&apos;";
    case '\t': return "&#9;";
    case '\n': return "&#10;";
    default: return {};
  }
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  while (!text.empty()) {
    const std::size_t length = LengthOfCharacter(text);
    if (length == 0) {
      printable += HexByte(static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
    } else {
      printable += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return printable;
}

std::string XmlText(std::string_view text) {
  std::string xml;
  for (const char c : Printable(text)) {
    const std::string_view entity = XmlEntity(c);
    if (entity.empty()) {
      xml += c;
    } else {
      xml += entity;
    }
  }
  return xml;
}

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  for (const char c : Printable(text)) {
    switch (c) {
      case '"': json += "\\\""; break;
      case '\\': json += "\\\\"; break;
      case '\n': json += "\\n"; break;
      case '\t': json += "\\t"; break;
      default: json += c;
    }
  }
  return json + "\"";
}

std::string ShellWord(std::string_view text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-";
  if (!text.empty() && text.find_first_not_of(plain) == text.npos) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

}  // namespace tandem::conformance
