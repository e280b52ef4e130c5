// A raw GnuTLS client meets a server of ours whose key lives elsewhere: it asks for what no session
// of ours asks for, and tells which signature and which alert really came.

#include <gnutls/gnutls.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "conformance/pairs/pair.h"
#include "conformance/pki/pki.h"
#include "tandem/config.h"
#include "tandem/engine/runtime.h"
#include "tandem/engine/simulated_engine.h"
#include "tandem/identity.h"
#include "tandem/memory_transport.h"
#include "tandem/session.h"

namespace tandem::conformance {
namespace {

using IdentityPointer = std::shared_ptr<const Identity>;

constexpr const char* kTls13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
constexpr const char* kTls12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
constexpr const char* kRsaExchange = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA";
constexpr const char* kRsaExchangeFirst = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA:+ECDHE-RSA";
constexpr const char* kPkcs1Only =
    "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:-SIGN-ALL:+SIGN-RSA-SHA384";

// GnuTLS as itself, at the other end of a session's transport.
class RawClient {
 public:
  RawClient(const char* priority, MemoryTransport& server) : server_(server) {
    gnutls_certificate_allocate_credentials(&credentials_);
    gnutls_init(&session_, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
    gnutls_priority_set_direct(session_, priority, nullptr);
    gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_);
    gnutls_transport_set_ptr(session_, this);
    gnutls_transport_set_push_function(session_, Push);
    gnutls_transport_set_pull_function(session_, Pull);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() {
    gnutls_deinit(session_);
    gnutls_certificate_free_credentials(credentials_);
  }

  gnutls_session_t session() { return session_; }

  /// Goes on, unless it has come to its end.
  void Advance() {
    if (result == 0 || gnutls_error_is_fatal(result) != 0) return;
    result = gnutls_handshake(session_);
    if (result == GNUTLS_E_FATAL_ALERT_RECEIVED) alert = gnutls_alert_get(session_);
  }

  int result = GNUTLS_E_AGAIN;
  std::optional<gnutls_alert_description_t> alert;

 private:
  static ssize_t Push(gnutls_transport_ptr_t self, const void* bytes, std::size_t size) {
    static_cast<RawClient*>(self)->server_.Feed({static_cast<const std::byte*>(bytes), size});
    return static_cast<ssize_t>(size);
  }

  static ssize_t Pull(gnutls_transport_ptr_t self, void* bytes, std::size_t size) {
    auto* client = static_cast<RawClient*>(self);
    const auto output = client->server_.output();
    const std::size_t count = std::min(size, output.size());
    if (count == 0) {
      gnutls_transport_set_errno(client->session_, EAGAIN);
      return -1;
    }
    std::memcpy(bytes, output.data(), count);
    client->server_.Consume(count);
    return static_cast<ssize_t>(count);
  }

  MemoryTransport& server_;
  gnutls_certificate_credentials_t credentials_ = nullptr;
  gnutls_session_t session_ = nullptr;
};

class ExternalKeyTest : public testing::Test {
 protected:
  IdentityPointer Loaded(const std::string& name) {
    auto identity = Identity::FromPem(ServerBackend(), PkiText(name), PkiText(name + ".key"));
    EXPECT_TRUE(identity.ok());
    return *identity;
  }

  // The identity `name`, with its key on the engine and that able to do no more than this.
  IdentityPointer Elsewhere(const std::string& name, std::vector<SignatureScheme> schemes = {},
                            bool decrypts = true) {
    auto key = Loaded(name)->loaded().BlockingKey();
    auto identity = Identity::FromExternalKey(
        ServerBackend(), PkiText(name), {engine_, std::move(key), std::move(schemes), decrypts});
    EXPECT_TRUE(identity.ok());
    return *identity;
  }

  // Shakes hands to the end of both, answering whatever is asked in between.
  void Shake(Config::Builder rules, const char* priority) {
    auto config = rules.SecurityLevel(Level::kCompatible).Build();
    ASSERT_TRUE(config.ok()) << config.error().ToString();
    auto server = Session::Server(*config, transport_, &runtime_);
    ASSERT_TRUE(server.ok()) << server.error().ToString();
    server_.emplace(std::move(*server));
    client_.emplace(priority, transport_);
    for (int i = 0; i < kTurns; ++i) {
      client_->Advance();
      status_ = server_->Handshake();
      if (status_ == Status::kWantAsync) ++suspensions_;
      for (auto& [reply, identity] : std::exchange(open_, {})) reply.Answer(identity);
      engine_->Poll(1);
    }
    client_->Advance();
  }

  void Shake(IdentityPointer identity, const char* priority) {
    Shake(Config::ForServer(ServerBackend(), std::move(identity)), priority);
  }

  void ExpectDone() {
    ASSERT_EQ(client_->result, 0) << gnutls_strerror(client_->result);
    EXPECT_EQ(status_, Status::kOk);
  }

  void ExpectFailed(ErrorKind kind, gnutls_alert_description_t alert) {
    ASSERT_EQ(status_, Status::kError);
    EXPECT_EQ(ErrorKindName(server_->error()->kind), ErrorKindName(kind))
        << server_->error()->ToString();
    ASSERT_TRUE(client_->alert.has_value()) << gnutls_strerror(client_->result);
    EXPECT_EQ(gnutls_alert_get_name(*client_->alert), gnutls_alert_get_name(alert));
  }

  static constexpr int kTurns = 40;
  static constexpr std::uint64_t kSeed = 7;

  engine::Misbehaviour misbehaviour_{.spurious = 128, .max_delay = 3};
  std::shared_ptr<engine::SimulatedEngine> engine_ =
      std::make_shared<engine::SimulatedEngine>(kSeed, misbehaviour_);
  std::vector<std::pair<engine::Reply<IdentityPointer>, IdentityPointer>> open_;
  engine::Runtime runtime_;
  MemoryTransport transport_;
  std::optional<Session> server_;
  std::optional<RawClient> client_;
  Status status_ = Status::kWantRead;
  int suspensions_ = 0;
};

struct KeyCase {
  const char* test;
  const char* name;
  const char* priority;
  gnutls_sign_algorithm_t scheme;  // GNUTLS_SIGN_UNKNOWN: nothing is signed.
};

class EachKey : public ExternalKeyTest, public testing::WithParamInterface<KeyCase> {};

// GnuTLS takes a salt of no other length than the digest's in TLS 1.3.
TEST_P(EachKey, ConvincesARawClientAfterOneOperation) {
  const KeyCase& key = GetParam();
  Shake(Elsewhere(key.name), key.priority);
  ExpectDone();
  EXPECT_GE(suspensions_, 1);
  EXPECT_EQ(engine_->counters().submitted, 1U);
  EXPECT_EQ(gnutls_sign_algorithm_get(client_->session()), static_cast<int>(key.scheme));
}

INSTANTIATE_TEST_SUITE_P(
    , EachKey,
    testing::Values(KeyCase{"RsaTls13", "server_rsa", kTls13, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256},
                    KeyCase{"RsaPkcs1", "server_rsa", kPkcs1Only, GNUTLS_SIGN_RSA_SHA384},
                    KeyCase{"RsaExchange", "server_rsa", kRsaExchange, GNUTLS_SIGN_UNKNOWN},
                    KeyCase{"P256Tls13", "server_p256", kTls13, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256},
                    KeyCase{"P256Tls12", "server_p256", kTls12, GNUTLS_SIGN_ECDSA_SHA256},
                    KeyCase{"Ed25519Tls13", "server_ed25519", kTls13, GNUTLS_SIGN_EDDSA_ED25519},
                    KeyCase{"Ed25519Tls12", "server_ed25519", kTls12, GNUTLS_SIGN_EDDSA_ED25519}),
    [](const auto& key) { return key.param.test; });

// GnuTLS asks for an identity again and again while it looks for a suite.
TEST_F(ExternalKeyTest, HookThatAnswersLaterIsAskedOncePerHandshake) {
  for (const char* priority : {kTls12, kTls13}) {
    int asked = 0;
    const IdentityPointer identity = Elsewhere("server_p256");
    const ChooseIdentity choose = [&](const ClientHello&, engine::Reply<IdentityPointer> reply) {
      ++asked;
      open_.emplace_back(std::move(reply), identity);
    };
    Shake(Config::ForServer(ServerBackend(), choose), priority);
    ExpectDone();
    EXPECT_EQ(asked, 1) << priority;
    client_.reset();
    server_.reset();
    transport_ = MemoryTransport();
  }
}

TEST_F(ExternalKeyTest, HookIsAskedOnceWhereNoSuiteFitsItsAnswer) {
  int asked = 0;
  const IdentityPointer identity = Elsewhere("server_p256");
  const ChooseIdentity choose = [&](const ClientHello&, engine::Reply<IdentityPointer> reply) {
    ++asked;
    open_.emplace_back(std::move(reply), identity);
  };
  Shake(Config::ForServer(ServerBackend(), choose), kRsaExchangeFirst);
  ExpectFailed(ErrorKind::kIncompatible, GNUTLS_A_HANDSHAKE_FAILURE);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(engine_->counters().submitted, 0U);
}

TEST_F(ExternalKeyTest, KeyThatDoesNotDecryptSignsInstead) {
  Shake(Elsewhere("server_rsa", {}, /*decrypts=*/false), kRsaExchangeFirst);
  ExpectDone();
  EXPECT_EQ(gnutls_kx_get(client_->session()), GNUTLS_KX_ECDHE_RSA);
}

TEST_F(ExternalKeyTest, KeyThatDoesNotDecryptSharesNothingWithAClientThatWantsOnlyThat) {
  Shake(Elsewhere("server_rsa", {}, /*decrypts=*/false), kRsaExchange);
  ExpectFailed(ErrorKind::kIncompatible, GNUTLS_A_HANDSHAKE_FAILURE);
  EXPECT_EQ(engine_->counters().submitted, 0U);
}

TEST_F(ExternalKeyTest, NoSchemeIsNegotiatedThatTheEngineLacks) {
  Shake(Elsewhere("server_rsa", {0x0601}), kTls12);
  ExpectDone();
  EXPECT_EQ(gnutls_sign_algorithm_get(client_->session()), GNUTLS_SIGN_RSA_SHA512);
}

TEST_F(ExternalKeyTest, EngineWithoutPssSharesNothingInTls13) {
  Shake(Elsewhere("server_rsa", {0x0401}), kTls13);
  ExpectFailed(ErrorKind::kIncompatible, GNUTLS_A_HANDSHAKE_FAILURE);
  EXPECT_EQ(engine_->counters().submitted, 0U);
}

class FailingEngine : public ExternalKeyTest {
 protected:
  FailingEngine() {
    misbehaviour_.error = 255;
    // One in 256 does not fail; this seed's first does.
    engine_ = std::make_shared<engine::SimulatedEngine>(kSeed, misbehaviour_);
  }
};

TEST_F(FailingEngine, EndsTheHandshakeThatItWasToSign) {
  Shake(Elsewhere("server_rsa"), kTls12);
  ExpectFailed(ErrorKind::kInternal, GNUTLS_A_INTERNAL_ERROR);
  EXPECT_EQ(engine_->counters().submitted, 1U);
}

// GnuTLS ignores what became of a decryption, and would blame the peer for its Finished.
TEST_F(FailingEngine, EndsTheHandshakeThatItWasToDecrypt) {
  Shake(Elsewhere("server_rsa"), kRsaExchange);
  ExpectFailed(ErrorKind::kInternal, GNUTLS_A_DECRYPT_ERROR);
  EXPECT_NE(server_->error()->what.find("private key"), std::string::npos)
      << server_->error()->ToString();
}

// Whatever it was asked is still there afterwards, and nobody is told.
TEST_F(ExternalKeyTest, SessionThatGoesWhileItsKeyIsBusyLeavesNothing) {
  for (const char* priority : {kTls12, kTls13, kRsaExchange}) {
    auto config = Config::ForServer(ServerBackend(), Elsewhere("server_rsa"))
                      .SecurityLevel(Level::kCompatible)
                      .Build();
    ASSERT_TRUE(config.ok());
    MemoryTransport transport;
    auto server = Session::Server(*config, transport, &runtime_);
    ASSERT_TRUE(server.ok());
    RawClient client(priority, transport);
    for (int i = 0; i < kTurns && status_ != Status::kWantAsync; ++i) {
      client.Advance();
      status_ = server->Handshake();
    }
    ASSERT_EQ(status_, Status::kWantAsync);
    status_ = Status::kWantRead;
    EXPECT_EQ(runtime_.counters().jobs_in_flight, 1U);
    { const Session gone = std::move(*server); }
    EXPECT_EQ(runtime_.counters().jobs_in_flight, 0U);
  }
  EXPECT_EQ(engine_->counters().cancelled, 3U);
  for (int i = 0; i < kTurns; ++i) engine_->Poll(1);
  EXPECT_TRUE(engine_->idle());
}

}  // namespace
}  // namespace tandem::conformance
