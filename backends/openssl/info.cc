// The facts of a connection, by IANA's numbers.

#include "backends/openssl/info.h"

#include <cstddef>
#include <span>
#include <vector>

#include <openssl/x509.h>

#include "backends/openssl/algorithms.h"
#include "backends/openssl/roots.h"

namespace tandem::openssl {
Version NegotiatedVersion(const SSL* ssl) {
  return SSL_version(ssl) == TLS1_3_VERSION ? Version::kTls13 : Version::kTls12;
}

std::vector<Der> ReadPeerChain(const SSL* ssl) {
  std::vector<Der> chain;
  const X509* leaf = SSL_get0_peer_certificate(ssl);
  if (leaf == nullptr) return chain;
  chain.push_back(DerOf(leaf));
  const STACK_OF(X509)* sent = SSL_get_peer_cert_chain(ssl);
  // A client's list begins with the leaf, a server's behind it.
  for (int i = SSL_is_server(ssl) != 0 ? 0 : 1; i < sk_X509_num(sent); ++i) {
    chain.push_back(DerOf(sk_X509_value(sent, i)));
  }
  return chain;
}

ConnectionInfo Describe(SSL* ssl, const std::string& server_name) {
  ConnectionInfo info;
  info.version = NegotiatedVersion(ssl);
  info.cipher_suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl));
  info.group = GroupNumber(ssl);
  info.peer_signature = SchemeNumber(ssl);
  info.extended_master_secret = info.version == Version::kTls13 || SSL_get_extms_support(ssl) == 1;
  const unsigned char* alpn = nullptr;
  unsigned alpn_size = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &alpn_size);
  if (alpn != nullptr) info.alpn.assign(alpn, alpn + alpn_size);
  if (const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl)) {
    info.srtp = static_cast<SrtpProfile>(profile->id);
  }
  info.server_name = server_name;
  info.peer_chain = ReadPeerChain(ssl);
  return info;
}

}  // namespace tandem::openssl
