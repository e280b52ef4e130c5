// The server's answer to a ClientHello: who we are, and which protocol we will speak.

#include "backends/gnutls/hello.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "backends/gnutls/algorithms.h"
#include "backends/gnutls/identity.h"
#include "backends/gnutls/info.h"
#include "backends/gnutls/session.h"

namespace tandem::gnutls {
namespace {

// The policy and the Config have checked that the identity is of this backend.
const LoadedIdentity& LoadedOf(const Identity& identity) {
  return static_cast<const LoadedIdentity&>(identity.loaded());
}

// Says whether `identity`, whose key is that of `leaf`, can sign by `scheme`. TLS 1.2 does not tie
// ECDSA's digest to its curve, and has PKCS#1.
bool CanSign(gnutls_session_t raw, const Identity& identity, const gnutls_pcert_st& leaf,
             gnutls_sign_algorithm_t scheme) {
  const SignatureScheme number = SchemeNumber(scheme);
  if (NegotiatedVersion(raw) == Version::kTls13) {
    return identity.CanSignAny({&number, 1}, Version::kTls13);
  }
  const auto key_type =
      static_cast<gnutls_pk_algorithm_t>(gnutls_pubkey_get_pk_algorithm(leaf.pubkey, nullptr));
  return LoadedOf(identity).MaySign(number) &&
         gnutls_sign_supports_pk_algorithm(scheme, key_type) != 0;
}

// Says whether the peer has named a signature scheme of ours for the key of `leaf`. GnuTLS fails if
// it serves a client's certificate that cannot be proved so; OpenSSL shows none.
bool PeerVerifies(gnutls_session_t raw, const gnutls_pcert_st& leaf, const Settings& settings) {
  const auto& ours = settings.signature_schemes;
  const bool are_unknown = !settings.raw_rules.empty();
  gnutls_sign_algorithm_t scheme = GNUTLS_SIGN_UNKNOWN;
  for (std::size_t i = 0; gnutls_sign_algorithm_get_requested(raw, i, &scheme) >= 0; ++i) {
    const bool is_ours =
        are_unknown || std::find(ours.begin(), ours.end(), SchemeNumber(scheme)) != ours.end();
    if (is_ours && CanSign(raw, *settings.identity, leaf, scheme)) return true;
  }
  return false;
}

int Answer(LibrarySession& session, gnutls_session_t raw, const gnutls_datum_t& message) {
  const bool second = session.answer() != nullptr;
  // TLS 1.2 has one hello. Another one asks for a renegotiation, which is refused elsewhere.
  if (second && gnutls_protocol_get_version(raw) != GNUTLS_TLS1_3) return 0;
  std::string server_name;
  const HelloAnswer* answer = session.policy().AnswerHello(
      std::as_bytes(std::span(message.data, message.size)), server_name);
  if (answer == nullptr) return GNUTLS_E_USER_ERROR;
  if (second) return 0;
  session.set_hello(std::move(server_name), answer);
  if (!LoadedOf(*answer->identity).MayDecrypt()) {
    const int code = session.config().ForbidDecryption(raw);
    if (code < 0) return code;
  }
  if (answer->srtp.has_value()) {
    const int code =
        gnutls_srtp_set_profile(raw, static_cast<gnutls_srtp_profile_t>(*answer->srtp));
    if (code < 0) return code;
  }
  if (answer->alpn.empty()) return 0;
  const std::string& alpn = answer->alpn;
  // The library takes a pointer to what it only reads.
  auto* name = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(alpn.data()));
  const gnutls_datum_t protocol{name, static_cast<unsigned int>(alpn.size())};
  return gnutls_alpn_set_protocols(raw, &protocol, 1, 0);
}

}  // namespace

int OnClientHello(gnutls_session_t raw, const gnutls_datum_t& message) noexcept {
  LibrarySession& session = LibrarySession::Of(raw);
  return session.policy().Within(GNUTLS_E_USER_ERROR,
                                 [&] { return Answer(session, raw, message); });
}

int OnServerHello(gnutls_session_t raw, const gnutls_datum_t& message) noexcept {
  LibrarySession& session = LibrarySession::Of(raw);
  return session.policy().Within(GNUTLS_E_USER_ERROR, [&] {
    const auto alert = session.policy().JudgeAnswer(
        std::as_bytes(std::span(message.data, message.size)), session.sent_hello());
    return alert.has_value() ? GNUTLS_E_USER_ERROR : 0;
  });
}

int OnSelectIdentity(gnutls_session_t raw, const struct gnutls_cert_retr_st* /*info*/,
                     gnutls_pcert_st** chain, unsigned int* chain_size,
                     gnutls_ocsp_data_st** responses, unsigned int* responses_size,
                     gnutls_privkey_t* key, unsigned int* flags) noexcept {
  *chain = nullptr;
  *chain_size = 0;
  *responses = nullptr;
  *responses_size = 0;
  *key = nullptr;
  *flags = 0;  // What is served stays ours.
  const LibrarySession& session = LibrarySession::Of(raw);
  const bool server = session.settings().role == Role::kServer;
  if (server && session.answer() == nullptr) return 0;
  const auto& identity = server ? session.answer()->identity : session.settings().identity;
  if (identity == nullptr) return 0;
  LoadedOf(*identity).Apply(chain, chain_size, key);
  if (!server && !PeerVerifies(raw, **chain, session.settings())) *chain_size = 0;
  return 0;
}

}  // namespace tandem::gnutls
