// OpenSSL as a Backend.

#ifndef TANDEM_BACKENDS_OPENSSL_BACKEND_H_
#define TANDEM_BACKENDS_OPENSSL_BACKEND_H_

#include <memory>
#include <string>
#include <string_view>

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
  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const override;

 private:
  Capabilities capabilities_;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_BACKEND_H_
