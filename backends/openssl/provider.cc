// The provider, and the library context that it is in.

#include "backends/openssl/provider.h"

#include <openssl/core.h>
#include <openssl/provider.h>

#include "backends/openssl/handles.h"

namespace tandem::openssl {
namespace {

constexpr char kName[] = "tandem";

const OSSL_ALGORITHM* Query(void* /*unused*/, int operation, int* no_cache) noexcept {
  *no_cache = 0;
  switch (operation) {
    case OSSL_OP_KEYMGMT: return ProviderKeyTypes();
    case OSSL_OP_SIGNATURE: return ProviderSignatures();
    case OSSL_OP_ASYM_CIPHER: return ProviderDecryption();
    default: return nullptr;
  }
}

int Start(const OSSL_CORE_HANDLE* /*core*/, const OSSL_DISPATCH* /*offered*/,
          const OSSL_DISPATCH** functions, void** context) noexcept {
  static const OSSL_DISPATCH kFunctions[] = {Entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, Query),
                                             {0, nullptr}};
  static char no_context = 0;  // The library takes null for a failure.
  *functions = kFunctions;
  *context = &no_context;
  return 1;
}

}  // namespace

// One for the process: each takes some 40 KiB and half a millisecond to make, which is too much for
// every identity of a server that has thousands. It holds nothing of any identity. Never freed:
// keys may outlive any static object.
OSSL_LIB_CTX* ProviderLibrary() {
  static OSSL_LIB_CTX* const kLibrary = []() -> OSSL_LIB_CTX* {
    LibraryHandle library(OSSL_LIB_CTX_new());
    const bool ok = library != nullptr &&
                    OSSL_PROVIDER_add_builtin(library.get(), kName, Start) == 1 &&
                    OSSL_PROVIDER_load(library.get(), kName) != nullptr;
    return ok ? library.release() : nullptr;
  }();
  return kLibrary;
}

}  // namespace tandem::openssl
