// Keys that live elsewhere do what real ones do, and give nothing away.

#include "backends/openssl/external_key.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "backends/openssl/premaster.h"
#include "backends/openssl/provider.h"
#include "backends/openssl/test_keys.h"

namespace tandem::openssl {
namespace {

const std::string kMessage = "what is to be signed";
constexpr unsigned kVersion = 0x0303;

// A real key, and the same one held by an engine.
struct Pair {
  explicit Pair(const std::string& type)
      : real(MakeKey(type)),
        leaf(MakeCertificate(real.get())),
        engine(std::make_shared<HeldEngine>()),
        external(std::move(
            MakeExternalKey({engine, std::make_shared<PlainKey>(real.get()), {}}, leaf.get())
                .value())) {}

  // Runs `body` in a job; the engine answers whenever it has paused.
  int InJob(const std::function<int()>& body) {
    return RunInJob(body, [this] { engine->FinishOne(); });
  }

  KeyHandle real;
  CertificateHandle leaf;
  std::shared_ptr<HeldEngine> engine;
  KeyHandle external;
};

struct FormCase {
  const char* name;
  const char* type;
  const char* digest;
  int padding;
};

class ExternalSignature : public testing::TestWithParam<FormCase> {};

TEST_P(ExternalSignature, IsOneByTheRealKey) {
  const auto& [name, type, digest, padding] = GetParam();
  Pair keys(type);
  std::vector<unsigned char> signature;
  keys.InJob([&, digest = digest, padding = padding] {
    signature = Sign(keys.external.get(), digest, padding, kMessage);
    return 0;
  });
  EXPECT_EQ(keys.engine->held.size(), 1u);
  EXPECT_TRUE(Verify(keys.real.get(), digest, padding, kMessage, signature));
  EXPECT_FALSE(Verify(keys.real.get(), digest, padding, kMessage + "!", signature));
}

constexpr FormCase kForms[] = {
    {"Pkcs1Sha256", "RSA", "SHA256", RSA_PKCS1_PADDING},
    {"Pkcs1Sha512", "RSA", "SHA2-512", RSA_PKCS1_PADDING},
    {"Pkcs1Sha1", "RSA", "SHA1", RSA_PKCS1_PADDING},
    {"PssSha256", "RSA", "SHA256", RSA_PKCS1_PSS_PADDING},
    {"PssSha384", "RSA", "SHA384", RSA_PKCS1_PSS_PADDING},
    {"PssKeySha256", "RSA-PSS", "SHA256", RSA_PKCS1_PSS_PADDING},
    {"P256", "P-256", "SHA256", 0},
    {"P384", "P-384", "SHA384", 0},
    {"P521", "P-521", "SHA512", 0},
    {"Ed25519", "ED25519", nullptr, 0},
};

INSTANTIATE_TEST_SUITE_P(Forms, ExternalSignature, testing::ValuesIn(kForms),
                         [](const auto& form) { return std::string(form.param.name); });

TEST(ExternalKeyTest, SignsOutsideOfAJobToo) {
  class AtOnce final : public engine::KeyEngine {
   public:
    engine::Submission Submit(
        const std::shared_ptr<engine::Operation>& operation) noexcept override {
      HeldEngine engine;
      engine.Submit(operation);
      engine.FinishOne();
      return engine::Submission::kPending;
    }
  };
  const KeyHandle real = MakeKey("P-256");
  const CertificateHandle leaf = MakeCertificate(real.get());
  const auto key = MakeExternalKey(
      {std::make_shared<AtOnce>(), std::make_shared<PlainKey>(real.get()), {}}, leaf.get());
  ASSERT_TRUE(key.ok());
  const auto signature = Sign(key->get(), "SHA256", 0, kMessage);
  EXPECT_TRUE(Verify(real.get(), "SHA256", 0, kMessage, signature));
}

TEST(ExternalKeyTest, IsTheKeyOfItsCertificateAndOfNoOther) {
  for (const char* type : {"RSA", "RSA-PSS", "P-256", "P-384", "P-521", "ED25519"}) {
    const Pair keys(type);
    const Pair others(type);
    EXPECT_EQ(X509_check_private_key(keys.leaf.get(), keys.external.get()), 1) << type;
    EXPECT_NE(X509_check_private_key(others.leaf.get(), keys.external.get()), 1) << type;
    EXPECT_EQ(EVP_PKEY_get_bits(keys.external.get()), EVP_PKEY_get_bits(keys.real.get()));
    EXPECT_EQ(EVP_PKEY_get_size(keys.external.get()), EVP_PKEY_get_size(keys.real.get()));
    EXPECT_EQ(EVP_PKEY_get_security_bits(keys.external.get()),
              EVP_PKEY_get_security_bits(keys.real.get()));
    EXPECT_TRUE(keys.engine->held.empty()) << "nothing is asked before it is needed";
  }
}

TEST(ExternalKeyTest, ShowsNoPrivateHalf) {
  struct Type {
    const char* name;
    const char* number;
  };
  for (const Type type : {Type{"RSA", OSSL_PKEY_PARAM_RSA_D}, Type{"P-256", "priv"}}) {
    const Pair keys(type.name);
    BIGNUM* number = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(keys.real.get(), type.number, &number), 1);
    BN_free(number);
    number = nullptr;
    EXPECT_NE(EVP_PKEY_get_bn_param(keys.external.get(), type.number, &number), 1) << type.name;
    EXPECT_EQ(number, nullptr);
    const std::unique_ptr<BIO, decltype(&BIO_free)> into(BIO_new(BIO_s_mem()), BIO_free);
    EXPECT_NE(PEM_write_bio_PrivateKey(into.get(), keys.external.get(), nullptr, nullptr, 0,
                                       nullptr, nullptr),
              1);
    OSSL_PARAM* exported = nullptr;
    EXPECT_NE(EVP_PKEY_todata(keys.external.get(), EVP_PKEY_KEYPAIR, &exported), 1);
    OSSL_PARAM_free(exported);
  }
}

TEST(ExternalKeyTest, RefusesWhatItsEngineIsNotAskedFor) {
  Pair keys("RSA");
  EXPECT_TRUE(Sign(keys.external.get(), "MD5", RSA_PKCS1_PADDING, kMessage).empty());
  EXPECT_TRUE(Sign(keys.external.get(), "SHA256", RSA_NO_PADDING, kMessage).empty());
  Pair other("ED25519");
  EXPECT_TRUE(Sign(other.external.get(), "SHA256", 0, kMessage).empty());
  EXPECT_TRUE(keys.engine->held.empty());
}

TEST(ExternalKeyTest, UnderstandsTheLengthOfASaltInAnyForm) {
  Pair keys("RSA");
  unsigned number = 32;
  char text[] = "32";
  char minus_one[] = "-1";
  char too_long[] = "33";
  char nonsense[] = "32x";
  struct Case {
    OSSL_PARAM salt;
    bool understood;
    bool signs;
  };
  constexpr char name[] = OSSL_PKEY_PARAM_RSA_PSS_SALTLEN;
  for (const Case& given :
       {Case{OSSL_PARAM_construct_uint(name, &number), true, true},
        Case{OSSL_PARAM_construct_utf8_string(name, text, 0), true, true},
        Case{OSSL_PARAM_construct_utf8_string(name, minus_one, 0), true, true},
        Case{OSSL_PARAM_construct_utf8_string(name, too_long, 0), true, false},
        Case{OSSL_PARAM_construct_utf8_string(name, nonsense, 0), false, false}}) {
    keys.InJob([&] {
      const DigestContextHandle context(EVP_MD_CTX_new());
      EVP_PKEY_CTX* options = nullptr;
      EVP_DigestSignInit_ex(context.get(), &options, "SHA256", nullptr, nullptr,
                            keys.external.get(), nullptr);
      EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
      const OSSL_PARAM parameters[] = {given.salt, OSSL_PARAM_construct_end()};
      EXPECT_EQ(EVP_PKEY_CTX_set_params(options, parameters) == 1, given.understood);
      std::array<unsigned char, 256> signature{};
      std::size_t size = signature.size();
      const unsigned char message = 'a';
      EXPECT_EQ(EVP_DigestSign(context.get(), signature.data(), &size, &message, 1) == 1,
                given.signs);
      return 0;
    });
  }
}

TEST(ExternalKeyTest, FailsWhereItsEngineFailsOrAnswersNonsense) {
  Pair keys("RSA");
  for (const bool nonsense : {false, true}) {
    const auto answer = [&] {
      auto& operation = *keys.engine->held.back();
      nonsense ? operation.Complete({std::byte{1}}) : operation.Fail("the token is gone");
    };
    std::string reason;
    RunInJob(
        [&] {
          EXPECT_TRUE(Sign(keys.external.get(), "SHA256", RSA_PKCS1_PADDING, kMessage).empty());
          reason = engine::Job::current()->failure();
          return 0;
        },
        answer);
    EXPECT_EQ(reason == "the token is gone", !nonsense) << reason;
    EXPECT_FALSE(reason.empty());
  }
}

TEST(ExternalKeyTest, LeavesTheProgramsDefaultProviderToLoadByItself) {
  const Pair keys("P-256");
  EXPECT_EQ(OSSL_PROVIDER_available(nullptr, "default"), 1);
  EXPECT_EQ(OSSL_PROVIDER_available(nullptr, "tandem"), 0);
  EXPECT_EQ(OSSL_PROVIDER_available(ProviderLibrary(), "tandem"), 1);
}

// --- The premaster secret -----------------------------------------------------------------------

class ExternalDecryption : public testing::Test {
 protected:
  // Encrypts as a client does.
  std::vector<unsigned char> Encrypt(const std::vector<unsigned char>& secret) {
    const KeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, keys_.real.get(), nullptr));
    std::vector<unsigned char> ciphertext(256);
    std::size_t size = ciphertext.size();
    EVP_PKEY_encrypt_init(context.get());
    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING);
    EVP_PKEY_encrypt(context.get(), ciphertext.data(), &size, secret.data(), secret.size());
    return ciphertext;
  }

  // Decrypts as libssl does; empty if the library refuses.
  std::vector<unsigned char> Decrypt(const std::vector<unsigned char>& ciphertext,
                                     const std::function<void()>& answer) {
    std::vector<unsigned char> secret(kPremasterBytes);
    std::size_t size = secret.size();
    const auto body = [&] {
      const KeyContextHandle context(
          EVP_PKEY_CTX_new_from_pkey(nullptr, keys_.external.get(), nullptr));
      unsigned version = kVersion;
      const OSSL_PARAM parameters[] = {
          OSSL_PARAM_construct_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, &version),
          OSSL_PARAM_construct_end()};
      return EVP_PKEY_decrypt_init(context.get()) == 1 &&
                     EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_WITH_TLS_PADDING) == 1 &&
                     EVP_PKEY_CTX_set_params(context.get(), parameters) == 1 &&
                     EVP_PKEY_decrypt(context.get(), secret.data(), &size, ciphertext.data(),
                                      ciphertext.size()) == 1
                 ? 1
                 : 0;
    };
    if (RunInJob(body, answer) != 1) return {};
    secret.resize(size);
    return secret;
  }

  std::vector<unsigned char> Decrypt(const std::vector<unsigned char>& ciphertext) {
    return Decrypt(ciphertext, [this] { keys_.engine->FinishOne(); });
  }

  static std::vector<unsigned char> Secret(unsigned version, std::size_t size = kPremasterBytes) {
    std::vector<unsigned char> secret(size, 7);
    secret[0] = static_cast<unsigned char>(version >> 8);
    secret[1] = static_cast<unsigned char>(version);
    return secret;
  }

  Pair keys_{"RSA"};
};

TEST_F(ExternalDecryption, IsWhatWasEncrypted) {
  EXPECT_EQ(Decrypt(Encrypt(Secret(kVersion))), Secret(kVersion));
}

TEST_F(ExternalDecryption, IsRandomForTheWrongVersionLengthOrPadding) {
  std::vector<unsigned char> damaged = Encrypt(Secret(kVersion));
  damaged[100] ^= 1;
  const std::vector<unsigned char> too_large(256, 0xFF);
  for (const auto& ciphertext :
       {Encrypt(Secret(0x0302)), Encrypt(Secret(0x0203)), Encrypt(Secret(kVersion, 47)),
        Encrypt(Secret(kVersion, 49)), Encrypt(Secret(kVersion, 3)), damaged, too_large}) {
    const auto once = Decrypt(ciphertext);
    const auto again = Decrypt(ciphertext);
    ASSERT_EQ(once.size(), kPremasterBytes);
    EXPECT_NE(once, Secret(kVersion));
    EXPECT_NE(once, again);
  }
}

TEST_F(ExternalDecryption, IsRandomWhereTheEngineAnswersWithOtherBytes) {
  for (const std::size_t size : {0u, 47u, 49u, 300u}) {
    std::vector<std::byte> output(size, std::byte{3});
    const auto secret =
        Decrypt(Encrypt(Secret(kVersion)), [&] { keys_.engine->held.back()->Complete(output); });
    ASSERT_EQ(secret.size(), kPremasterBytes) << size;
    EXPECT_GT(std::count_if(secret.begin(), secret.end(), [](unsigned char c) { return c != 3; }),
              20);
  }
}

TEST_F(ExternalDecryption, FailsWhereTheEngineFails) {
  EXPECT_TRUE(Decrypt(Encrypt(Secret(kVersion)), [&] {
                keys_.engine->held.back()->Fail("the token is gone");
              }).empty());
}

TEST(PremasterTest, IsTakenOutOfThePaddingAndNothingElseIs) {
  std::vector<std::byte> block(256, std::byte{9});
  block[0] = std::byte{0};
  block[1] = std::byte{2};
  block[256 - 49] = std::byte{0};
  for (std::size_t i = 0; i < 256; ++i) {
    Premaster premaster{};
    auto changed = block;
    // The secret itself may be anything; all else has one meaning.
    changed[i] = changed[i] == std::byte{9} ? std::byte{0} : std::byte{5};
    TakeUnpadded(changed, premaster);
    EXPECT_EQ(premaster != Premaster{}, i >= 256 - 48) << i;
  }
  Premaster premaster{};
  TakeUnpadded(block, premaster);
  EXPECT_EQ(premaster[47], std::byte{9});
}

}  // namespace
}  // namespace tandem::openssl
