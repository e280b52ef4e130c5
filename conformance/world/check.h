// What scenarios say must hold, and a record of what did not.
//
// No test framework is needed: a scenario runs under GoogleTest, in a fuzzer or in a program of its
// own, and whoever runs it reads the record.

#ifndef TANDEM_CONFORMANCE_WORLD_CHECK_H_
#define TANDEM_CONFORMANCE_WORLD_CHECK_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/engine/wait_context.h"
#include "tandem/error.h"
#include "tandem/event.h"
#include "tandem/status.h"
#include "tandem/version.h"

namespace tandem::conformance {

using Bytes = std::vector<std::byte>;

/// Returns the bytes of `text`.
Bytes BytesOf(std::string_view text);

/// A line of a scenario. Taken as a default argument, it is the caller's line.
struct Here {
  static constexpr Here Now(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }

  const char* file;
  int line;
};

/// One thing that did not hold.
struct CheckFailure {
  std::string file;
  int line = 0;
  std::string text;
};

/// Returns `value` for people: words for enumerators, sizes and first bytes for bytes.
std::string Show(bool value);
std::string Show(std::byte value);
std::string Show(Status value);
std::string Show(ErrorKind value);
std::string Show(Verdict value);
std::string Show(Alert value);
std::string Show(Version value);
std::string Show(Event::Type value);
std::string Show(const Interest& value);
std::string Show(engine::AsyncStatus value);
std::string Show(std::string_view value);
std::string Show(const Bytes& value);
std::string Show(const Error* value);

template <std::integral T>
std::string Show(T value) {
  return std::to_string(value);
}

template <typename T>
std::string Show(const std::optional<T>& value) {
  return value ? Show(*value) : "nothing";
}

template <typename T>
std::string Show(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) text += (text.size() > 1 ? ", " : "") + Show(value);
  return text + "]";
}

/// Collects failures. Every check returns whether it held, so that a scenario can stop where going
/// on makes no sense.
class Checks {
 public:
  /// More failures than this are one failure seen often.
  static constexpr std::size_t kFailureLimit = 12;

  bool That(bool holds, std::string_view what, Here here = Here::Now()) {
    if (!holds) Fail(std::string(what), here);
    return holds;
  }

  template <typename Got, typename Want>
  bool Equal(const Got& got, const Want& want, std::string_view what, Here here = Here::Now()) {
    const bool holds = got == want;
    if (!holds) {
      Fail(std::string(what) + ": is " + Show(got) + ", should be " + Show(want), here);
    }
    return holds;
  }

  void Fail(std::string text, Here here = Here::Now());

  bool failed() const { return !failures_.empty(); }
  const std::vector<CheckFailure>& failures() const { return failures_; }

 private:
  friend class Note;

  std::vector<CheckFailure> failures_;
  std::vector<std::string> notes_;
};

/// Says, in every failure while it lives, which round of a loop it is.
class Note {
 public:
  Note(Checks& checks, std::string text) : checks_(checks) {
    checks_.notes_.push_back(std::move(text));
  }
  ~Note() { checks_.notes_.pop_back(); }
  Note(const Note&) = delete;
  Note& operator=(const Note&) = delete;

 private:
  Checks& checks_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WORLD_CHECK_H_
