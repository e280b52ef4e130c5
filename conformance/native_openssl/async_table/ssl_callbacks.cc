// S13: which of libssl's callbacks may pause a job.

#include <openssl/async.h>
#include <openssl/ssl.h>

#include <set>
#include <string>

#include "conformance/native_openssl/async_table/ssl_looks.h"
#include "conformance/native_openssl/async_table/ssl_pair.h"

namespace tandem::conformance::openssl_looks {
namespace {

using Seen = std::set<std::string>;

// Where callbacks find the set that they note themselves in.
int Index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

void PauseIn(SSL_CTX* context, const char* callback) {
  if (ASYNC_get_current_job() == nullptr) return;
  static_cast<Seen*>(SSL_CTX_get_ex_data(context, Index()))->insert(callback);
  ASYNC_pause_job();
}

void PauseIn(const SSL* ssl, const char* callback) { PauseIn(SSL_get_SSL_CTX(ssl), callback); }

int OnClientHello(SSL* ssl, int* /*alert*/, void* /*argument*/) {
  PauseIn(ssl, "client hello");
  return SSL_CLIENT_HELLO_SUCCESS;
}

int OnServerName(SSL* ssl, int* /*alert*/, void* /*argument*/) {
  PauseIn(ssl, "server name");
  return SSL_TLSEXT_ERR_OK;
}

int OnAlpn(SSL* ssl, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
           unsigned /*in_size*/, void* /*argument*/) {
  PauseIn(ssl, "ALPN");
  *out = in + 1;
  *out_size = in[0];
  return SSL_TLSEXT_ERR_OK;
}

int OnStatus(SSL* ssl, void* /*argument*/) {
  PauseIn(ssl, "OCSP status");
  return SSL_is_server(ssl) == 1 ? SSL_TLSEXT_ERR_NOACK : 1;
}

void OnKeyLog(const SSL* ssl, const char* /*line*/) { PauseIn(ssl, "key log"); }

void OnInfo(const SSL* ssl, int /*where*/, int /*result*/) { PauseIn(ssl, "info"); }

void OnMessage(int /*write*/, int /*version*/, int /*type*/, const void* /*bytes*/,
               std::size_t /*size*/, SSL* ssl, void* /*argument*/) {
  PauseIn(ssl, "message");
}

void SetCallbacks(SSL_CTX* context, Seen& seen) {
  SSL_CTX_set_ex_data(context, Index(), &seen);
  SSL_CTX_set_client_hello_cb(context, OnClientHello, nullptr);
  SSL_CTX_set_tlsext_servername_callback(context, OnServerName);
  SSL_CTX_set_alpn_select_cb(context, OnAlpn, nullptr);
  SSL_CTX_set_tlsext_status_cb(context, OnStatus);
  SSL_CTX_set_keylog_callback(context, OnKeyLog);
  SSL_CTX_set_info_callback(context, OnInfo);
  SSL_CTX_set_msg_callback(context, OnMessage);
}

}  // namespace

void S13(Observed& observed) {
  Seen seen;
  SslPair pair;
  for (SSL_CTX* context : {pair.server_context(), pair.client_context()}) {
    SetCallbacks(context, seen);
  }
  pair.on_server_certificate = [&] {
    seen.insert("certificate");
    return ASYNC_pause_job();
  };
  pair.on_client_verification = [&] {
    seen.insert("verification");
    return ASYNC_pause_job();
  };
  pair.Renew();
  const unsigned char protocols[] = {2, 'h', '2'};
  SSL_set_alpn_protos(pair.client(), protocols, sizeof(protocols));
  SSL_set_tlsext_host_name(pair.client(), "server.test");
  SSL_set_tlsext_status_type(pair.client(), TLSEXT_STATUSTYPE_ocsp);
  observed.Note("the handshake", pair.Finish() ? "is done" : "is not done");
  std::string names;
  for (const std::string& name : seen) names += (names.empty() ? "" : ", ") + name;
  observed.Note("paused in", names);
}

}  // namespace tandem::conformance::openssl_looks
