#include "tandem/datagram_record.h"

#include "api/tls_reader.h"

namespace tandem {
namespace {

constexpr std::size_t kFirstType = 20;
constexpr std::size_t kLastType = 23;
constexpr std::size_t kDtls10 = 0xfeff;
constexpr std::size_t kDtls12 = 0xfefd;

}  // namespace

std::optional<DatagramRecord> NextDatagramRecord(std::span<const std::byte>& rest) {
  if (rest.size() < DatagramRecord::kHeaderBytes) return std::nullopt;
  TlsReader reader(rest);
  const auto type = reader.Number(1);
  const auto version = reader.Number(2);
  const auto epoch = reader.Number(2);
  const auto sequence = reader.Number(6);
  const auto body = reader.Vector(2);
  if (!body.has_value() || body->size() > DatagramRecord::kMaxBodyBytes) return std::nullopt;
  if (*type < kFirstType || *type > kLastType) return std::nullopt;
  if (*version != kDtls10 && *version != kDtls12) return std::nullopt;
  rest = rest.subspan(DatagramRecord::kHeaderBytes + body->size());
  return DatagramRecord{static_cast<std::uint8_t>(*type), static_cast<std::uint16_t>(*version),
                        static_cast<std::uint16_t>(*epoch), *sequence, *body};
}

std::optional<HandshakeFragment> NextHandshakeFragment(std::span<const std::byte>& rest) {
  if (rest.size() < HandshakeFragment::kHeaderBytes) return std::nullopt;
  TlsReader reader(rest);
  const auto type = reader.Number(1);
  const auto message_bytes = reader.Number(3);
  const auto message_sequence = reader.Number(2);
  const auto offset = reader.Number(3);
  const auto body = reader.Vector(3);
  if (!body.has_value() || *offset + body->size() > *message_bytes) return std::nullopt;
  rest = rest.subspan(HandshakeFragment::kHeaderBytes + body->size());
  return HandshakeFragment{
      static_cast<std::uint8_t>(*type), static_cast<std::uint32_t>(*message_bytes),
      static_cast<std::uint16_t>(*message_sequence), static_cast<std::uint32_t>(*offset), *body};
}

}  // namespace tandem
