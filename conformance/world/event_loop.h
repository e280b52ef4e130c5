// The event loop that the programs of a World share: what comes later, and how they learn of it.
//
//     each turn:  1. does what is due          (hooks and keys that answer late)
//                 2. polls the engines         (operations that complete)
//                 3. Runtime::RunReady()       (ready handlers, if the programs wait by them)

#ifndef TANDEM_CONFORMANCE_WORLD_EVENT_LOOP_H_
#define TANDEM_CONFORMANCE_WORLD_EVENT_LOOP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tandem/engine/runtime.h"
#include "tandem/engine/simulated_engine.h"

namespace tandem::conformance {

/// How a program learns that a suspended call is worth calling again.
enum class Waiting : std::uint8_t {
  kReadyHandler,  ///< By the Runtime's one fd, and the handler that RunReady() calls.
  kCallback,      ///< By the async callback, wherever that runs.
  kWaitFds,       ///< By the session's own fds.
  kPolling,       ///< Not at all: it calls again now and then.
};

inline constexpr std::array kWaitings = {Waiting::kReadyHandler, Waiting::kCallback,
                                         Waiting::kWaitFds, Waiting::kPolling};

/// Returns "ready handler" and so on.
std::string Show(Waiting waiting);

/// Says whether one of `fds` is readable now.
bool AnyReadable(std::span<const int> fds);

class EventLoop {
 public:
  /// Operations that one turn has each engine complete at most.
  static constexpr std::size_t kPollBudget = 8;

  EventLoop() = default;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// How the sessions of the World wait that are opened from now on.
  Waiting waiting = Waiting::kReadyHandler;

  /// Makes a Runtime for the sessions that are opened from now on. One at a time.
  engine::Runtime& MakeRuntime(const engine::Runtime::Options& options = {});

  /// Destroys it, as a program does that ends its loop before its sessions.
  void DropRuntime() { runtime_.reset(); }

  /// Null: sessions get none.
  engine::Runtime* runtime() const { return runtime_.get(); }

  /// Makes an engine that every turn polls.
  std::shared_ptr<engine::SimulatedEngine> MakeEngine(std::uint64_t seed,
                                                      const engine::Misbehaviour& misbehaviour);

  /// Polls none of them any more.
  void ForgetEngines() { engines_.clear(); }

  /// Does `what` in the so many-th turn from now; 1 is the next.
  void Later(unsigned turns, std::function<void()> what);

  /// Takes one turn. Returns what is wrong; empty if nothing.
  std::string Turn();

  /// Says whether nothing more happens here by itself.
  bool idle() const;

  /// Returns a number that grows with everything that has happened here.
  std::uint64_t progress() const { return progress_; }

 private:
  struct Due {
    unsigned turns;
    std::function<void()> what;
  };

  void DoWhatIsDue();
  bool RuntimeIsReadable() const;

  std::unique_ptr<engine::Runtime> runtime_;
  std::vector<std::shared_ptr<engine::SimulatedEngine>> engines_;
  std::vector<Due> due_;
  std::uint64_t progress_ = 0;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WORLD_EVENT_LOOP_H_
