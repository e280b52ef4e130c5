#include "conformance/scenarios/raw_hello.h"

#include <algorithm>

#include "conformance/world/random.h"

namespace tandem::conformance {
namespace {

constexpr std::uint16_t kX25519 = 0x001D;
constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kMessageHeader = 4;

}  // namespace

void Put8(Bytes& to, std::size_t value) { to.push_back(static_cast<std::byte>(value)); }

void Put16(Bytes& to, std::size_t value) {
  Put8(to, value >> 8);
  Put8(to, value);
}

void Put24(Bytes& to, std::size_t value) {
  Put8(to, value >> 16);
  Put16(to, value);
}

void Append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

Bytes List(const std::vector<std::uint16_t>& values) {
  Bytes list;
  for (const std::uint16_t value : values) Put16(list, value);
  return list;
}

Bytes Sized16(const Bytes& body) {
  Bytes sized;
  Put16(sized, body.size());
  Append(sized, body);
  return sized;
}

HelloPart* HelloParts::Find(std::uint16_t type) {
  const auto found = std::find_if(extensions.begin(), extensions.end(),
                                  [type](const HelloPart& part) { return part.type == type; });
  return found == extensions.end() ? nullptr : &*found;
}

HelloParts PartsOf(const RawHello& hello) {
  HelloParts parts;
  parts.legacy_version = hello.legacy_version;
  parts.random = Pattern(32, 1);
  parts.session_id = Pattern(32, 2);
  parts.suites = List(hello.suites);
  parts.extensions = {
      {10, Sized16(List(hello.groups))},   // supported_groups
      {11, {std::byte{1}, std::byte{0}}},  // ec_point_formats: uncompressed
      {13, Sized16(List(hello.schemes))},  // signature_algorithms
      {23, {}},                            // extended_master_secret
      {0xFF01, {std::byte{0}}},            // renegotiation_info: empty
  };
  if (hello.versions.empty()) return parts;
  Bytes versions;
  Put8(versions, 2 * hello.versions.size());
  Append(versions, List(hello.versions));
  parts.extensions.push_back({43, versions});  // supported_versions
  Bytes share;
  if (hello.share && std::count(hello.groups.begin(), hello.groups.end(), kX25519) > 0) {
    Put16(share, kX25519);
    Append(share, Sized16(Pattern(32, 0x25519)));
  }
  parts.extensions.push_back({51, Sized16(share)});  // key_share
  return parts;
}

Bytes HelloBody(const HelloParts& parts) {
  Bytes body;
  Put16(body, parts.legacy_version);
  Append(body, parts.random);
  Put8(body, parts.session_id.size());
  Append(body, parts.session_id);
  Append(body, Sized16(parts.suites));
  Put8(body, parts.compressions.size());
  Append(body, parts.compressions);
  if (parts.extensions.empty()) return body;
  Bytes extensions;
  for (const HelloPart& part : parts.extensions) {
    Put16(extensions, part.type);
    Append(extensions, Sized16(part.body));
  }
  Append(body, Sized16(extensions));
  return body;
}

Bytes Record(std::uint8_t type, const Bytes& content, std::uint16_t version) {
  Bytes record;
  Put8(record, type);
  Put16(record, version);
  Append(record, Sized16(content));
  return record;
}

Bytes HandshakeRecord(std::uint8_t type, const Bytes& body) {
  Bytes message;
  Put8(message, type);
  Put24(message, body.size());
  Append(message, body);
  return Record(kHandshake, message, type == kClientHello ? 0x0301 : 0x0303);
}

Bytes MakeRawHello(const RawHello& hello) {
  return HandshakeRecord(kClientHello, HelloBody(PartsOf(hello)));
}

std::vector<std::uint16_t> ExtensionTypes(std::span<const std::byte> stream) {
  std::size_t at = kRecordHeader + kMessageHeader + 2 + 32;
  bool whole = true;
  const auto take = [&](std::size_t width) {
    std::size_t value = 0;
    whole = whole && at + width <= stream.size();
    for (; whole && width > 0; --width)
      value = value << 8 | std::to_integer<std::size_t>(stream[at++]);
    return value;
  };
  at += take(1);  // The session's name.
  at += take(2);  // Suites.
  at += take(1);  // Compressions.
  const std::size_t size = take(2);
  std::vector<std::uint16_t> types;
  for (const std::size_t end = at + size; whole && at < end;) {
    types.push_back(static_cast<std::uint16_t>(take(2)));
    at += take(2);
  }
  return types;
}

}  // namespace tandem::conformance
