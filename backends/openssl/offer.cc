// What an SSL_CTX would offer: read from a ClientHello that it makes, and that nobody is sent.

#include "backends/openssl/offer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <openssl/bio.h>

#include "backends/openssl/call.h"
#include "backends/openssl/handles.h"
#include "tandem/client_hello.h"

namespace tandem::openssl {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kDatagramHeaderBytes = 12;

// Numbers in the list of suites that are signals: RFC 5746, RFC 7507.
constexpr CipherSuite kSignals[] = {0x00FF, 0x5600};

void KeepHello(int sent, int /*version*/, int type, const void* content, std::size_t size,
               SSL* /*ssl*/, void* kept) noexcept {
  const Bytes message(static_cast<const std::byte*>(content), size);
  if (sent == 0 || type != SSL3_RT_HANDSHAKE || size < kHeaderBytes) return;
  if (message[0] != std::byte{SSL3_MT_CLIENT_HELLO}) return;
  auto& hello = *static_cast<std::vector<std::byte>*>(kept);
  if (message.size() <= hello.capacity()) hello.assign(message.begin(), message.end());
}

std::vector<std::byte> MakeHello(SSL_CTX* context) {
  std::vector<std::byte> hello;
  hello.reserve(SSL3_RT_MAX_PLAIN_LENGTH);  // KeepHello() is called by C and must find the room.
  const SessionHandle ssl(SSL_new(context));
  BIO* silence = BIO_new(BIO_s_mem());
  BIO* nowhere = BIO_new(BIO_s_null());
  if (ssl == nullptr || silence == nullptr || nowhere == nullptr) {
    BIO_free(silence);
    BIO_free(nowhere);
    return hello;
  }
  SSL_set_bio(ssl.get(), silence, nowhere);
  SSL_set_connect_state(ssl.get());
  SSL_set_msg_callback(ssl.get(), KeepHello);
  SSL_set_msg_callback_arg(ssl.get(), &hello);
  SSL_set_options(ssl.get(), SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(ssl.get(), SSL3_RT_MAX_PLAIN_LENGTH);  // A datagram's hello in one piece.
  SSL_do_handshake(ssl.get());
  return hello;
}

bool Holds(std::span<const std::uint16_t> list, std::uint16_t number) {
  return std::find(list.begin(), list.end(), number) != list.end();
}

}  // namespace

std::optional<Offer> ReadOffer(SSL_CTX* context) {
  const CleanQueue clean;
  const std::vector<std::byte> message = MakeHello(context);
  if (message.empty()) return std::nullopt;
  ClientHello hello;
  HelloRules rules;
  rules.datagrams = SSL_CTX_get_min_proto_version(context) == DTLS1_2_VERSION;
  const std::size_t header = rules.datagrams ? kDatagramHeaderBytes : kHeaderBytes;
  if (ReadClientHello(Bytes(message).subspan(header), rules, hello)) {
    return std::nullopt;  // Not even a version is common to it and to us.
  }
  Offer offer{{},
              {},
              std::move(hello.groups),
              std::move(hello.signature_schemes),
              SSL_CTX_get_security_level(context)};
  const auto& versions = hello.supported_versions;
  for (const Version version : {Version::kTls12, Version::kTls13}) {
    const bool spoken = versions.empty() ? version == Version::kTls12
                                         : Holds(versions, static_cast<std::uint16_t>(version));
    if (spoken) offer.versions.push_back(version);
  }
  for (const CipherSuite suite : hello.cipher_suites) {
    if (!Holds(kSignals, suite)) offer.cipher_suites.push_back(suite);
  }
  return offer;
}

}  // namespace tandem::openssl
