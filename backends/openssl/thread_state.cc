// What OpenSSL keeps per thread.

#include "backends/openssl/thread_state.h"

#include <new>

#include <openssl/err.h>

namespace tandem::openssl {

void SavedErrors::Take() noexcept {
  const char* file = nullptr;
  const char* function = nullptr;
  const char* text = nullptr;
  int line = 0;
  int flags = 0;
  while (const unsigned long code = ERR_get_error_all(&file, &line, &function, &text, &flags)) {
    if (count_ == kLimit) continue;
    codes_[count_++] = code;
    if (accounts_.size() + 1 != count_) continue;  // Memory ran out before.
    try {
      accounts_.push_back({line, flags, file, function, text});
    } catch (const std::bad_alloc&) {
      continue;
    }
  }
}

void SavedErrors::PutBack() noexcept {
  if (ERR_peek_error() != 0) ERR_clear_error();
  for (std::size_t i = 0; i < count_; ++i) {
    const int library = ERR_GET_LIB(codes_[i]);
    const int reason = ERR_GET_REASON(codes_[i]);
    ERR_new();
    if (i >= accounts_.size()) {
      ERR_set_error(library, reason, nullptr);
      continue;
    }
    const Account& account = accounts_[i];
    ERR_set_debug(account.file.c_str(), account.line, account.function.c_str());
    if ((account.flags & ERR_TXT_STRING) != 0) {
      ERR_set_error(library, reason, "%s", account.text.c_str());
    } else {
      ERR_set_error(library, reason, nullptr);
    }
  }
  count_ = 0;
  accounts_.clear();
}

void LibraryThreadState::Leave() noexcept {
  errors_.Take();
  inside_ = OSSL_LIB_CTX_set0_default(outside_);
}

void LibraryThreadState::Enter() noexcept {
  outside_ = OSSL_LIB_CTX_set0_default(inside_);
  errors_.PutBack();
}

}  // namespace tandem::openssl
