// What both programs do: a handshake and a greeting between a client and a server, in memory.

#ifndef TANDEM_EXAMPLES_EMBEDDING_TALK_H_
#define TANDEM_EXAMPLES_EMBEDDING_TALK_H_

#include <string>

#include "tandem/backend.h"

namespace embedding {

/// Lets a client and a server of `backend` talk. The server shows the certificate in a PEM file,
/// with its key, and the client believes that certificate and no other. Prints what was agreed on;
/// returns the program's exit status.
int Talk(const tandem::Backend& backend, const std::string& pem_path);

}  // namespace embedding

#endif  // TANDEM_EXAMPLES_EMBEDDING_TALK_H_
