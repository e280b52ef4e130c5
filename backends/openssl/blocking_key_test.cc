// The library's own keys, as engines use them.

#include "backends/openssl/blocking_key.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <thread>
#include <variant>
#include <vector>

#include "backends/openssl/handles.h"
#include "backends/openssl/premaster.h"
#include "backends/openssl/test_keys.h"

namespace tandem::openssl {
namespace {

using engine::KeyDigest;
using engine::KeyOutcome;
using engine::KeyRequest;
using engine::SignatureForm;
using Bytes = std::vector<std::byte>;

EVP_PKEY* Rsa() {
  static const KeyHandle key = MakeKey("RSA");
  return key.get();
}

KeyHandle Share(EVP_PKEY* key) {
  EVP_PKEY_up_ref(key);
  return KeyHandle(key);
}

// A key that lacks what it would decrypt with.
KeyHandle PublicHalf(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  const BytesHandle bytes(der);
  const unsigned char* next = der;
  return KeyHandle(d2i_PUBKEY(nullptr, &next, size));
}

TEST(LibraryKey, RefusesWhatDoesNotFitTheKey) {
  const LibraryKey key(Share(Rsa()));
  const auto sign = [&](SignatureForm form, KeyDigest digest, std::size_t size) {
    return key.Perform({engine::KeyUse::kSign, form, digest, Bytes(size)}).index();
  };
  EXPECT_EQ(sign(SignatureForm::kRsaPkcs1, KeyDigest::kSha256, 32), 0U);
  EXPECT_EQ(sign(SignatureForm::kRsaPkcs1, KeyDigest::kSha256, 31), 1U);
  EXPECT_EQ(sign(SignatureForm::kRsaPkcs1, KeyDigest::kNone, 32), 1U);
  EXPECT_EQ(sign(SignatureForm::kEcdsa, KeyDigest::kSha256, 32), 1U);
  EXPECT_EQ(sign(SignatureForm::kEd25519, KeyDigest::kNone, 32), 1U);
  const KeyRequest decrypt{engine::KeyUse::kDecrypt, {}, {}, Bytes(256)};
  EXPECT_EQ(LibraryKey(MakeKey("P-256")).Perform(decrypt).index(), 1U);
  EXPECT_EQ(key.Perform(decrypt).index(), 0U);
}

TEST(LibraryKey, WhatDoesNotDecryptIsAPremasterThatNobodyKnows) {
  const LibraryKey key(Share(Rsa()));
  for (const std::size_t size : {0U, 1U, 255U, 256U, 257U}) {
    for (const std::byte byte : {std::byte{0}, std::byte{1}, std::byte{0xFF}}) {
      const KeyRequest request{engine::KeyUse::kDecrypt, {}, {}, Bytes(size, byte)};
      const KeyOutcome first = key.Perform(request);
      const KeyOutcome second = key.Perform(request);
      ASSERT_EQ(first.index(), 0U) << size;
      EXPECT_EQ(std::get<0>(first).size(), kPremasterBytes) << size;
      EXPECT_NE(std::get<0>(first), std::get<0>(second)) << size;
    }
  }
}

TEST(LibraryKey, WhatItCannotDoIsAFailureAndNoPremaster) {
  const LibraryKey key(PublicHalf(Rsa()));
  const Bytes ciphertext(256, std::byte{1});
  const KeyOutcome outcome = key.Perform({engine::KeyUse::kDecrypt, {}, {}, ciphertext});
  ASSERT_EQ(outcome.index(), 1U);
  EXPECT_FALSE(std::get<1>(outcome).reason.empty());
}

TEST(LibraryKey, IsUsedByManyThreadsAtOnce) {
  constexpr int threads = 4;
  constexpr int times = 50;
  const LibraryKey key(Share(Rsa()));
  const Bytes digest(32, std::byte{7});
  const KeyRequest request{engine::KeyUse::kSign, SignatureForm::kRsaPss, KeyDigest::kSha256,
                           digest};
  std::array<int, threads> good{};
  std::vector<std::thread> running;
  for (int& count : good) {
    running.emplace_back([&] {
      const KeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, Rsa(), nullptr));
      EVP_PKEY_verify_init(context.get());
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256());
      for (int i = 0; i < times; ++i) {
        const KeyOutcome outcome = key.Perform(request);
        if (outcome.index() != 0) continue;
        const Bytes& signature = std::get<0>(outcome);
        count +=
            EVP_PKEY_verify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(), reinterpret_cast<const unsigned char*>(digest.data()),
                            digest.size()) == 1;
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  for (const int count : good) EXPECT_EQ(count, times);
}

}  // namespace
}  // namespace tandem::openssl
