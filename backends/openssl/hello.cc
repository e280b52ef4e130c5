// The server's answer to a ClientHello: who we are, and which protocol we will speak.

#include "backends/openssl/hello.h"

#include <string>
#include <utility>

#include <openssl/err.h>

#include "backends/openssl/identity.h"
#include "backends/openssl/session.h"

namespace tandem::openssl {
namespace {

int HasNoCertificate(SSL* /*ssl*/, void* /*unused*/) noexcept { return 0; }

int Answer(LibrarySession& session, SSL* ssl, int* alert) {
  const bool second = session.answer() != nullptr;
  std::string server_name;
  const HelloAnswer* answer = session.policy().AnswerHello(session.TakeClientHello(), server_name);
  ERR_clear_error();  // The program's hook may have used the library.
  if (answer == nullptr) {
    const Alert due = session.policy().refusal_alert();
    if (due == Alert::kMissingExtension && !second) {
      // As long as no version is chosen the library makes handshake_failure of this one. A little
      // later it sees by itself what is missing, if it believes that it will have a certificate.
      SSL_set_cert_cb(ssl, HasNoCertificate, nullptr);
      return SSL_CLIENT_HELLO_SUCCESS;
    }
    *alert = static_cast<int>(due);
    return SSL_CLIENT_HELLO_ERROR;
  }
  if (second) return SSL_CLIENT_HELLO_SUCCESS;
  session.set_hello(std::move(server_name), answer);
  // The policy has checked that the identity is of this backend.
  if (!session.Become(static_cast<const LoadedIdentity&>(answer->identity->loaded()))) {
    return SSL_CLIENT_HELLO_ERROR;
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

}  // namespace

int OnClientHello(SSL* ssl, int* alert, void* /*unused*/) noexcept {
  LibrarySession& session = LibrarySession::Of(ssl);
  *alert = static_cast<int>(Alert::kInternalError);
  return session.policy().Within(SSL_CLIENT_HELLO_ERROR,
                                 [&] { return Answer(session, ssl, alert); });
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
