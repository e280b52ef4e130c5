// One line on a terminal that says how far it is.

#ifndef TANDEM_CONFORMANCE_SUITE_PROGRESS_H_
#define TANDEM_CONFORMANCE_SUITE_PROGRESS_H_

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

namespace tandem::conformance {

/// How far it is.
struct Stand {
  std::size_t done = 0;
  std::size_t total = 0;
  std::size_t failed = 0;
  std::string running;  ///< What runs now.
  std::chrono::seconds elapsed{};
};

/// Returns "12 of 294, 1 failed, 3 s: RUNNING", cut to `columns`.
std::string ProgressLine(const Stand& stand, std::size_t columns);

/// Rewrites the last line of a terminal.
class Progress {
 public:
  /// Writes to `terminal`, and nothing if that is no terminal or null.
  explicit Progress(std::FILE* terminal);

  /// Leaves an empty line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Shows it, unless it has just shown something: it may be called as often as one likes.
  void Show(const Stand& stand);

 private:
  std::FILE* terminal_;
  std::chrono::steady_clock::time_point shown_{};
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_PROGRESS_H_
