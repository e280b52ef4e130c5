// The facts of a connection, by IANA's numbers.

#include "backends/gnutls/info.h"

#include <array>
#include <cstddef>
#include <vector>

#include "backends/gnutls/algorithms.h"
#include "backends/gnutls/handles.h"

namespace tandem::gnutls {
namespace {

// Only the library's list of suites has IANA's numbers. In TLS 1.3 a suite is its cipher alone.
CipherSuite SuiteNumber(gnutls_session_t session) {
  const bool is_tls13 = NegotiatedVersion(session) == Version::kTls13;
  const gnutls_kx_algorithm_t exchange = gnutls_kx_get(session);
  std::array<unsigned char, 2> id{};
  gnutls_kx_algorithm_t kx = GNUTLS_KX_UNKNOWN;
  gnutls_cipher_algorithm_t cipher = GNUTLS_CIPHER_UNKNOWN;
  gnutls_mac_algorithm_t mac = GNUTLS_MAC_UNKNOWN;
  gnutls_protocol_t oldest = GNUTLS_VERSION_UNKNOWN;
  for (std::size_t i = 0;
       gnutls_cipher_suite_info(i, id.data(), &kx, &cipher, &mac, &oldest) != nullptr; ++i) {
    if ((oldest == GNUTLS_TLS1_3) != is_tls13 || cipher != gnutls_cipher_get(session)) continue;
    if (mac != gnutls_mac_get(session)) continue;
    if (is_tls13 || kx == exchange) {
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

// Nothing in an exchange by RSA encryption.
SignatureScheme PeerSignature(gnutls_session_t session, Role role) {
  const int scheme = role == Role::kClient ? gnutls_sign_algorithm_get(session)
                                           : gnutls_sign_algorithm_get_client(session);
  return SchemeNumber(static_cast<gnutls_sign_algorithm_t>(scheme));
}

}  // namespace

Version NegotiatedVersion(gnutls_session_t session) {
  return gnutls_protocol_get_version(session) == GNUTLS_TLS1_3 ? Version::kTls13 : Version::kTls12;
}

std::vector<Der> ReadPeerChain(gnutls_session_t session) {
  std::vector<Der> chain;
  unsigned count = 0;
  const gnutls_datum_t* ders = gnutls_certificate_get_peers(session, &count);
  for (unsigned i = 0; ders != nullptr && i < count; ++i) chain.push_back(BytesOf(ders[i]));
  return chain;
}

ConnectionInfo Describe(gnutls_session_t session, Role role, const std::string& server_name) {
  ConnectionInfo info;
  info.version = NegotiatedVersion(session);
  info.cipher_suite = SuiteNumber(session);
  info.group = GroupNumber(gnutls_group_get(session));
  info.extended_master_secret =
      info.version == Version::kTls13 || gnutls_session_ext_master_secret_status(session) != 0;
  info.alpn = ReadAlpn(session);
  gnutls_srtp_profile_t profile{};
  if (gnutls_srtp_get_selected_profile(session, &profile) >= 0) {
    info.srtp = static_cast<SrtpProfile>(profile);
  }
  info.server_name = server_name;
  info.peer_chain = ReadPeerChain(session);
  if (!info.peer_chain.empty()) info.peer_signature = PeerSignature(session, role);
  return info;
}

}  // namespace tandem::gnutls
