// Child processes that are told when to begin and tell what they found.

#ifndef TANDEM_EXAMPLES_STORM_PROCESS_H_
#define TANDEM_EXAMPLES_STORM_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "examples/net.h"

namespace tandem_examples {

/// One end of a pair of pipes between parent and child.
class Channel {
 public:
  Channel() = default;
  Channel(Descriptor in, Descriptor out) : in_(std::move(in)), out_(std::move(out)) {}

  /// Readable when there is something to hear.
  int incoming() const { return in_.number(); }
  int outgoing() const { return out_.number(); }

  /// Says `what` to the other end; false if it is gone.
  template <typename T>
  bool Tell(const T& what) const {
    static_assert(std::is_trivially_copyable_v<T>);
    return Send(std::as_bytes(std::span(&what, 1)));
  }

  /// Waits for what the other end says; nothing if it is gone.
  template <typename T>
  std::optional<T> Hear() const {
    static_assert(std::is_trivially_copyable_v<T>);
    T what{};
    if (!Receive(std::as_writable_bytes(std::span(&what, 1)))) return std::nullopt;
    return what;
  }

  /// Waits for a line, and returns it without its end; what there is if the other end goes.
  std::string HearLine() const;

 private:
  bool Send(std::span<const std::byte> bytes) const;
  bool Receive(std::span<std::byte> bytes) const;

  Descriptor in_;
  Descriptor out_;
};

/// How the kernel is to treat a process.
struct Placement {
  std::optional<int> processor;  ///< The only one it runs on, if there is such a one.
  int nice = 0;
};

/// A child process. It does not outlive its parent.
class Process {
 public:
  /// Runs `body` in a copy of this process. It ends with what `body` returns.
  static Process Run(const std::function<int(const Channel& parent)>& body,
                     const Placement& placement);

  /// Runs a program: its path and its arguments. What it prints is heard by the channel.
  static Process Execute(std::vector<std::string> command, const Placement& placement);

  Process(Process&& other) noexcept
      : id_(std::exchange(other.id_, -1)), channel_(std::move(other.channel_)) {}
  Process& operator=(Process&&) = delete;
  ~Process() { End(); }

  const Channel& channel() const { return channel_; }

  /// Waits until it has ended by itself; true: well.
  bool Wait();

  /// Sends SIGTERM and waits; true: it ended well.
  bool End();

 private:
  Process(pid_t id, Channel channel) : id_(id), channel_(std::move(channel)) {}

  pid_t id_;
  Channel channel_;
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_STORM_PROCESS_H_
