// Protocol versions.

#ifndef TANDEM_VERSION_H_
#define TANDEM_VERSION_H_

#include <cstdint>
#include <string_view>

namespace tandem {

/// Names a protocol version, by its number on the wire. Older ones are not offered (RFC 8996).
enum class Version : std::uint16_t {
  kTls12 = 0x0303,
  kTls13 = 0x0304,
  kDtls12 = 0xfefd,  ///< TLS 1.2 over datagrams (RFC 6347).
};

/// Returns "TLS 1.2", "TLS 1.3" or "DTLS 1.2".
constexpr std::string_view VersionName(Version version) {
  if (version == Version::kDtls12) return "DTLS 1.2";
  return version == Version::kTls12 ? "TLS 1.2" : "TLS 1.3";
}

}  // namespace tandem

#endif  // TANDEM_VERSION_H_
