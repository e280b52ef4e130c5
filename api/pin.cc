#include "tandem/pin.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tandem/pem.h"

namespace tandem {
namespace {

constexpr std::size_t kHashBytes = 32;

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Colons stand between all bytes or between none.
std::optional<std::vector<std::byte>> ReadHex(std::string_view text) {
  const bool has_colons = text.size() == 3 * kHashBytes - 1;
  if (!has_colons && text.size() != 2 * kHashBytes) return std::nullopt;
  std::vector<std::byte> bytes;
  for (std::size_t at = 0; at < text.size(); at += has_colons ? 3 : 2) {
    const int high = DigitOf(text[at]);
    const int low = DigitOf(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    if (has_colons && at + 2 < text.size() && text[at + 2] != ':') return std::nullopt;
    bytes.push_back(static_cast<std::byte>(high << 4 | low));
  }
  return bytes;
}

std::string_view WithoutPrefix(std::string_view text) {
  for (const std::string_view prefix : {"sha256//", "sha256/"}) {
    if (text.starts_with(prefix)) return text.substr(prefix.size());
  }
  return text;
}

}  // namespace

Result<Pin> Pin::Parse(Of of, std::string_view text) {
  auto bytes = ReadHex(text);
  if (!bytes.has_value()) bytes = ReadBase64(WithoutPrefix(text));
  if (!bytes.has_value() || bytes->size() != kHashBytes) {
    return MakeError(ErrorKind::kMisuse,
                     "a pin is a SHA-256: 64 hexadecimal digits or 44 characters of base64");
  }
  Pin pin{of, {}};
  std::ranges::copy(*bytes, pin.sha256.begin());
  return pin;
}

}  // namespace tandem
