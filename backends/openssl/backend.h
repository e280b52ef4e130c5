// OpenSSL as a Backend.

#ifndef TANDEM_BACKENDS_OPENSSL_BACKEND_H_
#define TANDEM_BACKENDS_OPENSSL_BACKEND_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/backend.h"

namespace tandem::openssl {

/// What OpenSsl() returns.
class LibraryBackend final : public Backend {
 public:
  LibraryBackend();

  std::string_view name() const override;
  std::string version() const override;
  const Capabilities& capabilities() const override;
  Result<std::shared_ptr<const BackendIdentity>> LoadIdentity(
      const IdentityMaterial& material) const override;
  Result<Der> DecryptKey(std::span<const std::byte> encrypted,
                         std::string_view passphrase) const override;
  Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte> content,
                                      std::string_view passphrase) const override;
  std::vector<std::byte> Digest(Hash hash, std::span<const std::byte> content) const override;
  bool HasSigned(std::span<const std::byte> issuer, std::span<const std::byte> list) const override;
  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const override;

 private:
  Capabilities capabilities_;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_BACKEND_H_
