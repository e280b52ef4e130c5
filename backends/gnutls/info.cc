// The facts of a connection, by IANA's numbers.

#include "backends/gnutls/info.h"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "backends/gnutls/config.h"

namespace tandem::gnutls {
namespace {

std::vector<std::vector<std::byte>> ReadPeerChain(gnutls_session_t session) {
  std::vector<std::vector<std::byte>> chain;
  unsigned count = 0;
  const gnutls_datum_t* ders = gnutls_certificate_get_peers(session, &count);
  if (ders == nullptr) return chain;
  for (unsigned i = 0; i < count; ++i) {
    const auto der = std::as_bytes(std::span(ders[i].data, ders[i].size));
    chain.emplace_back(der.begin(), der.end());
  }
  return chain;
}

// Only the library's list of suites has IANA's numbers. In TLS 1.3 a suite is its cipher alone.
CipherSuite SuiteNumber(gnutls_session_t session) {
  const gnutls_protocol_t version = gnutls_protocol_get_version(session);
  const gnutls_kx_algorithm_t exchange = gnutls_kx_get(session);
  std::array<unsigned char, 2> id{};
  gnutls_kx_algorithm_t kx = GNUTLS_KX_UNKNOWN;
  gnutls_cipher_algorithm_t cipher = GNUTLS_CIPHER_UNKNOWN;
  gnutls_mac_algorithm_t mac = GNUTLS_MAC_UNKNOWN;
  gnutls_protocol_t oldest = GNUTLS_VERSION_UNKNOWN;
  for (std::size_t i = 0;
       gnutls_cipher_suite_info(i, id.data(), &kx, &cipher, &mac, &oldest) != nullptr; ++i) {
    if (oldest != version || cipher != gnutls_cipher_get(session)) continue;
    if (mac != gnutls_mac_get(session)) continue;
    if (version == GNUTLS_TLS1_3 || kx == exchange) {
      return static_cast<CipherSuite>(id[0] << 8 | id[1]);
    }
  }
  return 0;
}

std::string ReadAlpn(gnutls_session_t session) {
  gnutls_datum_t protocol{};
  if (gnutls_alpn_get_selected_protocol(session, &protocol) < 0) return {};
  return {reinterpret_cast<const char*>(protocol.data), protocol.size};
}

}  // namespace

Version NegotiatedVersion(gnutls_session_t session) {
  return gnutls_protocol_get_version(session) == GNUTLS_TLS1_3 ? Version::kTls13 : Version::kTls12;
}

ConnectionInfo Describe(gnutls_session_t session, const std::string& server_name) {
  ConnectionInfo info;
  info.version = NegotiatedVersion(session);
  info.cipher_suite = SuiteNumber(session);
  info.group = GroupNumber(gnutls_group_get(session));
  info.alpn = ReadAlpn(session);
  info.server_name = server_name;
  info.peer_chain = ReadPeerChain(session);
  return info;
}

}  // namespace tandem::gnutls
