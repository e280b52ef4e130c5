// One end of a connection under test: a session, its transport, and the program that uses it.

#ifndef TANDEM_CONFORMANCE_WORLD_END_H_
#define TANDEM_CONFORMANCE_WORLD_END_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/world/check.h"
#include "conformance/world/event_loop.h"
#include "conformance/world/link.h"
#include "conformance/world/random.h"
#include "tandem/session.h"

namespace tandem::conformance {

/// How the program behind an end behaves. The defaults are a plain poll(2) loop.
struct AppKnobs {
  /// One Read() asks for this many bytes.
  std::size_t read_size = 20000;

  /// One turn calls Read() this often at most; 1 is a loop that waits between any two reads.
  unsigned reads_per_turn = 4;

  /// One Write() offers this many bytes at most.
  std::size_t write_size = std::numeric_limits<std::size_t>::max();

  /// False: the program does not read, however much it could.
  bool reads = true;
};

/// What is done around every call into tandem, for tests of what must make no difference.
struct CallHooks {
  std::function<void()> before;

  /// Returns what is wrong after the call; empty if nothing.
  std::function<std::string()> after;
};

/// Calls the session as a program does, and checks at every call what must hold after any call:
///
///   - kError and error() come together, stay, and never change: the call that makes an error says
///     kError, or kWantWrite where an alert has still to get out, and so does every later one. One
///     call alone does not: the Shutdown() that abandons a handshake did what was asked, kOk;
///   - a want shows in interest(), and kWantRead never hides input that is already there;
///   - bytes move only with kOk; what a call refused to take, it did not take;
///   - refusal() is there exactly after kRefused;
///   - kWantAsync and interest().async come together, where anything may answer later at all; while
///   a
///     call is suspended every other one waits for it or is refused, but for those that serve the
///     wire and the clock;
///   - the transport is called on the program's own stack, never inside a job;
///   - neither errno nor the caller's buffer after Write() matters: both are spoiled every time.
class End {
 public:
  End(Checks& checks, const CallHooks& hooks, std::string_view name, Link& out, Link& in)
      : checks_(checks), hooks_(hooks), name_(name), wire_(out, in) {}
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  /// Takes the session that this end is. It must have been made for transport().
  void Take(Session session) { session_.emplace(std::move(session)); }

  /// Has the program learn in this way that a suspended call is worth calling again. Without it,
  /// nothing may be suspended.
  void WaitBy(Waiting waiting);

  /// Destroys the session, as a program does that has lost interest.
  void Abandon();

  // --- Calls on the session, each checked -------------------------------------------------------

  Status Handshake();
  IoResult Read(std::span<std::byte> plaintext);
  IoResult Write(std::span<const std::byte> plaintext);
  Status Shutdown();
  Status Flush();
  Status HandleEvents();
  Status Rekey(bool both);

  /// Reads up to `size` bytes into a buffer of that size, and keeps what came in received().
  IoResult ReadSome(std::size_t size);

  /// Reads until a Read() brings nothing, keeps it all in received(), and returns the last status.
  Status ReadAll();

  // --- The program ------------------------------------------------------------------------------

  AppKnobs app;

  /// Has the program write `plaintext`, behind what it was told to write before.
  void Send(std::span<const std::byte> plaintext);

  /// Has the program call Shutdown() once all is written.
  void CloseAfterSending() { closing_ = true; }

  /// Says whether an event loop would call the program: interest() says so and the wire agrees, or
  /// the program has something new to do.
  bool Wakes() const;

  /// Has a program that waits by polling call again a few times.
  void PollAgain() { polls_left_ = kPolls; }

  /// Does what a program does when its event loop calls it, once.
  void Turn();

  /// As Turn(), of a program that only wants the handshake.
  void HandshakeTurn();

  // --- What it came to --------------------------------------------------------------------------

  const std::string& name() const { return name_; }
  bool started() const { return session_.has_value(); }
  Session& session() { return *session_; }
  const Session& session() const { return *session_; }
  Transport& transport() { return wire_; }
  const Error* error() const { return session_->error(); }

  bool handshake_done() const { return session_->info() != nullptr; }
  bool shut_down() const { return shut_down_; }

  /// Says whether a call is suspended.
  bool suspended() const { return session_.has_value() && session_->interest().async; }

  /// Returns how many calls were answered kWantAsync; and how many of these were suspended anew, or
  /// once more after a wakeup.
  std::size_t waits() const { return waits_; }
  std::size_t suspensions() const { return suspensions_; }

  /// Returns how often the callback that WaitBy() has set was called, and how often of these when
  /// the session was gone already.
  unsigned callbacks() const { return wakeups_->callbacks; }
  unsigned callbacks_too_late() const { return wakeups_->too_late; }

  /// Returns how many bytes Send() was given that Write() has not taken.
  std::size_t unsent() const { return outgoing_.size() - outgoing_taken_; }

  /// Returns every byte that came.
  const Bytes& received() const { return received_; }

  /// Says whether Read() has said kClosed.
  bool saw_close() const { return saw_close_; }

  /// Returns what has happened, and asks the session for more of it first.
  const std::vector<Event::Type>& events();

  /// Returns a number that grows with everything that makes a difference.
  std::uint64_t progress() const { return progress_; }

  /// Sets errno to this before every call; by default to another value each time.
  std::optional<int> poisoned_errno;

  /// Returns where it stands and its last calls, for a failure's text.
  std::string Describe() const;

 private:
  struct Call {
    const char* what;
    std::size_t offered;
    Status status;
    std::size_t bytes;
  };

  /// What the callback tells, from any thread, even when the End is gone.
  struct Wakeups {
    std::atomic<unsigned> callbacks = 0;
    std::atomic<unsigned> too_late = 0;
    std::atomic<bool> session_gone = false;
  };

  /// How often a program polls before it gives the others a turn.
  static constexpr unsigned kPolls = 8;

  void BeforeCall();
  void AfterCall(const char* what, std::size_t offered, IoResult result, bool abandons = false);
  void CheckError(Status status, bool abandons);
  void CheckWants(IoResult result);
  void CheckSuspension(std::string_view what, Status status);
  bool WokenFromWait() const;
  bool Blame(bool holds, std::string_view what);
  void WriteSome();
  void ReadTurn();

  Checks& checks_;
  const CallHooks& hooks_;
  std::string name_;
  WireEnd wire_;
  std::optional<Session> session_;

  std::optional<Waiting> waiting_;
  std::shared_ptr<Wakeups> wakeups_ = std::make_shared<Wakeups>();
  unsigned callbacks_seen_ = 0;
  bool handler_called_ = false;
  std::vector<int> wait_fds_;
  unsigned polls_left_ = kPolls;
  bool suspends_anew_ = false;
  std::size_t waits_ = 0;
  std::size_t suspensions_ = 0;

  Bytes outgoing_;
  std::size_t outgoing_taken_ = 0;
  bool closing_ = false;
  bool shut_down_ = false;
  bool saw_close_ = false;
  bool woken_once_ = false;
  Bytes received_;
  std::vector<Event::Type> events_;
  std::uint64_t progress_ = 0;
  std::optional<std::string> first_error_;
  unsigned errno_turn_ = 0;
  std::array<Call, 12> calls_{};
  std::size_t call_count_ = 0;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WORLD_END_H_
