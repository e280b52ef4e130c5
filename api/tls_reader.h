// Reads TLS presentation language (RFC 8446 section 3).

#ifndef TANDEM_TLS_READER_H_
#define TANDEM_TLS_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tandem {

/// Reads bytes from the front; every step says whether it was possible.
class TlsReader {
 public:
  using Bytes = std::span<const std::byte>;

  explicit TlsReader(Bytes rest) : rest_(rest) {}

  bool empty() const { return rest_.empty(); }

  /// Reads a number of `width` bytes.
  std::optional<std::size_t> Number(std::size_t width) {
    const auto bytes = Take(width);
    if (!bytes.has_value()) return std::nullopt;
    std::size_t value = 0;
    for (const std::byte byte : *bytes) value = value << 8 | std::to_integer<std::size_t>(byte);
    return value;
  }

  /// Reads `size` bytes.
  std::optional<Bytes> Take(std::size_t size) {
    if (rest_.size() < size) return std::nullopt;
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  /// Reads a vector whose length takes `width` bytes.
  std::optional<Bytes> Vector(std::size_t width) {
    const auto size = Number(width);
    return size.has_value() ? Take(*size) : std::nullopt;
  }

  /// Reads a vector that must be all that is left.
  std::optional<Bytes> LastVector(std::size_t width) {
    const auto content = Vector(width);
    return empty() ? content : std::nullopt;
  }

 private:
  Bytes rest_;
};

/// Splits `body` into numbers of two bytes; nothing if a byte is left over.
inline std::optional<std::vector<std::uint16_t>> ReadNumbers(std::span<const std::byte> body) {
  if (body.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint16_t> numbers;
  TlsReader reader(body);
  while (const auto number = reader.Number(2)) {
    numbers.push_back(static_cast<std::uint16_t>(*number));
  }
  return numbers;
}

}  // namespace tandem

#endif  // TANDEM_TLS_READER_H_
