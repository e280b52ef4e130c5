// The extensions of certificates and revocation lists.

#ifndef TANDEM_CERTIFICATE_EXTENSIONS_H_
#define TANDEM_CERTIFICATE_EXTENSIONS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "api/der.h"
#include "tandem/certificate.h"

namespace tandem {

/// One extension. It points into what was read.
struct Extension {
  std::span<const std::byte> oid;
  bool is_critical = false;
  std::span<const std::byte> value;
};

/// Takes Extensions. Nothing if they do not parse, or one is there twice.
std::optional<std::vector<Extension>> TakeExtensions(DerReader& reader);

/// Fills in what `extension` says. False if it does not parse.
bool ApplyExtension(const Extension& extension, Certificate& certificate);

}  // namespace tandem

#endif  // TANDEM_CERTIFICATE_EXTENSIONS_H_
