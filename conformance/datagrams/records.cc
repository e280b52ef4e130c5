#include "conformance/datagrams/records.h"

#include <algorithm>

namespace tandem::conformance {
namespace {

constexpr std::size_t kEpochPlace = 3;

// Reads `size` bytes, the greatest first.
std::uint64_t Number(std::span<const std::byte> bytes, std::size_t place, std::size_t size) {
  std::uint64_t number = 0;
  for (const std::byte byte : bytes.subspan(place, size)) {
    number = number << 8 | std::to_integer<std::uint64_t>(byte);
  }
  return number;
}

std::string MessageName(std::uint8_t message) {
  switch (message) {
    case 0: return "HelloRequest";
    case kClientHello: return "ClientHello";
    case kServerHello: return "ServerHello";
    case kHelloVerifyRequest: return "HelloVerifyRequest";
    case 4: return "NewSessionTicket";
    case 11: return "Certificate";
    case 12: return "ServerKeyExchange";
    case 13: return "CertificateRequest";
    case 14: return "ServerHelloDone";
    case 15: return "CertificateVerify";
    case 16: return "ClientKeyExchange";
    case 20: return "Finished";
    default: return "message " + std::to_string(message);
  }
}

std::string RecordName(const DatagramRecord& record) {
  if (record.message) return MessageName(*record.message);
  switch (record.type) {
    case kChangeCipherSpec: return "ChangeCipherSpec";
    case kAlert: return "alert";
    case kHandshake: return "handshake";
    case kApplication: return "application";
    default: return "type " + std::to_string(record.type);
  }
}

}  // namespace

std::vector<DatagramRecord> RecordsIn(std::span<const std::byte> datagram) {
  std::vector<DatagramRecord> records;
  for (std::size_t begin = 0; datagram.size() - begin >= DatagramRecord::kHeaderSize;) {
    const auto rest = datagram.subspan(begin);
    DatagramRecord record;
    record.type = static_cast<std::uint8_t>(Number(rest, 0, 1));
    record.version = static_cast<std::uint16_t>(Number(rest, 1, 2));
    record.epoch = static_cast<std::uint16_t>(Number(rest, kEpochPlace, 2));
    record.sequence = Number(rest, 5, 6);
    record.begin = begin;
    record.size = static_cast<std::size_t>(Number(rest, 11, 2));
    if (rest.size() - DatagramRecord::kHeaderSize < record.size) break;
    if (record.type == kHandshake && record.epoch == 0 && record.size > 0) {
      record.message = static_cast<std::uint8_t>(Number(rest, DatagramRecord::kHeaderSize, 1));
    }
    begin += DatagramRecord::kHeaderSize + record.size;
    records.push_back(record);
  }
  return records;
}

std::string DescribeRecords(std::span<const std::byte> datagram) {
  std::string text;
  for (const DatagramRecord& record : RecordsIn(datagram)) {
    text += (text.empty() ? "" : ", ") + RecordName(record) + " e" + std::to_string(record.epoch) +
            "#" + std::to_string(record.sequence);
  }
  return text.empty() ? "no record" : text;
}

bool HasMessage(std::span<const std::byte> datagram, std::uint8_t message) {
  return std::ranges::any_of(RecordsIn(datagram), [message](const DatagramRecord& record) {
    return record.message == message;
  });
}

Bytes WithEpoch(Bytes datagram, std::uint16_t epoch) {
  for (const DatagramRecord& record : RecordsIn(datagram)) {
    datagram[record.begin + kEpochPlace] = static_cast<std::byte>(epoch >> 8);
    datagram[record.begin + kEpochPlace + 1] = static_cast<std::byte>(epoch & 0xff);
  }
  return datagram;
}

Bytes WithLastBitTurned(Bytes datagram) {
  if (!datagram.empty()) datagram.back() ^= std::byte{1};
  return datagram;
}

}  // namespace tandem::conformance
