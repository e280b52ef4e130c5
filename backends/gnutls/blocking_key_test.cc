// The library's own keys, as engines use them.

#include "backends/gnutls/blocking_key.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "backends/gnutls/external_key.h"
#include "backends/gnutls/handles.h"
#include "backends/gnutls/key_pair.h"

namespace tandem::gnutls {
namespace {

using engine::KeyDigest;
using engine::KeyOutcome;
using engine::KeyRequest;
using engine::SignatureForm;
using Bytes = std::vector<std::byte>;

TEST(LibraryKey, RefusesWhatDoesNotFitTheKey) {
  const auto key = Rsa().library_key();
  const auto sign = [&](SignatureForm form, KeyDigest digest, std::size_t size) {
    return key->Perform({engine::KeyUse::kSign, form, digest, Bytes(size)}).index();
  };
  EXPECT_EQ(sign(SignatureForm::kRsaPkcs1, KeyDigest::kSha256, 32), 0U);
  EXPECT_EQ(sign(SignatureForm::kRsaPkcs1, KeyDigest::kSha256, 31), 1U);
  EXPECT_EQ(sign(SignatureForm::kRsaPkcs1, KeyDigest::kNone, 32), 1U);
  EXPECT_EQ(sign(SignatureForm::kEcdsa, KeyDigest::kSha256, 32), 1U);
  EXPECT_EQ(sign(SignatureForm::kEd25519, KeyDigest::kNone, 32), 1U);
  const Pair p256(GNUTLS_PK_ECDSA, kP256Bits);
  const KeyRequest decrypt{engine::KeyUse::kDecrypt, {}, {}, Bytes(256)};
  EXPECT_EQ(p256.library_key()->Perform(decrypt).index(), 1U);
  EXPECT_EQ(key->Perform(decrypt).index(), 0U);
}

TEST(LibraryKey, WhatDoesNotDecryptIsAPremasterThatNobodyKnows) {
  const auto key = Rsa().library_key();
  for (const std::size_t size : {0U, 1U, 255U, 256U, 257U}) {
    for (const std::byte byte : {std::byte{0}, std::byte{1}, std::byte{0xFF}}) {
      const KeyRequest request{engine::KeyUse::kDecrypt, {}, {}, Bytes(size, byte)};
      const KeyOutcome first = key->Perform(request);
      const KeyOutcome second = key->Perform(request);
      ASSERT_EQ(first.index(), 0U) << size;
      EXPECT_EQ(std::get<0>(first).size(), kPremasterBytes) << size;
      EXPECT_NE(std::get<0>(first), std::get<0>(second)) << size;
    }
  }
}

TEST(LibraryKey, WhatItCannotDoIsAFailureAndNoPremaster) {
  auto unable = MakeExternalKey({nullptr, nullptr, {}, /*decrypts=*/false}, Rsa().leaf());
  ASSERT_TRUE(unable.ok());
  const LibraryKey key(SharedKey(std::move(unable).value().release(), Freer()));
  const Bytes ciphertext(256, std::byte{1});
  const KeyOutcome outcome = key.Perform({engine::KeyUse::kDecrypt, {}, {}, ciphertext});
  ASSERT_EQ(outcome.index(), 1U);
  EXPECT_FALSE(std::get<1>(outcome).reason.empty());
}

TEST(LibraryKey, IsUsedByManyThreadsAtOnce) {
  constexpr int threads = 4;
  constexpr int times = 50;
  const auto key = Rsa().library_key();
  const Bytes digest(32, std::byte{7});
  const KeyRequest request{engine::KeyUse::kSign, SignatureForm::kRsaPss, KeyDigest::kSha256,
                           digest};
  std::array<int, threads> good{};
  std::vector<std::thread> running;
  for (int& count : good) {
    running.emplace_back([&] {
      for (int i = 0; i < times; ++i) {
        const KeyOutcome outcome = key->Perform(request);
        if (outcome.index() != 0) continue;
        const gnutls_datum_t hash = DatumOf(digest);
        const gnutls_datum_t signature = DatumOf(std::get<0>(outcome));
        count += gnutls_pubkey_verify_hash2(Rsa().public_key(), GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, 0,
                                            &hash, &signature) >= 0;
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  for (const int count : good) EXPECT_EQ(count, times);
}

}  // namespace
}  // namespace tandem::gnutls
