// What a backend can do: asked, never assumed.

#ifndef TANDEM_CAPABILITIES_H_
#define TANDEM_CAPABILITIES_H_

#include <vector>

#include "tandem/version.h"

namespace tandem {

/// Says what a backend can do with the library that it runs on. docs/parity.md explains each
/// difference; asking a Config for what is missing fails its construction.
struct Capabilities {
  std::vector<Version> versions;  ///< Oldest first.

  /// A client that refuses a server for a reason of tandem's own, such as ALPN, can tell it so with
  /// a fatal alert. Without it the client just goes away.
  bool client_chooses_alert = false;

  bool Has(Version version) const {
    for (const Version have : versions) {
      if (have == version) return true;
    }
    return false;
  }
};

}  // namespace tandem

#endif  // TANDEM_CAPABILITIES_H_
