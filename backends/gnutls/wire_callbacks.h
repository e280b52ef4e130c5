// The library's I/O on a Wire.

#ifndef TANDEM_BACKENDS_GNUTLS_WIRE_CALLBACKS_H_
#define TANDEM_BACKENDS_GNUTLS_WIRE_CALLBACKS_H_

#include <gnutls/gnutls.h>

#include "tandem/wire.h"

namespace tandem::gnutls {

/// Makes `session`, whose pointer is its LibrarySession, pull from and push to its wire.
void AttachWire(gnutls_session_t session);

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_WIRE_CALLBACKS_H_
