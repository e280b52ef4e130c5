#include "examples/crowd.h"

#include <poll.h>

#include <chrono>
#include <utility>

namespace tandem_examples {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kConnectLimit{10};

}  // namespace

bool Crowd::Run(Deadline deadline, int stop) {
  while (failed_ < kFailureLimit) {
    Fill();
    if (Clock::now() >= deadline || !Wait(deadline, stop)) return true;
    std::size_t i = 0;
    for (auto visitor = visitors_.begin(); visitor != visitors_.end(); ++i) {
      const bool stays = !ready_[i] || Step(*visitor);
      visitor = stays ? std::next(visitor) : visitors_.erase(visitor);
    }
  }
  return false;
}

void Crowd::Fill() {
  while (visitors_.size() < static_cast<std::size_t>(rules_.size) && failed_ < kFailureLimit) {
    auto socket = Connect(rules_.server, Clock::now() + kConnectLimit);
    if (!socket.ok()) {
      Fail(socket.error().ToString());
      continue;
    }
    Visitor& visitor = visitors_.emplace_back(*std::move(socket));
    auto session = tandem::Session::Client(rules_.config, rules_.name, visitor.transport);
    if (session.ok()) visitor.session.emplace(*std::move(session));
    if (!session.ok()) Fail(session.error().ToString());
    if (!session.ok() || !Step(visitor)) visitors_.pop_back();
  }
}

// Sleeps until somebody has something to do. False: to stop.
bool Crowd::Wait(Deadline deadline, int stop) {
  std::vector<pollfd> polls{{stop, POLLIN, 0}};
  ready_.clear();
  bool awake = false;
  for (const Visitor& visitor : visitors_) {
    const tandem::Interest wait = visitor.session->interest();
    ready_.push_back(wait.now);
    awake |= wait.now;
    const int events = (wait.read ? POLLIN : 0) | (wait.write ? POLLOUT : 0);
    polls.push_back({visitor.socket.number(), static_cast<short>(events), 0});
  }
  ::poll(polls.data(), polls.size(), awake ? 0 : PollTimeout(deadline));
  for (std::size_t i = 1; i < polls.size(); ++i) {
    if (polls[i].revents != 0) ready_[i - 1] = true;
  }
  return polls[0].revents == 0;
}

// False: the visitor has come to its end.
bool Crowd::Step(Visitor& visitor) {
  const tandem::Status status = visitor.session->Handshake();
  if (status == tandem::Status::kError) {
    Fail(visitor.session->error()->ToString());
    return false;
  }
  if (status != tandem::Status::kOk) return true;
  ++done_;
  visitor.session->Shutdown();
  return false;
}

void Crowd::Fail(std::string why) {
  ++failed_;
  failure_ = std::move(why);
}

}  // namespace tandem_examples
