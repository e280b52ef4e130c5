// The secret that RSA key exchange encrypts.

#include "backends/openssl/premaster.h"

#include <algorithm>
#include <cstdint>

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace tandem::openssl {
namespace {

constexpr std::size_t kShortestPadding = 11;  // RFC 8017, section 7.2.2.

unsigned NumberOf(std::byte byte) { return std::to_integer<unsigned>(byte); }

// A compiler that saw through it might choose by a jump.
unsigned Opaque(unsigned number) {
  volatile unsigned hidden = number;
  return hidden;
}

// 1 for zero, else 0, without a jump.
unsigned IsZero(unsigned number) {
  return static_cast<unsigned>((static_cast<std::uint64_t>(Opaque(number)) - 1) >> 63);
}

// Takes `candidate` if `differs` is 0.
void TakeUnless(unsigned differs, std::span<const std::byte> candidate, Premaster& premaster) {
  const auto mask = static_cast<std::byte>(0 - IsZero(differs));
  for (std::size_t i = 0; i < premaster.size(); ++i) {
    premaster[i] = (candidate[i] & mask) | (premaster[i] & ~mask);
  }
}

}  // namespace

bool FillRandom(Premaster& premaster) {
  return RAND_priv_bytes(reinterpret_cast<unsigned char*>(premaster.data()),
                         static_cast<int>(premaster.size())) == 1;
}

void TakeDecrypted(std::span<const std::byte> decrypted, unsigned version, Premaster& premaster) {
  Premaster candidate{};
  std::copy_n(decrypted.begin(), std::min(decrypted.size(), candidate.size()), candidate.begin());
  const unsigned differs = static_cast<unsigned>(decrypted.size() ^ candidate.size()) |
                           (NumberOf(candidate[0]) ^ (version >> 8)) |
                           (NumberOf(candidate[1]) ^ (version & 0xFF));
  TakeUnless(differs, candidate, premaster);
  OPENSSL_cleanse(candidate.data(), candidate.size());
}

// The length is known beforehand, so each byte has one meaning: 0, 2, padding without zeros, 0.
void TakeUnpadded(std::span<const std::byte> block, Premaster& premaster) {
  if (block.size() < kShortestPadding + kPremasterBytes) return;  // By the key, not by the secret.
  const std::size_t padding_end = block.size() - kPremasterBytes - 1;
  unsigned differs = NumberOf(block[0]) | (NumberOf(block[1]) ^ 2) | NumberOf(block[padding_end]);
  for (std::size_t i = 2; i < padding_end; ++i) differs |= IsZero(NumberOf(block[i]));
  TakeUnless(differs, block.last(kPremasterBytes), premaster);
}

}  // namespace tandem::openssl
