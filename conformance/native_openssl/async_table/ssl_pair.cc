#include "conformance/native_openssl/async_table/ssl_pair.h"

#include <openssl/err.h>

namespace tandem::conformance {
namespace {

constexpr int kWireBytes = 65536;

int OnCertificate(SSL* /*ssl*/, void* pair) {
  return static_cast<SslPair*>(pair)->on_server_certificate();
}

int OnVerification(X509_STORE_CTX* /*store*/, void* pair) {
  return static_cast<SslPair*>(pair)->on_client_verification();
}

int Step(SSL* ssl) {
  ERR_clear_error();
  return SSL_get_error(ssl, SSL_do_handshake(ssl));
}

}  // namespace

SslPair::SslPair()
    : server_context_(SSL_CTX_new(TLS_server_method())),
      client_context_(SSL_CTX_new(TLS_client_method())) {
  for (SSL_CTX* context : {server_context(), client_context()}) {
    SSL_CTX_set_mode(context, SSL_MODE_ASYNC);
  }
  SSL_CTX_use_certificate(server_context(), ReadCertificate("server_p256").get());
  SSL_CTX_use_PrivateKey(server_context(), ReadKey("server_p256").get());
  SSL_CTX_set_cert_cb(server_context(), OnCertificate, this);
  SSL_CTX_set_verify(client_context(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(client_context(), OnVerification, this);
  Renew();
}

void SslPair::Renew() {
  server_.reset(SSL_new(server_context()));
  client_.reset(SSL_new(client_context()));
  BIO* server_end = nullptr;
  BIO* client_end = nullptr;
  BIO_new_bio_pair(&server_end, kWireBytes, &client_end, kWireBytes);
  SSL_set_bio(server(), server_end, server_end);
  SSL_set_bio(client(), client_end, client_end);
  SSL_set_accept_state(server());
  SSL_set_connect_state(client());
}

int SslPair::ServerStep() {
  Step(client());
  return Step(server());
}

bool SslPair::Finish() {
  constexpr int kSteps = 1000;
  for (int i = 0; i < kSteps; ++i) {
    if (Step(client()) == SSL_ERROR_NONE && Step(server()) == SSL_ERROR_NONE) return true;
    Step(server());
  }
  return false;
}

std::string ErrorName(int error) {
  switch (error) {
    case SSL_ERROR_NONE: return "ok";
    case SSL_ERROR_SSL: return "error";
    case SSL_ERROR_WANT_READ: return "want_read";
    case SSL_ERROR_WANT_WRITE: return "want_write";
    case SSL_ERROR_WANT_X509_LOOKUP: return "want_x509_lookup";
    case SSL_ERROR_SYSCALL: return "syscall";
    case SSL_ERROR_WANT_ASYNC: return "want_async";
    case SSL_ERROR_WANT_ASYNC_JOB: return "want_async_job";
    default: return std::to_string(error);
  }
}

}  // namespace tandem::conformance
