#include "conformance/raw_hello.h"

#include <algorithm>

#include "conformance/random.h"

namespace tandem::conformance {
namespace {

constexpr std::uint16_t kX25519 = 0x001D;

void Put8(Bytes& to, std::size_t value) { to.push_back(static_cast<std::byte>(value)); }

void Put16(Bytes& to, std::size_t value) {
  Put8(to, value >> 8);
  Put8(to, value);
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

void Extension(Bytes& to, std::uint16_t type, const Bytes& body) {
  Put16(to, type);
  Append(to, Sized16(body));
}

Bytes Extensions(const RawHello& hello) {
  Bytes all;
  Extension(all, 10, Sized16(List(hello.groups)));   // supported_groups
  Extension(all, 11, {std::byte{1}, std::byte{0}});  // ec_point_formats: uncompressed
  Extension(all, 13, Sized16(List(hello.schemes)));  // signature_algorithms
  Extension(all, 23, {});                            // extended_master_secret
  Extension(all, 0xFF01, {std::byte{0}});            // renegotiation_info: empty
  if (hello.versions.empty()) return all;
  Bytes versions;
  Put8(versions, 2 * hello.versions.size());
  Append(versions, List(hello.versions));
  Extension(all, 43, versions);  // supported_versions
  Bytes share;
  if (hello.share && std::count(hello.groups.begin(), hello.groups.end(), kX25519) > 0) {
    Put16(share, kX25519);
    Append(share, Sized16(Pattern(32, 0x25519)));
  }
  Extension(all, 51, Sized16(share));  // key_share
  return all;
}

}  // namespace

Bytes MakeRawHello(const RawHello& hello) {
  Bytes body;
  Put16(body, hello.legacy_version);
  Append(body, Pattern(32, 1));  // random
  Put8(body, 32);
  Append(body, Pattern(32, 2));  // legacy_session_id
  Append(body, Sized16(List(hello.suites)));
  Put8(body, 1);
  Put8(body, 0);  // compression: none
  Append(body, Sized16(Extensions(hello)));

  Bytes message;
  Put8(message, 1);  // client_hello
  Put8(message, body.size() >> 16);
  Put16(message, body.size() & 0xFFFF);
  Append(message, body);

  Bytes record;
  Put8(record, 22);  // handshake
  Put16(record, 0x0301);
  Append(record, Sized16(message));
  return record;
}

}  // namespace tandem::conformance
