// The facts of a connection, by IANA's numbers.

#include "backends/openssl/info.h"

#include <cstddef>
#include <span>
#include <vector>

#include <openssl/x509.h>

#include "backends/openssl/config.h"
#include "backends/openssl/handles.h"

namespace tandem::openssl {
namespace {

std::vector<std::byte> Der(const X509* certificate) {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(certificate, &encoded);
  if (size <= 0) return {};
  const BytesHandle owner(encoded);
  const auto bytes = std::as_bytes(std::span(encoded, static_cast<std::size_t>(size)));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::vector<std::byte>> ReadPeerChain(const SSL* ssl) {
  std::vector<std::vector<std::byte>> chain;
  const X509* leaf = SSL_get0_peer_certificate(ssl);
  if (leaf == nullptr) return chain;
  chain.push_back(Der(leaf));
  const STACK_OF(X509)* sent = SSL_get_peer_cert_chain(ssl);
  // A client's list begins with the leaf, a server's behind it.
  for (int i = SSL_is_server(ssl) != 0 ? 0 : 1; i < sk_X509_num(sent); ++i) {
    chain.push_back(Der(sk_X509_value(sent, i)));
  }
  return chain;
}

}  // namespace

Version NegotiatedVersion(const SSL* ssl) {
  return SSL_version(ssl) == TLS1_3_VERSION ? Version::kTls13 : Version::kTls12;
}

ConnectionInfo Describe(SSL* ssl, const std::string& server_name) {
  ConnectionInfo info;
  info.version = NegotiatedVersion(ssl);
  info.cipher_suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl));
  info.group = GroupNumber(static_cast<int>(SSL_get_negotiated_group(ssl)));
  const unsigned char* alpn = nullptr;
  unsigned alpn_size = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &alpn_size);
  if (alpn != nullptr) info.alpn.assign(alpn, alpn + alpn_size);
  info.server_name = server_name;
  info.peer_chain = ReadPeerChain(ssl);
  return info;
}

}  // namespace tandem::openssl
