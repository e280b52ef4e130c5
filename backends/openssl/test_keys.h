// Keys and certificates for the tests of this folder.

#ifndef TANDEM_BACKENDS_OPENSSL_TEST_KEYS_H_
#define TANDEM_BACKENDS_OPENSSL_TEST_KEYS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/openssl/handles.h"
#include "tandem/engine/job.h"
#include "tandem/engine/key_engine.h"

namespace tandem::openssl {

/// Makes a key: "RSA", "RSA-PSS", "P-256", "P-384", "P-521", "ED25519" or any other type.
KeyHandle MakeKey(const std::string& type);

/// Makes the certificate of `key`, which it signs itself.
CertificateHandle MakeCertificate(EVP_PKEY* key);

/// A key as it is.
class PlainKey final : public engine::Key {
 public:
  explicit PlainKey(EVP_PKEY* key) : key_(key) {}
  EVP_PKEY* key() const { return key_; }

 private:
  EVP_PKEY* key_;
};

/// Holds what is submitted until the test has it done. Its keys are PlainKeys.
class HeldEngine final : public engine::KeyEngine {
 public:
  engine::Submission Submit(const std::shared_ptr<engine::Operation>& operation) noexcept override {
    held.push_back(operation);
    return engine::Submission::kPending;
  }

  /// Answers the oldest that is open as it should be.
  void FinishOne();

  std::vector<std::shared_ptr<engine::Operation>> held;
};

/// Runs `body` in a job, and `between` whenever it has paused. Returns what `body` returned.
int RunInJob(const std::function<int()>& body, const std::function<void()>& between,
             engine::ThreadState* thread_state = nullptr);

/// Makes a signature of `message` as libssl does; empty if the library refuses. `padding` is an
/// RSA_..._PADDING or 0.
std::vector<unsigned char> Sign(EVP_PKEY* key, const char* digest, int padding,
                                const std::string& message);

/// Says whether that is a signature by `key`.
bool Verify(EVP_PKEY* key, const char* digest, int padding, const std::string& message,
            const std::vector<unsigned char>& signature);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_TEST_KEYS_H_
