// Keys and certificates for the tests of keys.

#include "backends/gnutls/key_pair.h"

#include <gnutls/x509.h>
#include <gtest/gtest.h>

#include <ctime>

namespace tandem::gnutls {
namespace {

CertificateHandle SelfSigned(gnutls_x509_privkey_t key) {
  gnutls_x509_crt_t raw = nullptr;
  gnutls_x509_crt_init(&raw);
  CertificateHandle certificate(raw);
  const std::time_t now = std::time(nullptr);
  gnutls_x509_crt_set_version(raw, 3);
  gnutls_x509_crt_set_serial(raw, "\1", 1);
  gnutls_x509_crt_set_dn(raw, "CN=one.test", nullptr);
  gnutls_x509_crt_set_activation_time(raw, now);
  gnutls_x509_crt_set_expiration_time(raw, now + 3600);
  gnutls_x509_crt_set_key(raw, key);
  const bool is_ed25519 = gnutls_x509_privkey_get_pk_algorithm(key) == GNUTLS_PK_EDDSA_ED25519;
  const auto digest = is_ed25519 ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256;
  EXPECT_EQ(gnutls_x509_crt_sign2(raw, raw, key, digest, 0), 0);
  return certificate;
}

}  // namespace

Pair::Pair(gnutls_pk_algorithm_t type, int bits) {
  gnutls_x509_privkey_t raw = nullptr;
  gnutls_x509_privkey_init(&raw);
  const X509KeyHandle key(raw);
  EXPECT_EQ(gnutls_x509_privkey_generate(raw, type, static_cast<unsigned>(bits), 0), 0);
  gnutls_privkey_t own = nullptr;
  gnutls_privkey_init(&own);
  own_.reset(own, Freer());
  EXPECT_EQ(gnutls_privkey_import_x509(own, raw, GNUTLS_PRIVKEY_IMPORT_COPY), 0);
  EXPECT_EQ(gnutls_pcert_import_x509(&leaf_, SelfSigned(raw).get(), 0), 0);
}

const Pair& Rsa() {
  static const Pair pair(GNUTLS_PK_RSA, kRsaBits);
  return pair;
}

}  // namespace tandem::gnutls
