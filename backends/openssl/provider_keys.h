// A key as the provider has it: the public half, and who has the private one.

#ifndef TANDEM_BACKENDS_OPENSSL_PROVIDER_KEYS_H_
#define TANDEM_BACKENDS_OPENSSL_PROVIDER_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>

#include <openssl/err.h>

#include "backends/openssl/handles.h"
#include "tandem/engine/operation.h"
#include "tandem/external_key.h"

namespace tandem::openssl {

/// How a key of the provider signs.
enum class ProviderKeyType : std::uint8_t { kRsa, kRsaPss, kEc, kEd25519 };

struct ProviderKey {
  ProviderKeyType type;
  KeyHandle public_half;                ///< Of the library's own; null until it has been imported.
  std::optional<ExternalKey> external;  ///< Nothing: only the public half is known.

  /// Asks the engine, and waits for the answer. `request` must be one that `external` is there for.
  engine::KeyOutcome Perform(engine::KeyRequest request) const;
};

/// What a ProviderKey is made from: the parameter kProviderKeyParts is a pointer to it.
struct ProviderKeyParts {
  EVP_PKEY* public_half;
  const ExternalKey* external;
};

inline constexpr char kProviderKeyParts[] = "tandem-key-parts";

/// Has the session report `reason`, if this runs in a job. The library's own code says nothing.
void NoteKeyFailure(const char* reason) noexcept;

/// Runs `body` of a function that the library calls, and returns what it returns; `failed` if
/// memory runs out in it, which is told to the library, and to the session: where the library only
/// wonders what a key can do, it takes that for "nothing".
template <typename Value, typename Body>
Value ForLibrary(Value failed, Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    ERR_raise(ERR_LIB_PROV, ERR_R_MALLOC_FAILURE);
    NoteKeyFailure("out of memory");
  }
  return failed;
}

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_PROVIDER_KEYS_H_
