// What an SSL_CTX would offer: read from a ClientHello that it makes, and that nobody is sent.

#ifndef TANDEM_BACKENDS_OPENSSL_OFFER_H_
#define TANDEM_BACKENDS_OPENSSL_OFFER_H_

#include <optional>
#include <vector>

#include <openssl/ssl.h>

#include "tandem/backend.h"

namespace tandem::openssl {

/// What may be spoken.
struct Offer {
  std::vector<Version> versions;  ///< Oldest first.
  std::vector<CipherSuite> cipher_suites;
  std::vector<Group> groups;
  std::vector<SignatureScheme> signature_schemes;
  int security_level = 0;  ///< What keys and hashes have to be worth.
};

/// Reads what `context` lets be spoken. OpenSSL tells it nowhere else, once lists, versions and
/// security level have had their say. Nothing if that is nothing.
std::optional<Offer> ReadOffer(SSL_CTX* context);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_OFFER_H_
