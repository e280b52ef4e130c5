// Keys and files that a passphrase protects: PKCS#8 and PKCS#12.

#ifndef TANDEM_BACKENDS_OPENSSL_PKCS_H_
#define TANDEM_BACKENDS_OPENSSL_PKCS_H_

#include <cstddef>
#include <span>
#include <string_view>

#include "tandem/backend.h"

namespace tandem::openssl {

/// Does what Backend::DecryptKey() promises.
Result<Der> DecryptKey(std::span<const std::byte> encrypted, std::string_view passphrase);

/// Does what Backend::OpenPkcs12() promises. Ciphers of the past are looked for in OpenSSL's
/// provider of such, which is loaded for this call alone.
Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte> content,
                                    std::string_view passphrase);

/// Says whether that provider is installed.
bool HasLegacyCiphers();

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_PKCS_H_
