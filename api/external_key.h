// A private key that lives elsewhere: in an HSM, on another thread, on another machine.

#ifndef TANDEM_EXTERNAL_KEY_H_
#define TANDEM_EXTERNAL_KEY_H_

#include <memory>
#include <vector>

#include "tandem/algorithms.h"
#include "tandem/engine/key_engine.h"

namespace tandem {

/// Names a key and the engine that uses it. The public half is in the certificate beside it.
struct ExternalKey {
  std::shared_ptr<engine::KeyEngine> engine;
  std::shared_ptr<const engine::Key> key;

  /// The signature schemes that the engine can make with it; no other is negotiated. Empty: all
  /// that a key of its type can make. Name them when an HSM lacks some, such as RSA-PSS.
  std::vector<SignatureScheme> schemes;

  /// The engine can decrypt, which RSA key exchange in TLS 1.2 needs.
  bool decrypts = true;
};

}  // namespace tandem

#endif  // TANDEM_EXTERNAL_KEY_H_
