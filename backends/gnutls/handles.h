// Owners for GnuTLS's objects.

#ifndef TANDEM_BACKENDS_GNUTLS_HANDLES_H_
#define TANDEM_BACKENDS_GNUTLS_HANDLES_H_

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/pkcs12.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

namespace tandem::gnutls {

/// Frees what a Handle owns.
struct Freer {
  void operator()(gnutls_session_t session) const { gnutls_deinit(session); }
  void operator()(gnutls_certificate_credentials_t credentials) const {
    gnutls_certificate_free_credentials(credentials);
  }
  void operator()(gnutls_priority_t priority) const { gnutls_priority_deinit(priority); }
  void operator()(gnutls_privkey_t key) const { gnutls_privkey_deinit(key); }
  void operator()(gnutls_x509_privkey_t key) const { gnutls_x509_privkey_deinit(key); }
  void operator()(gnutls_pubkey_t key) const { gnutls_pubkey_deinit(key); }
  void operator()(gnutls_x509_crt_t certificate) const { gnutls_x509_crt_deinit(certificate); }
  void operator()(gnutls_x509_crl_t list) const { gnutls_x509_crl_deinit(list); }
  void operator()(gnutls_x509_trust_list_t list) const { gnutls_x509_trust_list_deinit(list, 1); }
  void operator()(gnutls_x509_name_constraints_t constraints) const {
    gnutls_x509_name_constraints_deinit(constraints);
  }
  void operator()(gnutls_pkcs12_t file) const { gnutls_pkcs12_deinit(file); }
  void operator()(gnutls_pkcs12_bag_t bag) const { gnutls_pkcs12_bag_deinit(bag); }
  void operator()(std::vector<gnutls_pcert_st>* chain) const {
    for (gnutls_pcert_st& certificate : *chain) gnutls_pcert_deinit(&certificate);
    delete chain;
  }
  void operator()(unsigned char* bytes) const { gnutls_free(bytes); }
};

/// Owns what one of GnuTLS's pointer types points to.
template <typename Pointer>
using Handle = std::unique_ptr<std::remove_pointer_t<Pointer>, Freer>;

using SessionHandle = Handle<gnutls_session_t>;
using CredentialsHandle = Handle<gnutls_certificate_credentials_t>;
using PriorityHandle = Handle<gnutls_priority_t>;
using KeyHandle = Handle<gnutls_privkey_t>;
using X509KeyHandle = Handle<gnutls_x509_privkey_t>;
using PublicKeyHandle = Handle<gnutls_pubkey_t>;
using CertificateHandle = Handle<gnutls_x509_crt_t>;
using ChainHandle = Handle<std::vector<gnutls_pcert_st>*>;
using RevocationListHandle = Handle<gnutls_x509_crl_t>;
using TrustListHandle = Handle<gnutls_x509_trust_list_t>;
using ConstraintsHandle = Handle<gnutls_x509_name_constraints_t>;
using Pkcs12Handle = Handle<gnutls_pkcs12_t>;
using BagHandle = Handle<gnutls_pkcs12_bag_t>;
using BytesHandle = Handle<unsigned char*>;

/// Owns a private key together with others.
using SharedKey = std::shared_ptr<std::remove_pointer_t<gnutls_privkey_t>>;

/// Returns `bytes` as the library takes them. It takes a pointer to what it only reads.
inline gnutls_datum_t DatumOf(std::span<const std::byte> bytes) {
  auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
  return {data, static_cast<unsigned int>(bytes.size())};
}

/// Returns a copy of what the library hands out.
inline std::vector<std::byte> BytesOf(const gnutls_datum_t& datum) {
  const auto bytes = std::as_bytes(std::span(datum.data, datum.size));
  return {bytes.begin(), bytes.end()};
}

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_HANDLES_H_
