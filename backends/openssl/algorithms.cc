// Suites, groups and signature schemes: IANA's numbers, and the names that OpenSSL has for them.

#include "backends/openssl/algorithms.h"

#include <algorithm>
#include <iterator>

#include <openssl/evp.h>
#include <openssl/objects.h>

#include "backends/openssl/call.h"
#include "backends/openssl/handles.h"

namespace tandem::openssl {
namespace {

struct SuiteName {
  CipherSuite suite;
  const char* name;
};

constexpr SuiteName kSuites[] = {
    {0x1301, "TLS_AES_128_GCM_SHA256"},
    {0x1302, "TLS_AES_256_GCM_SHA384"},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
    {0x1304, "TLS_AES_128_CCM_SHA256"},
    {0xC02B, "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {0xC02F, "ECDHE-RSA-AES128-GCM-SHA256"},
    {0xC02C, "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {0xC030, "ECDHE-RSA-AES256-GCM-SHA384"},
    {0xCCA9, "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {0xCCA8, "ECDHE-RSA-CHACHA20-POLY1305"},
    {0xC009, "ECDHE-ECDSA-AES128-SHA"},
    {0xC013, "ECDHE-RSA-AES128-SHA"},
    {0xC00A, "ECDHE-ECDSA-AES256-SHA"},
    {0xC014, "ECDHE-RSA-AES256-SHA"},
    {0x009C, "AES128-GCM-SHA256"},
    {0x009D, "AES256-GCM-SHA384"},
    {0x002F, "AES128-SHA"},
    {0x0035, "AES256-SHA"},
};

constexpr Group kGroups[] = {kX25519MlKem768, 0x11EB, 0x11ED, 0x001D, 0x0017, 0x0018, 0x0019,
                             0x001E,          0x0100, 0x0101, 0x0102, 0x0103, 0x0104};

// What a scheme is made of. OpenSSL has one number for both kinds of RSA-PSS.
struct SchemeParts {
  SignatureScheme scheme;
  int key_type;
  int hash;
};

constexpr SchemeParts kSchemes[] = {
    {0x0403, EVP_PKEY_EC, NID_sha256},      {0x0804, EVP_PKEY_RSA_PSS, NID_sha256},
    {0x0807, EVP_PKEY_ED25519, NID_undef},  {0x0503, EVP_PKEY_EC, NID_sha384},
    {0x0603, EVP_PKEY_EC, NID_sha512},      {0x0805, EVP_PKEY_RSA_PSS, NID_sha384},
    {0x0806, EVP_PKEY_RSA_PSS, NID_sha512}, {0x0808, EVP_PKEY_ED448, NID_undef},
    {0x0809, EVP_PKEY_RSA_PSS, NID_sha256}, {0x080A, EVP_PKEY_RSA_PSS, NID_sha384},
    {0x080B, EVP_PKEY_RSA_PSS, NID_sha512}, {0x0401, EVP_PKEY_RSA, NID_sha256},
    {0x0501, EVP_PKEY_RSA, NID_sha384},     {0x0601, EVP_PKEY_RSA, NID_sha512},
};

constexpr SignatureScheme kPssByPssKey = 0x0809;  // And the two that follow.

}  // namespace

std::vector<CipherSuite> CipherSuites() {
  const CleanQueue clean;
  const ContextHandle probe(SSL_CTX_new(TLS_method()));
  std::vector<CipherSuite> suites;
  for (const SuiteName& row : kSuites) {
    const int known = IsTls13Suite(row.suite) ? SSL_CTX_set_ciphersuites(probe.get(), row.name)
                                              : SSL_CTX_set_cipher_list(probe.get(), row.name);
    if (known == 1) suites.push_back(row.suite);
  }
  return suites;
}

std::vector<Group> Groups() {
  const CleanQueue clean;
  const ContextHandle probe(SSL_CTX_new(TLS_method()));
  std::vector<Group> groups;
  for (const Group group : kGroups) {
    if (SSL_CTX_set1_groups_list(probe.get(), GroupName(group).c_str()) == 1) {
      groups.push_back(group);
    }
  }
  return groups;
}

std::vector<SignatureScheme> SignatureSchemes() {
  const CleanQueue clean;
  const ContextHandle probe(SSL_CTX_new(TLS_method()));
  std::vector<SignatureScheme> schemes;
  for (const SchemeParts& row : kSchemes) {
    if (SSL_CTX_set1_sigalgs_list(probe.get(), SignatureSchemeName(row.scheme).c_str()) == 1) {
      schemes.push_back(row.scheme);
    }
  }
  return schemes;
}

Group GroupNumber(SSL* ssl) {
  const char* name = SSL_group_to_name(ssl, static_cast<int>(SSL_get_negotiated_group(ssl)));
  return name == nullptr ? Group{0} : GroupNamed(name).value_or(0);
}

SignatureScheme SchemeNumber(SSL* ssl) {
  int key_type = NID_undef;
  int hash = NID_undef;
  const X509* leaf = SSL_get0_peer_certificate(ssl);
  if (leaf == nullptr || SSL_get_peer_signature_type_nid(ssl, &key_type) != 1) return 0;
  SSL_get_peer_signature_nid(ssl, &hash);
  const EVP_PKEY* key = X509_get0_pubkey(leaf);
  const bool pss_key = key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS;
  const auto* row =
      std::find_if(std::begin(kSchemes), std::end(kSchemes), [&](const SchemeParts& known) {
        const bool pss = known.key_type == EVP_PKEY_RSA_PSS;
        return known.key_type == key_type && (known.hash == NID_undef || known.hash == hash) &&
               (!pss || (known.scheme >= kPssByPssKey) == pss_key);
      });
  return row == std::end(kSchemes) ? SignatureScheme{0} : row->scheme;
}

const char* NameOfSuite(CipherSuite suite) {
  const auto* row = std::find_if(std::begin(kSuites), std::end(kSuites),
                                 [suite](const SuiteName& known) { return known.suite == suite; });
  return row == std::end(kSuites) ? nullptr : row->name;
}

}  // namespace tandem::openssl
