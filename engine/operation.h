// One thing that is asked of a private key, and its one answer.

#ifndef TANDEM_ENGINE_OPERATION_H_
#define TANDEM_ENGINE_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tandem/engine/reply.h"
#include "tandem/engine/waker.h"

namespace tandem::engine {

/// What a key is asked to do.
enum class KeyUse : std::uint8_t {
  kSign,
  kDecrypt,  ///< RSAES-PKCS1-v1_5 (RFC 8017 section 7.2), for RSA key exchange in TLS 1.2.
};

/// How it signs.
enum class SignatureForm : std::uint8_t {
  kRsaPkcs1,  ///< RSASSA-PKCS1-v1_5, RFC 8017 section 8.2.
  kRsaPss,    ///< RSASSA-PSS, RFC 8017 section 8.1; MGF1 and salt length are the digest's.
  kEcdsa,     ///< A DER ECDSA-Sig-Value, RFC 3279 section 2.2.3.
  kEd25519,   ///< RFC 8032, 64 bytes.
};

/// What was hashed with before the key is asked.
enum class KeyDigest : std::uint8_t {
  kNone,  ///< `input` is the message itself: Ed25519, and ciphertexts.
  kSha1,
  kSha224,
  kSha256,
  kSha384,
  kSha512,
};

/// A question to a key.
struct KeyRequest {
  KeyUse use = KeyUse::kSign;
  SignatureForm form = SignatureForm::kRsaPkcs1;  ///< kSign only.
  KeyDigest digest = KeyDigest::kNone;
  std::vector<std::byte> input;  ///< The digest, the message or the ciphertext.
};

/// An answer: the signature or the plaintext, or why there is none.
///
/// A ciphertext that does not decrypt is not a failure: answer with no bytes, so that nobody on the
/// wire can tell (RFC 5246 section 7.4.7.1). A failure is for an engine that cannot answer.
using KeyOutcome = ReplyOutcome<std::vector<std::byte>>;

/// A key as its engine knows it: a handle, a label, the numbers themselves. Each engine derives its
/// own. Shared among threads.
class Key {
 public:
  virtual ~Key() = default;
};

/// Carries one question to an engine and its answer back. Owns every byte it speaks of, so it may
/// outlive the session, the job and the library object that it came from. Wiped when it goes.
class Operation {
 public:
  Operation(std::shared_ptr<const Key> key, KeyRequest request)
      : key_(std::move(key)), request_(std::move(request)) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation();

  // --- For engines, from any thread -------------------------------------------------------------

  const Key& key() const { return *key_; }
  const KeyRequest& request() const { return request_; }

  /// Answers. The first answer counts; false: there was one before, and this one is dropped.
  bool Complete(std::vector<std::byte> output) noexcept;

  /// Answers that there is no answer; as above.
  bool Fail(std::string_view reason) noexcept;

  /// Wakes who waits, though there is no answer yet: he calls KeyEngine::Continue(). Before
  /// Submit() has returned it is kept for him.
  void Wake() noexcept;

  /// Says that nobody waits any more. Complete it all the same, or let it go.
  bool abandoned() const;

  // --- For the one who asks ---------------------------------------------------------------------

  bool done() const;

  /// Has the answer wake `waker`. False: it has come already, and nothing will be woken. Forgotten
  /// by Abandon(); who brings an abandoned operation to its end arms it anew.
  bool Arm(Waker waker);

  /// Takes the answer; nothing while there is none. It is there once.
  std::optional<KeyOutcome> Take();

  /// Says that nobody waits any more: a late answer is wiped and wakes nobody.
  void Abandon() noexcept;

 private:
  bool Settle(KeyOutcome outcome) noexcept;

  const std::shared_ptr<const Key> key_;
  KeyRequest request_;
  mutable std::mutex mutex_;
  bool settled_ = false;
  bool abandoned_ = false;
  bool woken_unarmed_ = false;
  std::optional<KeyOutcome> outcome_;
  Waker waker_;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_OPERATION_H_
