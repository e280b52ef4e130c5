// What OpenSSL keeps per thread, so that jobs which take turns on a thread do not share it.

#ifndef TANDEM_BACKENDS_OPENSSL_THREAD_STATE_H_
#define TANDEM_BACKENDS_OPENSSL_THREAD_STATE_H_

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <openssl/crypto.h>

#include "tandem/engine/job.h"

namespace tandem::openssl {

/// The thread's error queue, taken off it to be put back later. The library's marks in it are lost,
/// and it has no call to ask for them: where it marks its queue it must not be called away from.
class SavedErrors {
 public:
  /// Takes all entries off the thread. Where memory runs out their texts are lost, never their
  /// codes.
  void Take() noexcept;

  /// Makes the thread's queue what it was; what others have added since is dropped.
  void PutBack() noexcept;

 private:
  static constexpr std::size_t kLimit = 16;  // The library keeps no more.

  struct Account {
    int line;
    int flags;
    std::string file;
    std::string function;
    std::string text;
  };

  std::array<unsigned long, kLimit> codes_{};
  std::size_t count_ = 0;
  std::vector<Account> accounts_;  // Of the first of them, as far as there was memory.
};

/// A handshake's part of the thread: the error queue and the default library context.
class LibraryThreadState final : public engine::ThreadState {
 public:
  /// Notes the library context that the program has made its default. Called where a job begins.
  void Begin() noexcept { outside_ = OSSL_LIB_CTX_set0_default(nullptr); }

  void Leave() noexcept override;
  void Enter() noexcept override;

 private:
  SavedErrors errors_;
  OSSL_LIB_CTX* inside_ = nullptr;
  OSSL_LIB_CTX* outside_ = nullptr;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_THREAD_STATE_H_
