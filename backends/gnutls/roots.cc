// The certificates that a Config trusts.

#include "backends/gnutls/roots.h"

#include <algorithm>
#include <string>
#include <utility>

#include <gnutls/x509.h>

#include "backends/gnutls/errors.h"

namespace tandem::gnutls {
namespace {

int ReadCertificate(std::span<const std::byte> der, CertificateHandle& certificate) {
  gnutls_x509_crt_t raw = nullptr;
  if (const int code = gnutls_x509_crt_init(&raw); code < 0) return code;
  certificate.reset(raw);
  const gnutls_datum_t datum = DatumOf(der);
  return gnutls_x509_crt_import(raw, &datum, GNUTLS_X509_FMT_DER);
}

bool Add(Roots& roots, gnutls_x509_crt_t certificate, Der der) {
  gnutls_datum_t subject{};
  if (gnutls_x509_crt_get_raw_dn(certificate, &subject) < 0) return false;
  const BytesHandle owner(subject.data);
  std::vector<Der>& same_name = roots[BytesOf(subject)];
  if (std::find(same_name.begin(), same_name.end(), der) == same_name.end()) {
    same_name.push_back(std::move(der));
  }
  return true;
}

// Where a walk through a list stands. At the end GnuTLS frees it itself, and makes it null.
struct Place {
  ~Place() {
    if (at != nullptr) gnutls_x509_trust_list_iter_deinit(at);
  }

  gnutls_x509_trust_list_iter_t at = nullptr;
};

}  // namespace

CertificateHandle ParseCertificate(std::span<const std::byte> der) {
  CertificateHandle certificate;
  if (ReadCertificate(der, certificate) < 0) return nullptr;
  return certificate;
}

Result<std::size_t> AddSystemRoots(Roots& roots, TrustListHandle& machine, bool may_be_empty) {
  gnutls_x509_trust_list_t raw = nullptr;
  if (gnutls_x509_trust_list_init(&raw, 0) < 0) return MakeFault(Fault::kOutOfMemory);
  machine.reset(raw);
  gnutls_x509_trust_list_add_system_trust(raw, 0, 0);
  std::size_t count = 0;
  Place place;
  gnutls_x509_crt_t root = nullptr;
  int code = 0;
  while ((code = gnutls_x509_trust_list_iter_get_ca(raw, &place.at, &root)) >= 0) {
    const CertificateHandle copy(root);
    gnutls_datum_t der{};
    if (gnutls_x509_crt_export2(root, GNUTLS_X509_FMT_DER, &der) < 0) continue;
    const BytesHandle owner(der.data);
    if (Add(roots, root, BytesOf(der))) ++count;
  }
  if (code != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
    Error error = MakeError(ErrorKind::kInternal, "GnuTLS cannot tell this machine's system roots");
    error.native = NativeText(code);
    return error;
  }
  if (count > 0 || may_be_empty) return count;
  return MakeError(ErrorKind::kMisuse,
                   "this machine has no system roots; install ca-certificates or name roots");
}

Result<std::size_t> AddRoots(Roots& roots, std::span<const Der> certificates) {
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    CertificateHandle root;
    int code = ReadCertificate(certificates[i], root);
    if (code >= 0 && !Add(roots, root.get(), certificates[i])) code = GNUTLS_E_ASN1_DER_ERROR;
    if (code >= 0) continue;
    Error error =
        MakeError(ErrorKind::kMisuse, "root number " + std::to_string(i + 1) + " cannot be parsed");
    error.native = NativeText(code);
    return error;
  }
  if (!certificates.empty()) return certificates.size();
  return MakeError(ErrorKind::kMisuse, "there is no root to trust");
}

}  // namespace tandem::gnutls
