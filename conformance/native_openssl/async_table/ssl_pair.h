// Two SSLs and the wire between them, without anything of tandem's.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SSL_PAIR_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SSL_PAIR_H_

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>

#include "conformance/native_openssl/vendor.h"

namespace tandem::conformance {

/// A client and a server that have SSL_MODE_ASYNC, TLS 1.3, with callbacks that rows fill.
class SslPair {
 public:
  SslPair();
  SslPair(const SslPair&) = delete;
  SslPair& operator=(const SslPair&) = delete;

  SSL* server() { return server_.get(); }
  SSL* client() { return client_.get(); }
  SSL_CTX* server_context() { return server_context_.get(); }
  SSL_CTX* client_context() { return client_context_.get(); }

  /// Makes both anew, as their contexts are now.
  void Renew();

  /// Has the server get as far as its certificate, and returns what SSL_get_error() says then.
  int ServerStep();

  /// Runs the handshake until neither end gets on; says whether both are done.
  bool Finish();

  /// Frees the server.
  void FreeServer() { server_.reset(); }

  /// Run inside the server's choice of a certificate and the client's verification.
  std::function<int()> on_server_certificate = [] { return 1; };
  std::function<int()> on_client_verification = [] { return 1; };

 private:
  SslContextPointer server_context_;
  SslContextPointer client_context_;
  SslPointer server_;
  SslPointer client_;
};

/// Returns "want_async" and so on for what SSL_get_error() returns.
std::string ErrorName(int error);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SSL_PAIR_H_
