#include "tandem/client_hello.h"

#include <optional>
#include <string_view>

namespace tandem {
namespace {

constexpr std::size_t kProtocolLimit = 64;  // ALPN names that are looked at; nobody offers more.
constexpr std::byte kHostName{0};

// Reads TLS presentation language (RFC 8446 section 3); every step says whether it was possible.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> rest) : rest_(rest) {}

  bool empty() const { return rest_.empty(); }

  std::optional<std::size_t> Number(std::size_t width) {
    if (rest_.size() < width) return std::nullopt;
    std::size_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value = value << 8 | std::to_integer<std::size_t>(rest_[i]);
    }
    rest_ = rest_.subspan(width);
    return value;
  }

  /// Reads a vector whose length takes `width` bytes.
  std::optional<std::span<const std::byte>> Vector(std::size_t width) {
    const auto size = Number(width);
    if (!size.has_value() || *size > rest_.size()) return std::nullopt;
    const auto content = rest_.first(*size);
    rest_ = rest_.subspan(*size);
    return content;
  }

 private:
  std::span<const std::byte> rest_;
};

std::string TextOf(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) text.push_back(std::to_integer<char>(byte));
  return text;
}

bool ReadNumbers(std::span<const std::byte> body, std::vector<std::uint16_t>& numbers) {
  if (body.size() % 2 != 0) return false;
  numbers.clear();
  Reader reader(body);
  while (const auto number = reader.Number(2)) {
    numbers.push_back(static_cast<std::uint16_t>(*number));
  }
  return true;
}

// RFC 6066 section 3: one host name counts, other types are skipped.
bool ReadServerName(std::span<const std::byte> body, ClientHello& hello) {
  Reader outer(body);
  const auto list = outer.Vector(2);
  if (!list.has_value() || list->empty() || !outer.empty()) return false;
  Reader reader(*list);
  while (!reader.empty()) {
    const auto type = reader.Number(1);
    const auto name = reader.Vector(2);
    if (!type.has_value() || !name.has_value()) return false;
    if (static_cast<std::byte>(*type) != kHostName) continue;
    if (name->empty()) return false;
    hello.server_name = TextOf(*name);
    for (char& c : hello.server_name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (hello.server_name.back() == '.') hello.server_name.pop_back();
    return true;
  }
  return true;
}

bool ReadAlpn(std::span<const std::byte> body, ClientHello& hello) {
  Reader outer(body);
  const auto list = outer.Vector(2);
  if (!list.has_value() || list->empty() || !outer.empty()) return false;
  hello.alpn.clear();
  Reader reader(*list);
  while (!reader.empty()) {
    const auto name = reader.Vector(1);
    if (!name.has_value() || name->empty()) return false;
    if (hello.alpn.size() < kProtocolLimit) hello.alpn.push_back(TextOf(*name));
  }
  return true;
}

bool ReadNumberVector(std::span<const std::byte> body, std::size_t width,
                      std::vector<std::uint16_t>& numbers) {
  Reader reader(body);
  const auto list = reader.Vector(width);
  return list.has_value() && reader.empty() && ReadNumbers(*list, numbers);
}

}  // namespace

bool ReadHelloExtension(HelloExtension type, std::span<const std::byte> body, ClientHello& hello) {
  switch (type) {
    case HelloExtension::kServerName: return ReadServerName(body, hello);
    case HelloExtension::kSignatureAlgorithms:
      return ReadNumberVector(body, 2, hello.signature_schemes);
    case HelloExtension::kAlpn: return ReadAlpn(body, hello);
    case HelloExtension::kSupportedVersions:
      return ReadNumberVector(body, 1, hello.supported_versions);
  }
  return true;
}

bool ReadHelloCipherSuites(std::span<const std::byte> body, ClientHello& hello) {
  return ReadNumbers(body, hello.cipher_suites);
}

}  // namespace tandem
