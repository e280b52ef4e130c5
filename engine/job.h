// Calls that can stop in the middle and go on later. After ASYNC_start_job(3).
//
//     JobPool::Start(body) ---> body runs on a stack of its own
//                                  ... Job::Pause()      -> Start() returns kPaused
//     JobPool::Resume(id)  --->    Pause() returns ...
//                                  body returns          -> Resume() returns kFinished
//
// What OpenSSL's jobs do, these do, but for what crashes there: docs/async.md has the table, and
// conformance/native_openssl runs it on both.

#ifndef TANDEM_ENGINE_JOB_H_
#define TANDEM_ENGINE_JOB_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/engine/stack_pool.h"
#include "tandem/engine/wait_context.h"

namespace tandem::engine {

class JobPool;
class Reaper;

/// What a call to JobPool came to. The numbers are those of ASYNC_start_job(3).
enum class JobOutcome : std::uint8_t {
  kFailed = 0,    ///< Nothing was run; JobRun::fault says why.
  kNoJobs = 1,    ///< The limit is reached, or there is no memory for a stack. Try again later.
  kPaused = 2,    ///< The job has paused; JobRun::job goes on with it.
  kFinished = 3,  ///< The job has ended; JobRun::result is what it returned.
};

/// Why nothing was run. Each is the caller's mistake, and hurts no job.
enum class JobFault : std::uint8_t {
  kNone,
  kNested,       ///< From inside a job, or the job waits for a CallOutside() that has not ended.
  kWrongThread,  ///< The pool has jobs on another thread.
  kUnknownJob,   ///< That job has ended, or never was.
};

/// Names a job. A name is never given twice, so one that is out of date is noticed.
struct JobId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< 0: names nothing.

  explicit operator bool() const { return generation != 0; }
  friend bool operator==(const JobId&, const JobId&) = default;
};

struct [[nodiscard]] JobRun {
  JobOutcome outcome = JobOutcome::kFailed;
  JobFault fault = JobFault::kNone;
  int result = 0;  ///< kFinished: what the body returned.
  JobId job = {};  ///< kPaused: what to resume.
};

/// Saves and restores what a library keeps per thread, such as a queue of errors, so that jobs that
/// take turns on a thread do not see each other's. Neither may throw.
class ThreadState {
 public:
  virtual ~ThreadState() = default;

  /// The job is being left: takes what is its own off the thread.
  virtual void Leave() noexcept = 0;

  /// The job goes on: puts that back.
  virtual void Enter() noexcept = 0;
};

/// A job, as the code that runs inside it sees it.
class Job {
 public:
  /// Returns the job that the caller runs in; null outside of jobs.
  static Job* current();

  /// Stops here; returns when the job is resumed, for whatever reason: who waits looks for himself.
  /// Returns at once while pauses are blocked, and in a job that is cancelled. From inside only.
  void Pause();

  /// Keeps Pause() from pausing until as many UnblockPause(). For code that holds a lock.
  void BlockPause() { ++blocked_; }
  void UnblockPause();
  bool pause_blocked() const { return blocked_ > 0; }

  /// Runs `call` on the stack of the one who started or resumed the job, and comes back. There no
  /// job is current. What `call` throws is thrown here. Nobody sees a pause, and blocked pauses do
  /// not matter. `call` may start and resume other jobs; this one it finds kNested.
  void CallOutside(const std::function<void()>& call);

  /// Says that nobody wants the result any more: do not wait for anything, fail and come to an end.
  bool cancelled() const { return cancelled_; }

  /// The one it was started with; null if none.
  WaitContext* wait_context() const { return wait_context_; }

  /// Keeps why a key or hook has failed, the first reason, for the body to report: a library's own
  /// code for it says nothing. Short of memory it keeps that.
  void NoteFailure(std::string_view reason) noexcept;

  /// Returns what NoteFailure() has kept; empty: nothing has failed. Forgotten when the job ends.
  const std::string& failure() const { return failure_; }

  /// Takes over what a job that is cancelled cannot bring to its end; null if nobody does.
  Reaper* reaper() const { return reaper_; }

  ~Job();

 private:
  friend class JobPool;
  struct Parts;  // The fiber and its stack.

  // What somebody else may do with the job now.
  enum class State : std::uint8_t { kIdle, kRunning, kOutside, kPaused };

  explicit Job(Reaper* reaper);
  void LeaveThread();

  State state_ = State::kIdle;
  bool named_ = false;            // Its JobId has been told.
  std::uint32_t generation_ = 1;  // Of the JobId.
  std::uint32_t slot_ = 0;        // Likewise.
  unsigned blocked_ = 0;
  bool cancelled_ = false;
  WaitContext* wait_context_ = nullptr;
  Reaper* const reaper_;
  std::string failure_;
  std::unique_ptr<Parts> parts_;
};

/// Runs `call` on the caller's own stack: by Job::CallOutside() in a job, at once elsewhere.
void CallOutside(const std::function<void()>& call);

/// Starts jobs, and goes on with them. Belongs to one thread while it has jobs.
class JobPool {
 public:
  struct Limits {
    std::size_t max_jobs = 0;      ///< Running and paused; 0: as many as there are stacks.
    std::size_t initial_jobs = 0;  ///< Made in advance.

    /// Says whether they can be met: 0 and 0, or no more at first than at last.
    bool sensible() const { return initial_jobs <= max_jobs; }
  };

  /// What a job is started with beside its body.
  struct Setting {
    WaitContext* wait_context = nullptr;  ///< Must outlive the job.
    ThreadState* thread_state = nullptr;  ///< Likewise.
    StackClass stack_class = StackClass::kUsual;
  };

  /// `limits` must be sensible. Jobs find `reaper` by Job::reaper(); it must outlive them.
  explicit JobPool(const Limits& limits, Reaper* reaper = nullptr);
  JobPool() : JobPool(Limits()) {}
  JobPool(const JobPool&) = delete;
  JobPool& operator=(const JobPool&) = delete;

  /// Does CancelAll(). On the jobs' own thread, outside of them.
  ~JobPool();

  /// Runs `body` in a new job until it pauses or ends. `body` must not throw, and is destroyed
  /// inside the job. Takes no memory if `body` is small and there was a job as deep before.
  JobRun Start(std::function<int()> body, const Setting& setting);

  /// Goes on with a job until it pauses again or ends.
  JobRun Resume(JobId job);

  /// Resumes a job as cancelled until it ends: none of its pauses pauses any more. The result is
  /// kFinished or a fault.
  JobRun Cancel(JobId job);

  /// Cancels every job, also those that are started meanwhile.
  void CancelAll();

  /// Returns the job, while it is paused; else null.
  const Job* Find(JobId job) const;

  /// Jobs that are running or paused.
  std::size_t in_flight() const { return in_flight_; }

  /// Says whether the caller is on the thread that the jobs in flight belong to, or there are none.
  bool on_own_thread() const;

  std::size_t max_jobs() const { return limits_.max_jobs; }
  StackPool& stacks() { return stacks_; }
  const StackPool& stacks() const { return stacks_; }

 private:
  JobFault FaultOf(JobId id) const;
  bool Bind();
  void Unbind();
  Job* Prepare(const Setting& setting) noexcept;
  Job* IdleJob();
  void MakeJob();
  JobRun Run(Job& job);
  JobRun Finish(Job& job);

  const Limits limits_;
  Reaper* const reaper_;
  StackPool stacks_;
  std::vector<std::unique_ptr<Job>> slots_;
  std::vector<std::uint32_t> free_slots_;  // Has room for all slots: no job's end needs memory.
  std::size_t in_flight_ = 0;
  std::atomic<Job* const*> thread_ = nullptr;  // Its Job::current(); null while there are no jobs.
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_JOB_H_
