// A backend that counts what goes through it, over another backend that does the work.
//
// It is as small as a backend can be, and a place to start from: replace what it passes on by calls
// of your library, one function at a time, and the suite tells what is missing.

#ifndef TANDEM_EXAMPLES_OWN_BACKEND_METERED_BACKEND_H_
#define TANDEM_EXAMPLES_OWN_BACKEND_METERED_BACKEND_H_

#include <atomic>
#include <cstdint>

#include "tandem/backend.h"

namespace own {

/// What has gone through a backend. Any thread may read it at any time.
struct Meter {
  std::atomic<std::uint64_t> sessions = 0;
  std::atomic<std::uint64_t> bytes_read = 0;
  std::atomic<std::uint64_t> bytes_written = 0;
};

/// Passes every call on to `inner` and counts in `meter`; both must outlive it.
class MeteredBackend final : public tandem::Backend {
 public:
  MeteredBackend(const tandem::Backend& inner, Meter& meter) : inner_(inner), meter_(meter) {}

  std::string_view name() const override { return "metered"; }
  std::string version() const override { return "metered " + inner_.version(); }
  const tandem::Capabilities& capabilities() const override { return inner_.capabilities(); }

  tandem::Result<std::shared_ptr<const tandem::BackendIdentity>> LoadIdentity(
      const tandem::IdentityMaterial& material) const override;
  tandem::Result<tandem::Der> DecryptKey(std::span<const std::byte> encrypted,
                                         std::string_view passphrase) const override;
  tandem::Result<tandem::IdentityMaterial> OpenPkcs12(std::span<const std::byte> content,
                                                      std::string_view passphrase) const override;
  std::vector<std::byte> Digest(tandem::Hash hash,
                                std::span<const std::byte> content) const override;
  bool HasSigned(std::span<const std::byte> issuer, std::span<const std::byte> list) const override;
  tandem::Result<std::shared_ptr<const tandem::BackendConfig>> Compile(
      const tandem::Settings& settings) const override;

 private:
  const tandem::Backend& inner_;
  Meter& meter_;
};

}  // namespace own

#endif  // TANDEM_EXAMPLES_OWN_BACKEND_METERED_BACKEND_H_
