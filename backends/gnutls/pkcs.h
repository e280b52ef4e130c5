// Keys and files that a passphrase protects: PKCS#8 and PKCS#12.

#ifndef TANDEM_BACKENDS_GNUTLS_PKCS_H_
#define TANDEM_BACKENDS_GNUTLS_PKCS_H_

#include <cstddef>
#include <span>
#include <string_view>

#include "tandem/backend.h"

namespace tandem::gnutls {

/// Does what Backend::DecryptKey() promises.
Result<Der> DecryptKey(std::span<const std::byte> encrypted, std::string_view passphrase);

/// Does what Backend::OpenPkcs12() promises.
Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte> content,
                                    std::string_view passphrase);

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_PKCS_H_
