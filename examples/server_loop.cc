#include "examples/server_loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>

namespace tandem_examples {
namespace {

using Clock = std::chrono::steady_clock;

// Events taken per round. Those beyond come with the next.
// Turns that a client with much to say gets between two handshakes of others.
constexpr int kTalkingPasses = 16;

constexpr std::size_t kEvents = 256;

// Clients admitted per round: a flood of new ones must not stop those who are here.
constexpr int kAcceptsPerRound = 64;

// A handshake takes two or three turns. One that takes more has a peer that sends it in crumbs, and
// does not go before others any longer.
constexpr int kQuickSteps = 4;

// When there is no descriptor left, and none of ours may come free, look again after this long.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

ServerLoop::ServerLoop(Descriptor listener, const LoopRules& rules, const ClientRules& client_rules,
                       MakeDialogue make_dialogue)
    : listener_(std::move(listener)),
      rules_(rules),
      client_rules_(client_rules),
      make_dialogue_(std::move(make_dialogue)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

std::optional<std::string> ServerLoop::Run(const Descriptor& signals,
                                           std::function<bool()> on_signal) {
  ResumeAcceptingIfRoom();
  if (!accepting_ || !Watch(signals.number(), EPOLLIN) || !WatchRuntime()) {
    return std::string("epoll_ctl: ") + std::strerror(errno);
  }
  while (!stopping_) {
    if (auto failure = TakeEvents(signals, on_signal)) return failure;
    GiveTurns();
    RunTimers();
    ResumeAcceptingIfRoom();
  }
  for (auto& [socket, place] : places_) {
    NoteFailure(place);  // It may have failed, and linger.
    place.client.Leave();
  }
  return std::nullopt;
}

std::string ServerLoop::Summary() const {
  std::string text = "accepted=" + std::to_string(accepted_);
  text += " served=" + std::to_string(met_);
  text += " most_at_once=" + std::to_string(most_at_once_);
  for (const auto& [kind, count] : failures_) {
    text += " " + std::string(tandem::ErrorKindName(kind)) + "=" + std::to_string(count);
  }
  return text;
}

// --- Events --------------------------------------------------------------------------------------

bool ServerLoop::Watch(int descriptor, std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  return ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool ServerLoop::WatchRuntime() const {
  return client_rules_.runtime == nullptr || Watch(client_rules_.runtime->fd(), EPOLLIN);
}

int ServerLoop::EpollTimeout() const {
  if (!talking_.empty() || !shaking_hands_.empty()) return 0;
  Deadline next = accept_again_;
  if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
  if (next == Deadline::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
}

std::optional<std::string> ServerLoop::TakeEvents(const Descriptor& signals,
                                                  const std::function<bool()>& on_signal) {
  std::array<epoll_event, kEvents> events{};
  const int count = ::epoll_wait(epoll_.number(), events.data(), kEvents, EpollTimeout());
  if (count < 0 && errno != EINTR) return std::string("epoll_wait: ") + std::strerror(errno);
  for (int i = 0; i < count; ++i) {
    const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
    if (descriptor == signals.number()) {
      if (!on_signal()) stopping_ = true;
    } else if (descriptor == listener_.number()) {
      Accept();
    } else if (client_rules_.runtime != nullptr && descriptor == client_rules_.runtime->fd()) {
      // It calls the handlers of Accept(). Those beyond its budget come with the next round.
      client_rules_.runtime->RunReady();
    } else if (const auto found = places_.find(descriptor); found != places_.end()) {
      found->second.client.NoteEvent();
      Enqueue(found->second);
    }
  }
  return std::nullopt;
}

// --- Coming --------------------------------------------------------------------------------------

void ServerLoop::Accept() {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    if (places_.size() >= rules_.max_clients) {
      PauseAccepting(Deadline::max());
      return;
    }
    Descriptor socket(
        ::accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.is_open()) {
      const bool exhausted =
          errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      // The listener would stay readable, and the loop would spin.
      if (exhausted) PauseAccepting(Clock::now() + kAcceptPause);
      if (errno == EAGAIN || errno == EWOULDBLOCK || exhausted) return;
      continue;  // This client went away before we came to it.
    }
    const int number = socket.number();
    const int on = 1;
    ::setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    // Edge-triggered and for good: Session::interest() says what a turn waits for, so that the
    // kernel need not be told each time.
    if (!Watch(number, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)) continue;
    ++accepted_;
    Place& place = places_.try_emplace(number, std::move(socket), make_dialogue_(), client_rules_)
                       .first->second;
    most_at_once_ = std::max(most_at_once_, places_.size());
    place.client.OnReady([this, &place] { Enqueue(place); });
    Schedule(place);
    Enqueue(place);
  }
}

// Until there is room for another client, and, if `until` says so, that moment.
void ServerLoop::PauseAccepting(Deadline until) {
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, listener_.number(), nullptr);
  accepting_ = false;
  accept_again_ = until;
}

void ServerLoop::ResumeAcceptingIfRoom() {
  if (accepting_ || places_.size() >= rules_.max_clients) return;
  if (accept_again_ != Deadline::max() && Clock::now() < accept_again_) return;
  accept_again_ = Deadline::max();
  accepting_ = Watch(listener_.number(), EPOLLIN);
}

// --- Turns ---------------------------------------------------------------------------------------

void ServerLoop::Enqueue(Place& place) {
  if (place.queued) return;
  place.queued = true;
  const int socket = place.client.socket();
  if (!place.client.handshaking()) {
    talking_.push_back(socket);
  } else if (place.steps == 0 || place.steps >= kQuickSteps) {
    shaking_hands_.push_back(socket);
  } else {
    shaking_hands_.push_front(socket);
  }
}

void ServerLoop::GiveTurns() {
  // More than one pass: a turn reads one record, and who has several waiting must not get one for
  // each handshake that others make.
  for (int passes = kTalkingPasses; passes > 0 && !talking_.empty(); --passes) {
    // As many as stand there now: who comes back goes behind those who have just arrived.
    for (std::size_t left = talking_.size(); left > 0; --left) {
      const int socket = talking_.front();
      talking_.pop_front();
      GiveTurn(socket);
    }
  }
  for (int left = rules_.handshakes_per_turn; left > 0 && !shaking_hands_.empty(); --left) {
    const int socket = shaking_hands_.front();
    shaking_hands_.pop_front();
    GiveTurn(socket);
  }
}

void ServerLoop::GiveTurn(int socket) {
  const auto found = places_.find(socket);
  if (found == places_.end() || !found->second.queued) return;
  Place& place = found->second;
  place.queued = false;
  if (place.client.handshaking()) ++place.steps;
  Settle(place, place.client.Turn(buffer_));
}

void ServerLoop::Settle(Place& place, Client::Need need) {
  if (!place.met && place.client.info() != nullptr) Meet(place);
  if (need == Client::Need::kGone) {
    Remove(place);
    return;
  }
  Schedule(place);
  if (need == Client::Need::kTurn) Enqueue(place);
}

void ServerLoop::Meet(Place& place) {
  place.met = true;
  ++met_;
  if (!rules_.verbose) return;
  const tandem::Backend& backend = client_rules_.config->backend();
  std::cerr << "serve: " << DescribeConnection(backend, *place.client.info()) << "\n";
}

// --- Deadlines -----------------------------------------------------------------------------------

void ServerLoop::Schedule(Place& place) {
  const Deadline due = place.client.due();
  // Deadlines move backwards with every turn. A timer that is early costs one look when it comes;
  // moving it each time would cost more.
  if (place.scheduled <= due && place.scheduled != Deadline::max()) return;
  timers_.erase({place.scheduled, place.client.socket()});
  place.scheduled = due;
  timers_.insert({due, place.client.socket()});
}

void ServerLoop::RunTimers() {
  const Deadline now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const int socket = timers_.begin()->second;
    timers_.erase(timers_.begin());
    Place& place = places_.at(socket);
    place.scheduled = Deadline::max();
    Settle(place, place.client.due() <= now ? place.client.HandleDue() : Client::Need::kEvent);
  }
}

// --- Going ---------------------------------------------------------------------------------------

void ServerLoop::Remove(Place& place) {
  const int socket = place.client.socket();
  NoteFailure(place);
  timers_.erase({place.scheduled, socket});
  places_.erase(socket);
}

void ServerLoop::NoteFailure(const Place& place) {
  const auto& failure = place.client.failure();
  if (!failure.has_value()) return;
  ++failures_[failure->kind];
  if (rules_.verbose) std::cerr << "serve: " << failure->ToString() << "\n";
}

}  // namespace tandem_examples
