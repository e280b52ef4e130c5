// What the machine's administrator lets OpenSSL speak.

#ifndef TANDEM_BACKENDS_OPENSSL_SYSTEM_POLICY_H_
#define TANDEM_BACKENDS_OPENSSL_SYSTEM_POLICY_H_

#include <optional>
#include <string>

#include "backends/openssl/offer.h"
#include "tandem/backend.h"

namespace tandem::openssl {

/// What tandem asks of keys and hashes by itself: 112 bits, which is RSA from 2048, and no SHA-1 in
/// signatures (SSL_CTX_set_security_level(3)).
inline constexpr int kSecurityLevel = 2;

/// Returns the file whose rules the library applies to each new SSL_CTX; empty if there is none.
std::string SystemPolicyFile();

/// Takes out of `rules` what the machine's policy forbids, and notes it in `rules.system_policy`.
/// `allowed` is what an SSL_CTX offers as the library makes it. kUnsupported when that leaves
/// nothing to speak.
std::optional<Error> NoteSystemPolicy(const Offer& allowed, CompiledRules& rules);

/// Fails (kUnsupported) if `asked` has what NoteSystemPolicy() would take out of it. It is what
/// rules in OpenSSL's language have come to, which are not narrowed but wrong.
std::optional<Error> CheckAgainstPolicy(const Offer& allowed, const Offer& asked);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_SYSTEM_POLICY_H_
