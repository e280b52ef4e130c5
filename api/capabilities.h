// What a backend can do: asked, never assumed.

#ifndef TANDEM_CAPABILITIES_H_
#define TANDEM_CAPABILITIES_H_

#include <algorithm>
#include <vector>

#include "tandem/algorithms.h"
#include "tandem/srtp.h"
#include "tandem/version.h"

namespace tandem {

/// Says what a backend can do with the library that it runs on. docs/parity.md explains each
/// difference; asking for what is missing fails the construction of a Config, or the loading of an
/// identity.
struct Capabilities {
  std::vector<Version> versions{};  ///< Oldest first.

  /// A client that refuses a server for a reason of tandem's own, such as ALPN, can tell it so with
  /// a fatal alert. Without it the client just goes away.
  bool client_chooses_alert = false;

  /// Any set of TLS 1.2 cipher suites can be spoken. Without it only sets that are all of some key
  /// exchanges with all of some ciphers.
  bool any_set_of_suites = false;

  /// DTLS 1.2 is spoken.
  bool datagrams = false;
  std::vector<SrtpProfile> srtp{};

  std::vector<CipherSuite> cipher_suites{};
  std::vector<Group> groups{};  ///< kX25519MlKem768 among them: post-quantum key exchange.
  std::vector<SignatureScheme> signature_schemes{};

  /// PKCS#12 files and PKCS#8 keys of old tools (RC2, 40 bit keys) can be opened.
  bool legacy_pkcs12 = false;

  bool Has(Version version) const {
    return std::find(versions.begin(), versions.end(), version) != versions.end();
  }
  bool HasGroup(Group group) const {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
  }
};

}  // namespace tandem

#endif  // TANDEM_CAPABILITIES_H_
