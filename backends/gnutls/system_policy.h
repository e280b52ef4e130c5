// What the machine's administrator lets GnuTLS speak.

#ifndef TANDEM_BACKENDS_GNUTLS_SYSTEM_POLICY_H_
#define TANDEM_BACKENDS_GNUTLS_SYSTEM_POLICY_H_

#include <optional>
#include <string>

#include "tandem/backend.h"

namespace tandem::gnutls {

/// Returns the file whose rules the library applies to all that it does; empty if there is none.
std::string SystemPolicyFile();

/// Compares what was asked for with what the library has made of it. What is missing must have been
/// forbidden by the machine's policy: then it is noted in `compiled.system_policy`. kUnsupported
/// when that leaves nothing to speak, or if there is no such policy.
std::optional<Error> NoteSystemPolicy(const Settings& settings, CompiledRules& compiled);

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_SYSTEM_POLICY_H_
