#include "conformance/suite/workers.h"

#include <poll.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "conformance/suite/signals.h"
#include "conformance/suite/worker.h"

namespace tandem::conformance {
namespace {

using Told = std::function<bool(std::size_t place, const RunResult& result)>;

// Deaths and deadlines are looked for this often. A death usually shows at once, as the end of what
// the process prints, but not if a process that it started holds the other end.
constexpr int kTickMilliseconds = 20;

// For the end of a process that has no run to do: LeakSanitizer takes its time on a busy machine.
constexpr std::chrono::seconds kEndLimit{120};

std::vector<std::string> PerformHere(std::span<const Run> runs, const WorkerOptions& options,
                                     const Told& told) {
  for (std::size_t place = 0; place < runs.size(); ++place) {
    if (options.watch) options.watch({&place, 1});
    if (!told(place, Perform(runs[place], options.hooks, options.exceptions))) break;
  }
  return {};
}

RunResult Lost(Outcome outcome, std::string text, Worker::TimePoint began) {
  RunResult result;
  result.outcome = outcome;
  result.duration = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - began);
  result.failures.push_back({"", 0, std::move(text)});
  return result;
}

// All workers of one PerformAll().
class Crew {
 public:
  Crew(std::span<const Run> runs, const WorkerOptions& options, const Told& told)
      : runs_(runs), options_(options), told_(told), perform_([this](std::size_t place) {
          return Perform(runs_[place], options_.hooks, options_.exceptions);
        }) {}

  std::vector<std::string> Work() {
    for (Hire(); !workers_.empty(); Hire()) {
      Wait();
      if (signals_.Came()) break;
      for (auto& worker : workers_) Attend(worker);
      std::erase(workers_, nullptr);
      if (stopped_) break;
    }
    workers_.clear();
    return std::move(complaints_);
  }

 private:
  static Worker::TimePoint Now() { return std::chrono::steady_clock::now(); }

  bool work_left() const { return next_ < runs_.size(); }

  void Hire() {
    while (work_left() && workers_.size() < options_.jobs && !stopped_) {
      auto worker = Worker::Start(perform_, workers_);
      if (worker == nullptr && workers_.empty()) {
        Tell(next_++, Lost(Outcome::kCrashed, "no process can be started", Now()));
      }
      if (worker == nullptr) return;
      workers_.push_back(std::move(worker));
      Employ(*workers_.back());
    }
  }

  void Employ(Worker& worker) {
    if (work_left()) return worker.Give(next_++, Now() + options_.timeout);
    worker.Dismiss(Now() + kEndLimit);
  }

  void Wait() const {
    std::vector<pollfd> sources = {{signals_.descriptor(), POLLIN, 0}};
    for (const auto& worker : workers_) {
      sources.push_back({worker->answers(), POLLIN, 0});
      sources.push_back({worker->output(), POLLIN, 0});
    }
    if (options_.watch) options_.watch(PlacesByBegin());
    ::poll(sources.data(), sources.size(), kTickMilliseconds);
  }

  // Workers stand in the order of their hire, and some have had many runs since.
  std::vector<std::size_t> PlacesByBegin() const {
    std::vector<const Worker*> busy;
    for (const auto& worker : workers_) {
      if (worker->place()) busy.push_back(worker.get());
    }
    std::ranges::stable_sort(busy, {}, &Worker::began);
    std::vector<std::size_t> places;
    for (const Worker* worker : busy) places.push_back(*worker->place());
    return places;
  }

  // Resets `worker` once its process is gone.
  void Attend(std::unique_ptr<Worker>& worker) {
    const bool ended = worker->Ended();
    worker->Listen();
    const std::optional<std::size_t> place = worker->place();
    if (const auto result = worker->TakeResult()) {
      Tell(*place, *result);
      if (!ended) return Employ(*worker);
    }
    const bool late = !ended && Now() >= worker->deadline();
    if (!ended && !late) return;
    Bury(*worker, late);
    worker.reset();
  }

  void Bury(Worker& worker, bool late) {
    worker.Kill();
    worker.Listen();
    std::string text = worker.Ending();
    if (late && worker.place()) {
      text = "did not end within " + std::to_string(options_.timeout.count()) + " s" +
             worker.LastWords();
    }
    if (worker.place()) {
      const Outcome outcome = late ? Outcome::kTimedOut : Outcome::kCrashed;
      Tell(*worker.place(), Lost(outcome, std::move(text), worker.began()));
    } else if (!text.empty()) {
      complaints_.push_back(late ? "after its last run, a process did not end"
                                 : "after its last run, " + text);
    }
  }

  void Tell(std::size_t place, const RunResult& result) {
    if (!stopped_) stopped_ = !told_(place, result);
  }

  std::span<const Run> runs_;
  const WorkerOptions& options_;
  const Told& told_;
  Worker::Perform perform_;
  Signals signals_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::size_t next_ = 0;
  bool stopped_ = false;
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> PerformAll(std::span<const Run> runs, const WorkerOptions& options,
                                    const Told& told) {
  if (options.jobs == 0) return PerformHere(runs, options, told);
  return Crew(runs, options, told).Work();
}

}  // namespace tandem::conformance
