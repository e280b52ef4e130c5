// The server's answer to a ClientHello: who we are, and which protocol we will speak.

#include "backends/openssl/hello.h"

#include <cstddef>
#include <span>
#include <utility>

#include <openssl/err.h>

#include "backends/openssl/identity.h"
#include "backends/openssl/session.h"

namespace tandem::openssl {
namespace {

constexpr HelloExtension kExtensions[] = {
    HelloExtension::kServerName, HelloExtension::kSignatureAlgorithms, HelloExtension::kAlpn,
    HelloExtension::kSupportedVersions};

bool ReadHello(SSL* ssl, ClientHello& hello) {
  // SSL 2.0's hello has no extensions and other suites; nothing that we speak begins with it.
  if (SSL_client_hello_isv2(ssl) != 0) return false;
  const unsigned char* body = nullptr;
  std::size_t size = SSL_client_hello_get0_ciphers(ssl, &body);
  if (!ReadHelloCipherSuites(std::as_bytes(std::span(body, size)), hello)) return false;
  for (const HelloExtension type : kExtensions) {
    if (SSL_client_hello_get0_ext(ssl, static_cast<unsigned>(type), &body, &size) != 1) continue;
    if (!ReadHelloExtension(type, std::as_bytes(std::span(body, size)), hello)) return false;
  }
  return true;
}

}  // namespace

int OnClientHello(SSL* ssl, int* alert, void* /*unused*/) noexcept {
  LibrarySession& session = LibrarySession::Of(ssl);
  ClientHello hello;
  if (!ReadHello(ssl, hello)) {
    *alert = static_cast<int>(Alert::kDecodeError);
    return SSL_CLIENT_HELLO_ERROR;
  }
  const HelloAnswer* answer = session.policy().AnswerHello(hello);
  ERR_clear_error();  // The program's hook may have used the library.
  if (answer == nullptr) {
    *alert = static_cast<int>(session.policy().refusal_alert());
    return SSL_CLIENT_HELLO_ERROR;
  }
  session.set_hello(std::move(hello.server_name), answer);
  // The policy has checked that the identity is of this backend.
  if (!static_cast<const LoadedIdentity&>(answer->identity->loaded()).Apply(ssl)) {
    *alert = static_cast<int>(Alert::kInternalError);
    return SSL_CLIENT_HELLO_ERROR;
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

int OnSelectAlpn(SSL* ssl, const unsigned char** selected, unsigned char* selected_size,
                 const unsigned char* /*offered*/, unsigned int /*offered_size*/,
                 void* /*unused*/) noexcept {
  const HelloAnswer* answer = LibrarySession::Of(ssl).answer();
  if (answer == nullptr || answer->alpn.empty()) return SSL_TLSEXT_ERR_NOACK;
  *selected = reinterpret_cast<const unsigned char*>(answer->alpn.data());
  *selected_size = static_cast<unsigned char>(answer->alpn.size());
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace tandem::openssl
