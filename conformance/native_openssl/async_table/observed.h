// What a row has seen, as it goes: a process that crashes has told what it saw before.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_OBSERVED_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_OBSERVED_H_

#include <functional>
#include <string>
#include <string_view>

namespace tandem::conformance {

/// Takes what a row sees, piece by piece.
class Observed {
 public:
  /// Hands every piece to `tell` at once.
  explicit Observed(std::function<void(std::string_view piece)> tell) : tell_(std::move(tell)) {}

  /// Notes one fact.
  void Note(std::string_view fact) { tell_(fact); }

  /// Notes one fact about something.
  void Note(std::string_view what, std::string_view is) {
    tell_(std::string(what) + ": " + std::string(is));
  }
  void Note(std::string_view what, long is) { Note(what, std::to_string(is)); }

 private:
  std::function<void(std::string_view piece)> tell_;
};

/// Runs `see` here, and returns what it saw.
std::string SeenHere(const std::function<void(Observed& observed)>& see);

/// Runs `see` in a process of its own, and returns what it saw, and that it crashed if it did. What
/// it leaves on its thread, in its heap or in its library stays there.
std::string SeenInChild(const std::function<void(Observed& observed)>& see);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_OBSERVED_H_
