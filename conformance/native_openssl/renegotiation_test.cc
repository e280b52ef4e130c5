// A raw OpenSSL peer asks our sessions for a TLS 1.2 renegotiation. They say no, once, and go on.

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "conformance/pairs/pair.h"
#include "conformance/pki/pki.h"
#include "conformance/world/world.h"

namespace tandem::conformance {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};

using BioPointer = std::unique_ptr<BIO, Free<BIO_free>>;

BioPointer TextBio(std::string_view text) {
  return BioPointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// OpenSSL as itself, on the end of a connection that the World left to the test.
class RawPeer {
 public:
  RawPeer(bool server, Link& out, Link& in) : out_(out), in_(in) {
    context_.reset(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
    SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
    if (server) Load("server_p256");
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    server ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
  }

  SSL* ssl() { return ssl_.get(); }

  // Moves what the wire has to OpenSSL, has it take a step, and moves what it says to the wire.
  void Step() {
    Fill();
    SSL_do_handshake(ssl());
    Flush();
  }

  // Reads, and returns the reason why OpenSSL has given up; 0 if it has not.
  int Listen() {
    Fill();
    ERR_clear_error();
    Bytes buffer(20000);
    SSL_read(ssl(), buffer.data(), static_cast<int>(buffer.size()));
    Flush();
    return ERR_GET_REASON(ERR_peek_error());
  }

  void Say(std::string_view text) {
    SSL_write(ssl(), text.data(), static_cast<int>(text.size()));
    Flush();
  }

 private:
  void Load(const std::string& name) {
    const std::unique_ptr<X509, Free<X509_free>> certificate(
        PEM_read_bio_X509(TextBio(PkiText(name)).get(), nullptr, nullptr, nullptr));
    const std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key(
        PEM_read_bio_PrivateKey(TextBio(PkiText(name + ".key")).get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(context_.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), key.get());
  }

  void Fill() {
    Bytes buffer(20000);
    while (in_.readable()) {
      const TransportResult result = in_.Receive(buffer);
      if (result.outcome != TransportResult::Outcome::kMoved) break;
      BIO_write(SSL_get_rbio(ssl()), buffer.data(), static_cast<int>(result.bytes));
    }
  }

  void Flush() {
    Bytes said(BIO_ctrl_pending(SSL_get_wbio(ssl())));
    if (said.empty()) return;
    BIO_read(SSL_get_wbio(ssl()), said.data(), static_cast<int>(said.size()));
    out_.Inject(said);
  }

  Link& out_;
  Link& in_;
  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, Free<SSL_free>> ssl_;
};

void Report(World& world) {
  for (const CheckFailure& failure : world.checks().failures()) {
    ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text << "\n" << world.Replay();
  }
}

void RefusesRenegotiation(World& w, End& end, Link& to_peer, RawPeer& raw) {
  for (int i = 0; i < 10 && !(end.handshake_done() && SSL_is_init_finished(raw.ssl())); ++i) {
    static_cast<void>(end.Handshake());
    raw.Step();
  }
  ASSERT_TRUE(end.handshake_done());
  raw.Say("before");
  EXPECT_EQ(SSL_renegotiate(raw.ssl()), 1);
  raw.Step();

  const std::size_t before = to_peer.sent();
  w.Equal(end.ReadAll(), Status::kWantRead, "Read() of the request");
  w.Lives(end);
  w.Got(end, BytesOf("before"));
  const auto& events = end.events();
  EXPECT_EQ(std::count(events.begin(), events.end(), Event::Type::kRenegotiationRefused), 1);
  const std::span<const std::byte> said = to_peer.history();
  w.Equal(RecordTypes(said.subspan(before)), Bytes{std::byte{21}}, "the answer is one alert");
  w.Equal(end.Write(BytesOf("after")).bytes, std::size_t{5}, "bytes taken after the refusal");

  // OpenSSL takes a refusal for the end, and says so: with that our session learns of it.
  EXPECT_EQ(raw.Listen(), SSL_R_NO_RENEGOTIATION);
  w.Equal(end.ReadAll(), Status::kError, "Read() of the peer's alert");
  w.Fails(end, {.kind = ErrorKind::kPeerAlert, .received = Alert::kHandshakeFailure});
}

TEST(RenegotiationTest, ServerRefusesTheClientsAndGoesOn) {
  World world({ClientBackend(), ServerBackend(), Version::kTls12, 1});
  world.Open(nullptr, world.Build(world.ServerRules()));
  RawPeer raw(false, world.to_server(), world.to_client());
  RefusesRenegotiation(world, world.server(), world.to_client(), raw);
  Report(world);
}

TEST(RenegotiationTest, ClientRefusesTheServersAndGoesOn) {
  World world({ClientBackend(), ServerBackend(), Version::kTls12, 1});
  world.Open(world.Build(world.ClientRules()), nullptr);
  RawPeer raw(true, world.to_client(), world.to_server());
  RefusesRenegotiation(world, world.client(), world.to_server(), raw);
  Report(world);
}

}  // namespace
}  // namespace tandem::conformance
