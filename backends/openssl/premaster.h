// The secret that RSA key exchange encrypts, taken out of its padding in constant time.

#ifndef TANDEM_BACKENDS_OPENSSL_PREMASTER_H_
#define TANDEM_BACKENDS_OPENSSL_PREMASTER_H_

#include <array>
#include <cstddef>
#include <span>

namespace tandem::openssl {

/// RFC 5246, section 7.4.7.1: two bytes of version, 46 random ones.
inline constexpr std::size_t kPremasterBytes = 48;

using Premaster = std::array<std::byte, kPremasterBytes>;

/// Makes a random one. False if the library has no random numbers.
bool FillRandom(Premaster& premaster);

/// Puts into `premaster` what `decrypted` is, if that has the length and begins with `version`;
/// else leaves it. The time does not depend on the bytes. On their number it may: that is an
/// engine's answer, which takes its own time anyway.
void TakeDecrypted(std::span<const std::byte> decrypted, unsigned version, Premaster& premaster);

/// Puts into `premaster` what `block`, a whole number of RSA, holds in the padding of RFC 8017,
/// section 7.2; leaves it if that is not there, or is of another length. As above.
void TakeUnpadded(std::span<const std::byte> block, Premaster& premaster);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_PREMASTER_H_
