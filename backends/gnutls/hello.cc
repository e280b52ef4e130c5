// The server's answer to a ClientHello: who we are, and which protocol we will speak.

#include "backends/gnutls/hello.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backends/gnutls/identity.h"
#include "backends/gnutls/session.h"

namespace tandem::gnutls {
namespace {

// Where the session id stands: behind legacy_version and random (RFC 8446 section 4.1.2).
constexpr std::size_t kSessionIdOffset = 34;

// The extension supported_groups, which only the library reads.
constexpr unsigned kSupportedGroups = 10;

// What GnuTLS's table of errors calls a decode_error.
constexpr int kMalformed = GNUTLS_E_UNEXPECTED_PACKET_LENGTH;

std::uint16_t ReadNumber(std::span<const std::byte> at) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(at[0]) << 8 |
                                    std::to_integer<unsigned>(at[1]));
}

bool ReadCipherSuites(std::span<const std::byte> message, ClientHello& hello) {
  if (message.size() <= kSessionIdOffset) return false;
  const std::size_t skipped =
      kSessionIdOffset + 1 + std::to_integer<std::size_t>(message[kSessionIdOffset]);
  if (message.size() < skipped + 2) return false;
  const std::size_t size = ReadNumber(message.subspan(skipped));
  const auto rest = message.subspan(skipped + 2);
  return size <= rest.size() && ReadHelloCipherSuites(rest.first(size), hello);
}

// What is read, and which extensions it was read from.
struct Reading {
  ClientHello hello;
  std::vector<unsigned> types;

  bool Has(unsigned type) const {
    return std::find(types.begin(), types.end(), type) != types.end();
  }
};

int OnExtension(void* context, unsigned int type, const unsigned char* body,
                unsigned int size) noexcept {
  auto& reading = *static_cast<Reading*>(context);
  if (reading.Has(type)) return GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;  // RFC 8446 section 4.2.
  reading.types.push_back(type);
  const bool ok = ReadHelloExtension(static_cast<HelloExtension>(type),
                                     std::as_bytes(std::span(body, size)), reading.hello);
  return ok ? 0 : kMalformed;
}

int ReadHello(const gnutls_datum_t& message, Reading& reading) {
  if (!ReadCipherSuites(std::as_bytes(std::span(message.data, message.size)), reading.hello)) {
    return kMalformed;
  }
  const int code =
      gnutls_ext_raw_parse(&reading, OnExtension, &message, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO);
  return code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ? 0 : code;  // A hello without extensions.
}

// Finds what GnuTLS looks for late, and then takes for the want of a common cipher suite.
int CheckHello(const gnutls_datum_t& message, const Reading& reading, const Settings& settings) {
  const auto min = static_cast<std::uint16_t>(settings.version_min);
  const auto max = static_cast<std::uint16_t>(settings.version_max);
  const auto& offered = reading.hello.supported_versions;
  if (offered.empty()) {  // RFC 8446 section 4.2.1: then it speaks TLS 1.2 and below.
    const auto legacy = ReadNumber(std::as_bytes(std::span(message.data, message.size)));
    const bool shared = settings.version_min == Version::kTls12 && legacy >= min;
    return shared ? 0 : GNUTLS_E_UNSUPPORTED_VERSION_PACKET;
  }
  std::uint16_t version = 0;
  for (const std::uint16_t candidate : offered) {
    if (candidate >= min && candidate <= max) version = std::max(version, candidate);
  }
  if (version == 0) return GNUTLS_E_UNSUPPORTED_VERSION_PACKET;
  if (version < static_cast<std::uint16_t>(Version::kTls13)) return 0;
  const bool complete = reading.Has(kSupportedGroups) &&
                        reading.Has(static_cast<unsigned>(HelloExtension::kSignatureAlgorithms));
  return complete ? 0 : GNUTLS_E_MISSING_EXTENSION;
}

// Says whether the peer has named a signature scheme for the key of `leaf`. GnuTLS fails if it
// serves a client's certificate that the server cannot want; OpenSSL shows none.
bool PeerVerifies(gnutls_session_t raw, const gnutls_pcert_st& leaf) {
  const auto key_type =
      static_cast<gnutls_pk_algorithm_t>(gnutls_pubkey_get_pk_algorithm(leaf.pubkey, nullptr));
  gnutls_sign_algorithm_t scheme = GNUTLS_SIGN_UNKNOWN;
  for (std::size_t i = 0; gnutls_sign_algorithm_get_requested(raw, i, &scheme) >= 0; ++i) {
    if (gnutls_sign_supports_pk_algorithm(scheme, key_type) != 0) return true;
  }
  return false;
}

}  // namespace

int OnClientHello(gnutls_session_t raw, const gnutls_datum_t& message) noexcept {
  LibrarySession& session = LibrarySession::Of(raw);
  // The second one, behind a HelloRetryRequest, is answered as the first one was.
  if (session.answer() != nullptr) return 0;
  Reading reading;
  if (const int code = ReadHello(message, reading); code < 0) return code;
  const HelloAnswer* answer = session.policy().AnswerHello(reading.hello);
  if (answer == nullptr) return GNUTLS_E_USER_ERROR;
  session.set_hello(std::move(reading.hello.server_name), answer);
  if (const int code = CheckHello(message, reading, session.settings()); code < 0) return code;
  if (answer->alpn.empty()) return 0;
  const std::string& alpn = answer->alpn;
  // The library takes a pointer to what it only reads.
  auto* name = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(alpn.data()));
  const gnutls_datum_t protocol{name, static_cast<unsigned int>(alpn.size())};
  return gnutls_alpn_set_protocols(raw, &protocol, 1, 0);
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
  // The policy and the Config have checked that the identity is of this backend.
  static_cast<const LoadedIdentity&>(identity->loaded()).Apply(chain, chain_size, key);
  if (!server && !PeerVerifies(raw, **chain)) *chain_size = 0;
  return 0;
}

}  // namespace tandem::gnutls
