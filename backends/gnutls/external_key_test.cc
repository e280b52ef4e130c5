// Keys that live elsewhere, as GnuTLS uses them: what their engines are asked, and what comes of
// it.

#include "backends/gnutls/external_key.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "backends/gnutls/blocking_key.h"
#include "backends/gnutls/handles.h"
#include "backends/gnutls/key_pair.h"
#include "tandem/engine/job.h"
#include "tandem/engine/thread_pool.h"

namespace tandem::gnutls {
namespace {

using engine::KeyDigest;
using engine::KeyOutcome;
using engine::KeyRequest;
using engine::SignatureForm;
using Bytes = std::vector<std::byte>;

// Answers at once, with what the test has prepared or what its key says.
class TestEngine final : public engine::KeyEngine {
 public:
  engine::Submission Submit(const std::shared_ptr<engine::Operation>& operation) noexcept override {
    requests.push_back(operation->request());
    if (fails) {
      operation->Fail("the engine is out of order");
    } else if (prepared.has_value()) {
      operation->Complete(*prepared);
    } else {
      const auto& key = static_cast<const engine::BlockingKey&>(operation->key());
      KeyOutcome outcome = key.Perform(operation->request());
      if (auto* bytes = std::get_if<0>(&outcome)) {
        operation->Complete(std::move(*bytes));
      } else {
        operation->Fail(std::get<1>(outcome).reason);
      }
    }
    return engine::Submission::kPending;
  }

  std::vector<KeyRequest> requests;
  std::optional<Bytes> prepared;
  bool fails = false;
};

gnutls_datum_t Datum(std::string_view text) {
  return DatumOf(std::as_bytes(std::span(text.data(), text.size())));
}

class ExternalKeyTest : public testing::Test {
 protected:
  KeyHandle Make(const Pair& pair, std::vector<SignatureScheme> schemes = {},
                 bool decrypts = true) {
    auto key =
        MakeExternalKey({engine_, pair.library_key(), std::move(schemes), decrypts}, pair.leaf());
    EXPECT_TRUE(key.ok());
    return key.ok() ? std::move(key).value() : KeyHandle();
  }

  // Has the library sign what is not hashed, as a handshake does; returns what it says of that.
  static int Sign(gnutls_privkey_t key, gnutls_sign_algorithm_t scheme, Bytes& signature) {
    const gnutls_datum_t message = Datum("a message");
    gnutls_datum_t made{};
    const int code = gnutls_privkey_sign_data2(key, scheme, kFlags, &message, &made);
    const BytesHandle owner(made.data);
    signature = BytesOf(made);
    return code;
  }

  static int Verify(const Pair& pair, gnutls_sign_algorithm_t scheme, const Bytes& signature) {
    const gnutls_datum_t message = Datum("a message");
    const gnutls_datum_t made = DatumOf(signature);
    return gnutls_pubkey_verify_data2(pair.public_key(), scheme,
                                      GNUTLS_VERIFY_RSA_PSS_FIXED_SALT_LENGTH, &message, &made);
  }

  static constexpr unsigned kFlags = GNUTLS_PRIVKEY_FLAG_RSA_PSS_FIXED_SALT_LENGTH;
  const std::shared_ptr<TestEngine> engine_ = std::make_shared<TestEngine>();
};

struct SignCase {
  gnutls_sign_algorithm_t scheme;
  SignatureForm form;
  KeyDigest digest;
  std::size_t input;
};

class RsaScheme : public ExternalKeyTest, public testing::WithParamInterface<SignCase> {};

TEST_P(RsaScheme, ReachesTheEngineAsADigestAndMakesAGoodSignature) {
  const SignCase& wanted = GetParam();
  const KeyHandle key = Make(Rsa());
  Bytes signature;
  ASSERT_EQ(Sign(key.get(), wanted.scheme, signature), 0);
  ASSERT_EQ(engine_->requests.size(), 1U);
  const KeyRequest& request = engine_->requests.front();
  EXPECT_EQ(request.use, engine::KeyUse::kSign);
  EXPECT_EQ(request.form, wanted.form);
  EXPECT_EQ(request.digest, wanted.digest);
  EXPECT_EQ(request.input.size(), wanted.input);
  EXPECT_GE(Verify(Rsa(), wanted.scheme, signature), 0);
  signature[20] ^= std::byte{1};
  EXPECT_LT(Verify(Rsa(), wanted.scheme, signature), 0);
}

INSTANTIATE_TEST_SUITE_P(
    , RsaScheme,
    testing::Values(
        SignCase{GNUTLS_SIGN_RSA_SHA224, SignatureForm::kRsaPkcs1, KeyDigest::kSha224, 28},
        SignCase{GNUTLS_SIGN_RSA_SHA256, SignatureForm::kRsaPkcs1, KeyDigest::kSha256, 32},
        SignCase{GNUTLS_SIGN_RSA_SHA384, SignatureForm::kRsaPkcs1, KeyDigest::kSha384, 48},
        SignCase{GNUTLS_SIGN_RSA_SHA512, SignatureForm::kRsaPkcs1, KeyDigest::kSha512, 64},
        SignCase{GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, SignatureForm::kRsaPss, KeyDigest::kSha256, 32},
        SignCase{GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, SignatureForm::kRsaPss, KeyDigest::kSha384, 48},
        SignCase{GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, SignatureForm::kRsaPss, KeyDigest::kSha512, 64}),
    [](const auto& scheme) {
      std::string name = gnutls_sign_get_name(scheme.param.scheme);
      std::erase(name, '-');
      return name;
    });

TEST_F(ExternalKeyTest, EcdsaAndEd25519MakeGoodSignatures) {
  const Pair p256(GNUTLS_PK_ECDSA, kP256Bits);
  const Pair ed25519(GNUTLS_PK_EDDSA_ED25519, kEd25519Bits);
  Bytes signature;
  ASSERT_EQ(Sign(Make(p256).get(), GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, signature), 0);
  EXPECT_GE(Verify(p256, GNUTLS_SIGN_ECDSA_SHA256, signature), 0);
  EXPECT_EQ(engine_->requests.back().form, SignatureForm::kEcdsa);
  EXPECT_EQ(engine_->requests.back().digest, KeyDigest::kSha256);
  ASSERT_EQ(Sign(Make(ed25519).get(), GNUTLS_SIGN_EDDSA_ED25519, signature), 0);
  EXPECT_GE(Verify(ed25519, GNUTLS_SIGN_EDDSA_ED25519, signature), 0);
  EXPECT_EQ(engine_->requests.back().form, SignatureForm::kEd25519);
  EXPECT_EQ(engine_->requests.back().digest, KeyDigest::kNone);
  EXPECT_EQ(BytesOf(Datum("a message")), engine_->requests.back().input);
}

TEST_F(ExternalKeyTest, RsaPssKeyMakesGoodSignaturesAndNoPkcs1) {
  const Pair pss(GNUTLS_PK_RSA_PSS, kRsaBits);
  const KeyHandle key = Make(pss);
  EXPECT_EQ(gnutls_privkey_get_pk_algorithm(key.get(), nullptr), GNUTLS_PK_RSA_PSS);
  Bytes signature;
  ASSERT_EQ(Sign(key.get(), GNUTLS_SIGN_RSA_PSS_SHA256, signature), 0);
  EXPECT_GE(Verify(pss, GNUTLS_SIGN_RSA_PSS_SHA256, signature), 0);
  EXPECT_LT(Sign(key.get(), GNUTLS_SIGN_RSA_SHA256, signature), 0);
  EXPECT_EQ(engine_->requests.size(), 1U);
}

TEST_F(ExternalKeyTest, RawRsaThatIsNoDigestInfoNeverReachesTheEngine) {
  const KeyHandle key = Make(Rsa());
  Bytes info = {std::byte{0x30}, std::byte{0x31}, std::byte{0x30}, std::byte{0x0d}, std::byte{0x06},
                std::byte{0x09}, std::byte{0x60}, std::byte{0x86}, std::byte{0x48}, std::byte{0x01},
                std::byte{0x65}, std::byte{0x03}, std::byte{0x04}, std::byte{0x02}, std::byte{0x01},
                std::byte{0x05}, std::byte{0x00}, std::byte{0x04}, std::byte{0x20}};
  info.resize(info.size() + 32);
  const auto sign = [&](const Bytes& bytes) {
    const gnutls_datum_t raw = DatumOf(bytes);
    gnutls_datum_t made{};
    const int code = gnutls_privkey_sign_hash2(key.get(), GNUTLS_SIGN_RSA_RAW, 0, &raw, &made);
    const BytesHandle owner(made.data);
    return code;
  };
  EXPECT_EQ(sign(info), 0);
  EXPECT_EQ(engine_->requests.size(), 1U);
  for (std::size_t i = 0; i < 19; ++i) {
    Bytes wrong = info;
    wrong[i] ^= std::byte{1};
    EXPECT_LT(sign(wrong), 0) << "byte " << i;
  }
  EXPECT_LT(sign({info.begin(), info.end() - 1}), 0);
  EXPECT_LT(sign(Bytes(36)), 0);  // MD5 and SHA-1, of the versions before TLS 1.2.
  EXPECT_LT(sign({}), 0);
  info.push_back({});
  EXPECT_LT(sign(info), 0);
  EXPECT_EQ(engine_->requests.size(), 1U);
}

TEST_F(ExternalKeyTest, FailedSignatureIsFatalAndLeavesNothing) {
  const KeyHandle key = Make(Rsa());
  engine_->fails = true;
  Bytes signature;
  const int code = Sign(key.get(), GNUTLS_SIGN_RSA_SHA256, signature);
  EXPECT_EQ(code, GNUTLS_E_PK_SIGN_FAILED);
  EXPECT_TRUE(signature.empty());
}

// Runs `body` in a job, and returns what has been noted on that.
std::string FailureIn(const std::function<void()>& body) {
  engine::WaitContext wait;
  engine::JobPool jobs;
  std::string noted;
  const auto run = [&] {
    body();
    noted = engine::Job::current()->failure();
    return 0;
  };
  EXPECT_EQ(jobs.Start(run, {.wait_context = &wait}).outcome, engine::JobOutcome::kFinished);
  return noted;
}

TEST_F(ExternalKeyTest, SignatureOfAnotherLengthIsTheEnginesFailure) {
  const Pair p256(GNUTLS_PK_ECDSA, kP256Bits);
  const Pair ed25519(GNUTLS_PK_EDDSA_ED25519, kEd25519Bits);
  struct Case {
    const Pair* pair;
    gnutls_sign_algorithm_t scheme;
    std::size_t size;
    bool fits;
  };
  for (const Case& given : {Case{&Rsa(), GNUTLS_SIGN_RSA_SHA256, 256, true},
                            Case{&Rsa(), GNUTLS_SIGN_RSA_SHA256, 255, false},
                            Case{&Rsa(), GNUTLS_SIGN_RSA_SHA256, 257, false},
                            Case{&Rsa(), GNUTLS_SIGN_RSA_SHA256, 0, false},
                            Case{&p256, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 1, true},
                            Case{&p256, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 72, true},
                            Case{&p256, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 73, false},
                            Case{&p256, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0, false},
                            Case{&ed25519, GNUTLS_SIGN_EDDSA_ED25519, 64, true},
                            Case{&ed25519, GNUTLS_SIGN_EDDSA_ED25519, 63, false}}) {
    const KeyHandle key = Make(*given.pair);
    engine_->prepared = Bytes(given.size);
    Bytes signature;
    int code = 0;
    const std::string noted = FailureIn([&] { code = Sign(key.get(), given.scheme, signature); });
    EXPECT_EQ(code == 0, given.fits) << given.size;
    EXPECT_EQ(noted.empty(), given.fits) << given.size;
    EXPECT_EQ(signature.size(), given.fits ? given.size : 0);
  }
}

TEST_F(ExternalKeyTest, KeyThatIsLoadedIntoCredentialsIsAskedOutsideOfAnyJobAndAnswers) {
  const auto pool = std::make_shared<engine::ThreadPool>();
  auto key = MakeExternalKey({pool, Rsa().library_key(), {}, true}, Rsa().leaf());
  ASSERT_TRUE(key.ok());
  gnutls_certificate_credentials_t raw = nullptr;
  gnutls_certificate_allocate_credentials(&raw);
  const CredentialsHandle credentials(raw);
  auto* chain = static_cast<gnutls_pcert_st*>(gnutls_malloc(sizeof(gnutls_pcert_st)));
  gnutls_pcert_st leaf = Rsa().leaf();
  gnutls_x509_crt_t copy = nullptr;
  ASSERT_EQ(gnutls_pcert_export_x509(&leaf, &copy), 0);
  const CertificateHandle owner(copy);
  ASSERT_EQ(gnutls_pcert_import_x509(chain, copy, 0), 0);
  ASSERT_EQ(engine::Job::current(), nullptr);
  EXPECT_GE(gnutls_certificate_set_key(raw, nullptr, 0, chain, 1, key->release()), 0);
  EXPECT_EQ(pool->counters().completed, 1U);
}

// --- What it says of itself -------------------------------------------------------------------

// GnuTLS asks by calls that are not public; a server's choice of a scheme tells what it heard.
class Schemes : public ExternalKeyTest {
 protected:
  // Asks as _gnutls_privkey_compatible_with_sig() does.
  static bool IsNegotiable(const KeyHandle& key, const Pair& pair, const char* priority,
                           gnutls_sign_algorithm_t* chosen) {
    return Handshake(key, pair, priority, chosen) >= 0;
  }

  struct Wire {
    std::string bytes;
    std::size_t read = 0;
  };
  struct End {
    Wire* out;
    Wire* in;
    gnutls_session_t session;
  };

  static ssize_t Push(gnutls_transport_ptr_t raw, const void* bytes, std::size_t size) {
    static_cast<End*>(raw)->out->bytes.append(static_cast<const char*>(bytes), size);
    return static_cast<ssize_t>(size);
  }

  static ssize_t Pull(gnutls_transport_ptr_t raw, void* bytes, std::size_t size) {
    auto* end = static_cast<End*>(raw);
    const std::size_t count = std::min(size, end->in->bytes.size() - end->in->read);
    if (count == 0) {
      gnutls_transport_set_errno(end->session, EAGAIN);
      return -1;
    }
    std::memcpy(bytes, end->in->bytes.data() + end->in->read, count);
    end->in->read += count;
    return static_cast<ssize_t>(count);
  }

  static gnutls_session_t Open(unsigned role, const char* priority,
                               gnutls_certificate_credentials_t credentials) {
    gnutls_session_t session = nullptr;
    gnutls_init(&session, role | GNUTLS_NONBLOCK);
    gnutls_priority_set_direct(session, priority, nullptr);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_push_function(session, Push);
    gnutls_transport_set_pull_function(session, Pull);
    return session;
  }

  struct Served {
    const Pair* pair;
    gnutls_privkey_t key;
  };

  static int Serve(gnutls_session_t session, const struct gnutls_cert_retr_st*,
                   gnutls_pcert_st** chain, unsigned* size, gnutls_ocsp_data_st** responses,
                   unsigned* responses_size, gnutls_privkey_t* key, unsigned* flags) {
    const auto* served = static_cast<const Served*>(gnutls_session_get_ptr(session));
    *chain = const_cast<gnutls_pcert_st*>(&served->pair->leaf());
    *size = 1;
    *responses = nullptr;
    *responses_size = 0;
    *key = served->key;
    *flags = 0;
    return 0;
  }

  static int Handshake(const KeyHandle& key, const Pair& pair, const char* priority,
                       gnutls_sign_algorithm_t* chosen) {
    gnutls_certificate_credentials_t raw_server = nullptr;
    gnutls_certificate_credentials_t raw_client = nullptr;
    gnutls_certificate_allocate_credentials(&raw_server);
    gnutls_certificate_allocate_credentials(&raw_client);
    const CredentialsHandle server_credentials(raw_server);
    const CredentialsHandle client_credentials(raw_client);
    gnutls_certificate_set_retrieve_function3(raw_server, Serve);
    const SessionHandle server(Open(GNUTLS_SERVER, priority, raw_server));
    const SessionHandle client(Open(GNUTLS_CLIENT, priority, raw_client));
    Served served{&pair, key.get()};
    gnutls_session_set_ptr(server.get(), &served);
    Wire up;
    Wire down;
    End server_end{&down, &up, server.get()};
    End client_end{&up, &down, client.get()};
    gnutls_transport_set_ptr(server.get(), &server_end);
    gnutls_transport_set_ptr(client.get(), &client_end);
    int there = GNUTLS_E_AGAIN;
    int here = GNUTLS_E_AGAIN;
    for (int i = 0; i < 10 && (there != 0 || here != 0); ++i) {
      if (there != 0) there = gnutls_handshake(client.get());
      if (here != 0) here = gnutls_handshake(server.get());
      for (const int code : {here, there}) {
        if (code < 0 && code != GNUTLS_E_AGAIN) return code;
      }
    }
    *chosen = static_cast<gnutls_sign_algorithm_t>(gnutls_sign_algorithm_get(client.get()));
    return there != 0 ? there : here;
  }
};

constexpr char kTls12[] = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA";
constexpr char kTls13[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
constexpr char kRsaExchange[] = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA";

TEST_F(Schemes, SizeAndTypeAreTheLeafs) {
  const KeyHandle key = Make(Rsa());
  unsigned bits = 0;
  EXPECT_EQ(gnutls_privkey_get_pk_algorithm(key.get(), &bits), GNUTLS_PK_RSA);
  EXPECT_EQ(bits, static_cast<unsigned>(kRsaBits));
}

TEST_F(Schemes, AllOfTheTypeAreNegotiatedUnlessSomeAreNamed) {
  gnutls_sign_algorithm_t chosen = GNUTLS_SIGN_UNKNOWN;
  ASSERT_TRUE(IsNegotiable(Make(Rsa()), Rsa(), kTls13, &chosen));
  EXPECT_EQ(chosen, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256);
  ASSERT_TRUE(IsNegotiable(Make(Rsa(), {0x0806}), Rsa(), kTls13, &chosen));
  EXPECT_EQ(chosen, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512);
  ASSERT_TRUE(IsNegotiable(Make(Rsa(), {0x0501}), Rsa(), kTls12, &chosen));
  EXPECT_EQ(chosen, GNUTLS_SIGN_RSA_SHA384);
  EXPECT_EQ(engine_->requests.back().form, SignatureForm::kRsaPkcs1);
}

TEST_F(Schemes, KeyThatCannotDoPssIsNotNegotiatedForTls13) {
  gnutls_sign_algorithm_t chosen = GNUTLS_SIGN_UNKNOWN;
  const KeyHandle key = Make(Rsa(), {0x0401});
  EXPECT_FALSE(IsNegotiable(key, Rsa(), kTls13, &chosen));
  EXPECT_TRUE(engine_->requests.empty());
  EXPECT_TRUE(IsNegotiable(key, Rsa(), kTls12, &chosen));
  EXPECT_EQ(chosen, GNUTLS_SIGN_RSA_SHA256);
}

TEST_F(Schemes, HandshakeByRsaExchangeAsksForOneDecryption) {
  gnutls_sign_algorithm_t chosen = GNUTLS_SIGN_UNKNOWN;
  EXPECT_TRUE(IsNegotiable(Make(Rsa()), Rsa(), kRsaExchange, &chosen));
  ASSERT_EQ(engine_->requests.size(), 1U);
  EXPECT_EQ(engine_->requests.front().use, engine::KeyUse::kDecrypt);
}

// --- Decryption -------------------------------------------------------------------------------

class Decryption : public ExternalKeyTest {
 protected:
  using Premaster = std::array<unsigned char, kPremasterBytes>;

  // Encrypts and has the library decrypt by its call for premaster secrets, which is the one that
  // reads what our callback leaves.
  static int RoundTrip(gnutls_privkey_t key, const Bytes& plaintext, Premaster& into) {
    const gnutls_datum_t plain = DatumOf(plaintext);
    gnutls_datum_t sealed{};
    EXPECT_EQ(gnutls_pubkey_encrypt_data(Rsa().public_key(), 0, &plain, &sealed), 0);
    const BytesHandle owner(sealed.data);
    return gnutls_privkey_decrypt_data2(key, 0, &sealed, into.data(), into.size());
  }

  static Bytes Plaintext(std::size_t size) { return Bytes(size, std::byte{0x5a}); }

  static Premaster All(unsigned char value) {
    Premaster premaster;
    premaster.fill(value);
    return premaster;
  }
};

TEST_F(Decryption, GivesThePremaster) {
  Premaster premaster{};
  EXPECT_EQ(RoundTrip(Make(Rsa()).get(), Plaintext(kPremasterBytes), premaster), 0);
  EXPECT_EQ(premaster, All(0x5a));
}

TEST_F(Decryption, WhateverDoesNotFitBecomesRandomBytesAndNoFailure) {
  const KeyHandle key = Make(Rsa());
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kPremasterBytes - 1,
                                 kPremasterBytes + 1, std::size_t{200}}) {
    engine_->prepared = Plaintext(size);
    Premaster first{};
    Premaster second{};
    EXPECT_EQ(RoundTrip(key.get(), Plaintext(kPremasterBytes), first), 0) << size;
    EXPECT_EQ(RoundTrip(key.get(), Plaintext(kPremasterBytes), second), 0) << size;
    EXPECT_NE(first, second) << size;
    EXPECT_NE(first, All(0)) << size;
    EXPECT_NE(first, All(0x5a)) << size;
  }
}

TEST_F(Decryption, FailedEngineIsAFailureAndLeavesNothing) {
  const KeyHandle key = Make(Rsa());
  engine_->fails = true;
  Premaster premaster{};
  EXPECT_LT(RoundTrip(key.get(), Plaintext(kPremasterBytes), premaster), 0);
  EXPECT_EQ(premaster, All(0));
}

TEST_F(Decryption, WantOfMemoryIsNotedAsAFailureOfOurs) {
  static gnutls_alloc_function real;
  real = gnutls_malloc;
  const KeyHandle key = Make(Rsa());
  Premaster premaster{};
  int code = 0;
  const std::string noted = FailureIn([&] {
    gnutls_malloc = [](std::size_t size) { return size == kPremasterBytes ? nullptr : real(size); };
    code = RoundTrip(key.get(), Plaintext(kPremasterBytes), premaster);
    gnutls_malloc = real;
  });
  EXPECT_LT(code, 0);
  EXPECT_EQ(noted, "out of memory");
  EXPECT_TRUE(engine_->requests.empty());
}

TEST_F(Decryption, KeyThatDoesNotDecryptIsNotAsked) {
  Premaster premaster{};
  const KeyHandle key = Make(Rsa(), {}, /*decrypts=*/false);
  EXPECT_LT(RoundTrip(key.get(), Plaintext(kPremasterBytes), premaster), 0);
  EXPECT_TRUE(engine_->requests.empty());
}

}  // namespace
}  // namespace tandem::gnutls
