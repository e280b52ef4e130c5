// One process that performs runs, as the process that started it sees it.

#ifndef TANDEM_CONFORMANCE_SUITE_WORKER_H_
#define TANDEM_CONFORMANCE_SUITE_WORKER_H_

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "conformance/suite/descriptor.h"
#include "conformance/suite/run.h"

namespace tandem::conformance {

/// A child process. It does one run after the other, and ends as main() does when it is dismissed,
/// so that LeakSanitizer looks at it. What it prints is kept, not shown.
class Worker {
 public:
  using Perform = std::function<RunResult(std::size_t place)>;
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Starts a process that answers each place with `perform(place)`; null if the system has no
  /// process left. The new one must not hold what belongs to `others`.
  static std::unique_ptr<Worker> Start(const Perform& perform,
                                       std::span<const std::unique_ptr<Worker>> others);

  /// Kills it if it still lives.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Has it perform the run at `place`, until `deadline` at the latest.
  void Give(std::size_t place, TimePoint deadline);

  /// Has it end, until `deadline` at the latest.
  void Dismiss(TimePoint deadline);

  /// Returns what it was given and has not answered.
  std::optional<std::size_t> place() const { return place_; }

  TimePoint deadline() const { return deadline_; }

  /// Returns when the last of Start() and Give() was.
  TimePoint began() const { return began_; }

  /// Return where there may be something to read; -1 where nothing will come.
  int answers() const { return channel_.number(); }
  int output() const { return output_.number(); }

  /// Reads what has come. Call it after Ended(), or the last of it is missed.
  void Listen();

  /// Returns the answer if it has come, and forgets it.
  std::optional<RunResult> TakeResult();

  /// Says whether the process has ended.
  bool Ended();

  /// Ends the process at once, and all that it started.
  void Kill();

  /// Says how the process ended, and what it printed last; empty if it ended well.
  std::string Ending() const;

  /// Returns what it has printed since Give(), or of that what matters.
  std::string LastWords() const;

 private:
  Worker(pid_t process, Descriptor channel, Descriptor output);

  void Reap(int options);

  pid_t process_;
  Descriptor channel_;
  Descriptor output_;
  bool ended_ = false;
  std::optional<int> exit_status_;  // As waitpid(2) tells it; nothing if it does not.
  std::optional<std::size_t> place_;
  TimePoint deadline_{};
  TimePoint began_ = std::chrono::steady_clock::now();
  std::string incoming_;
  std::string printed_;
};

/// Returns the part of `printed` that tells most: the report of a sanitizer if there is one, else
/// the last lines.
std::string WorthShowing(std::string_view printed);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_WORKER_H_
