// Keys for SRTP from a DTLS handshake: RFC 5764.

#ifndef TANDEM_SRTP_H_
#define TANDEM_SRTP_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tandem {

/// Names a protection profile, by IANA's number. Those without encryption are not offered.
enum class SrtpProfile : std::uint16_t {
  kAes128CmHmacSha1_80 = 0x0001,  ///< RFC 5764: what every endpoint has.
  kAes128CmHmacSha1_32 = 0x0002,  ///< RFC 5764: a short tag, for voice over thin lines.
  kAeadAes128Gcm = 0x0007,        ///< RFC 7714. Not with GnuTLS.
  kAeadAes256Gcm = 0x0008,        ///< RFC 7714. Not with GnuTLS.
};

/// Returns IANA's name, such as "SRTP_AES128_CM_HMAC_SHA1_80".
constexpr std::string_view SrtpProfileName(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::kAes128CmHmacSha1_80: return "SRTP_AES128_CM_HMAC_SHA1_80";
    case SrtpProfile::kAes128CmHmacSha1_32: return "SRTP_AES128_CM_HMAC_SHA1_32";
    case SrtpProfile::kAeadAes128Gcm: return "SRTP_AEAD_AES_128_GCM";
    case SrtpProfile::kAeadAes256Gcm: return "SRTP_AEAD_AES_256_GCM";
  }
  return {};
}

/// Master keys and salts of both directions (RFC 5764 section 4.2). Each end sends by its own pair.
struct SrtpKeys {
  std::vector<std::byte> client_key;
  std::vector<std::byte> server_key;
  std::vector<std::byte> client_salt;
  std::vector<std::byte> server_salt;
};

}  // namespace tandem

#endif  // TANDEM_SRTP_H_
