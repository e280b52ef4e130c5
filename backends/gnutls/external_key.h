// A private key that lives elsewhere, in GnuTLS's form: whatever it is asked, its engine answers.

#ifndef TANDEM_BACKENDS_GNUTLS_EXTERNAL_KEY_H_
#define TANDEM_BACKENDS_GNUTLS_EXTERNAL_KEY_H_

#include <gnutls/abstract.h>

#include "backends/gnutls/handles.h"
#include "tandem/external_key.h"
#include "tandem/result.h"

namespace tandem::gnutls {

/// Makes a key object that asks the engine of `external`, and waits for its answers by
/// engine::Perform(). Its public half is that of `leaf`.
Result<KeyHandle> MakeExternalKey(const ExternalKey& external, const gnutls_pcert_st& leaf);

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_EXTERNAL_KEY_H_
