// A program of the machine, started and watched without a thread and without a wait.

#ifndef TANDEM_CONFORMANCE_OUTSIDE_PROCESS_H_
#define TANDEM_CONFORMANCE_OUTSIDE_PROCESS_H_

#include <poll.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/descriptor.h"

namespace tandem::conformance {

/// A child process with a pipe for its standard input and one for each of its outputs. It outlives
/// neither its object nor the process that started it, however that one ends.
class Process {
 public:
  /// Starts the program `command.front()`, found by PATH. Null if there is no such program.
  static std::unique_ptr<Process> Start(const std::vector<std::string>& command);

  /// Kills it and waits until it is gone.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Has it find `text` in its standard input, behind what was said before.
  void Say(std::string_view text);

  /// Ends its standard input behind all that was said.
  void EndInput() { input_ends_ = true; }

  /// Kills it, in the middle of whatever it does, and waits until it is gone.
  void Kill();

  /// Moves what can be moved through the pipes without waiting; says whether anything was.
  bool Move();

  /// Adds what poll(2) should wait for, so that Move() would have something to do.
  void AddTo(std::vector<pollfd>& waits) const;

  /// Returns all that it has written to its standard output, and to its standard error.
  const std::string& output() const { return output_; }
  const std::string& complaints() const { return complaints_; }

  /// Says whether all input has reached its pipe.
  bool all_said() const { return input_taken_ == input_.size(); }

  /// Says whether it runs on with both outputs closed. Nothing then tells of its end but Move().
  bool lingers() const { return !ended() && !from_output_.open() && !from_complaints_.open(); }

  /// Says whether it has ended, and both outputs are read to their end.
  bool ended() const { return status_.has_value(); }

  /// Returns its exit status, or 128 and the signal that ended it, as shells do; nothing while it
  /// runs.
  std::optional<int> exit_status() const { return status_; }

  pid_t id() const { return id_; }

 private:
  Process() = default;

  bool MoveInput();
  void Reap(int options);

  pid_t id_ = -1;
  Descriptor to_input_;
  Descriptor from_output_;
  Descriptor from_complaints_;
  std::string input_;
  std::size_t input_taken_ = 0;
  bool input_ends_ = false;
  std::string output_;
  std::string complaints_;
  std::optional<int> status_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_OUTSIDE_PROCESS_H_
