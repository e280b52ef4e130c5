#include "examples/dtls_echo_server.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <iostream>
#include <system_error>

#include "examples/dtls_echo_facts.h"
#include "tandem/error.h"

namespace tandem_examples {
namespace {

using tandem::PeerAddress;
using tandem::Session;
using tandem::Status;
using tandem::TransportResult;

// The largest payload of UDP over IPv4 is less than this.
constexpr std::size_t kLargestDatagram = 65'536;

// Datagrams that one round takes from the socket, and that one turn reads, before others have a
// turn.
constexpr int kReceivedPerRound = 64;
constexpr int kEchoesPerTurn = 32;

// A round without anything to do.
constexpr std::chrono::seconds kLongestWait{60};

}  // namespace

DtlsEchoServer::DtlsEchoServer(Descriptor socket, tandem::DatagramListener listener, Rules rules)
    : socket_(std::move(socket)),
      listener_(std::move(listener)),
      rules_(std::move(rules)),
      buffer_(kLargestDatagram) {}

std::optional<std::string> DtlsEchoServer::Run(const Descriptor& signals) {
  std::optional<std::string> failure;
  while (!failure.has_value()) {
    failure = Wait(signals);
    if (failure.has_value()) {
      if (failure->empty()) failure.reset();  // A signal has come: no failure.
      break;
    }
    failure = ReceiveSome();
    TurnAll();
  }
  for (auto& [address, peer] : peers_) Part(peer);
  return failure;
}

// Returns an empty text for a signal.
std::optional<std::string> DtlsEchoServer::Wait(const Descriptor& signals) {
  Clock::time_point until = Clock::now() + kLongestWait;
  if (!agenda_.empty()) until = std::min(until, agenda_.begin()->first);
  if (!ready_.empty() || more_to_receive_) until = Clock::time_point();
  const short events = static_cast<short>(POLLIN | (blocked_.empty() ? 0 : POLLOUT));
  std::array<pollfd, 2> polls{{{socket_.number(), events, 0}, {signals.number(), POLLIN, 0}}};
  if (::poll(polls.data(), polls.size(), PollTimeout(until)) < 0 && errno != EINTR) {
    return "cannot wait: " + std::generic_category().message(errno);
  }
  if (polls[1].revents != 0) return "";
  if ((polls[0].revents & POLLOUT) != 0) ready_.merge(blocked_);
  return std::nullopt;
}

std::optional<std::string> DtlsEchoServer::ReceiveSome() {
  more_to_receive_ = false;
  for (int i = 0; i < kReceivedPerRound; ++i) {
    const auto received = tandem::ReceiveFrom(socket_.number(), buffer_);
    if (received.result.outcome == TransportResult::Outcome::kFailed) {
      return "cannot receive: " + std::generic_category().message(received.result.system_error);
    }
    if (received.result.outcome != TransportResult::Outcome::kMoved) return std::nullopt;
    Take(std::span(buffer_).first(received.result.bytes), received.from);
  }
  more_to_receive_ = true;
  return std::nullopt;
}

void DtlsEchoServer::Take(std::span<const std::byte> datagram, const PeerAddress& from) {
  if (const auto peer = peers_.find(from); peer != peers_.end()) {
    if (!peer->second.transport.Deliver(datagram)) ++counters_.dropped;
    ready_.insert(from);
    return;
  }
  using Outcome = tandem::DatagramListener::Answer::Outcome;
  const auto answer = listener_.Judge(datagram, from.bytes());
  if (answer.outcome == Outcome::kReply) {
    // If it gets lost, the client asks again.
    static_cast<void>(tandem::SendTo(socket_.number(), from, answer.reply()));
  }
  if (answer.outcome == Outcome::kAccept) Admit(*answer.hello, from);
}

void DtlsEchoServer::Admit(const tandem::AcceptedHello& hello, const PeerAddress& from) {
  // The client asks again in a second: by then there may be room.
  if (peers_.size() >= rules_.max_peers) {
    ++counters_.turned_away;
    return;
  }
  Peer& peer = peers_.try_emplace(from, socket_.number(), from).first->second;
  auto session = Session::Server(rules_.config, hello, peer.transport);
  if (!session.ok()) {
    Report(peer, session.error().ToString());
    ++counters_.failed;
    peers_.erase(from);
    return;
  }
  peer.session.emplace(*std::move(session));
  peer.heard = Clock::now();
  Schedule(peer);
  ready_.insert(from);
  ++counters_.accepted;
  counters_.most_at_once = std::max(counters_.most_at_once, peers_.size());
}

// --- Turns ---------------------------------------------------------------------------------------

// Gives a turn to all that are ready or whose time has come.
void DtlsEchoServer::TurnAll() {
  const Clock::time_point now = Clock::now();
  for (const auto& [wakeup, address] : agenda_) {
    if (wakeup > now) break;
    ready_.insert(address);
  }
  for (const PeerAddress& address : std::exchange(ready_, {})) {
    const auto found = peers_.find(address);
    if (found == peers_.end()) continue;
    Peer& peer = found->second;
    if (Turn(peer) == Fate::kGoes || EndIfIdle(peer) == Fate::kGoes) {
      Remove(address);
      continue;
    }
    Schedule(peer);
  }
}

// One turn of a handshake, or some echoes.
DtlsEchoServer::Fate DtlsEchoServer::Turn(Peer& peer) {
  Session& session = *peer.session;
  if (session.HandleEvents() == Status::kError) return End(peer);
  if (peer.open) return Echo(peer);
  const Status status = session.Handshake();
  if (status == Status::kError) return End(peer);
  if (status == Status::kOk) {
    peer.open = true;
    peer.heard = Clock::now();
    ++counters_.served;
    Report(peer, DescribeDtls(*session.info()));
    return Echo(peer);
  }
  return Fate::kStays;
}

DtlsEchoServer::Fate DtlsEchoServer::Echo(Peer& peer) {
  Session& session = *peer.session;
  for (int i = 0; i < kEchoesPerTurn; ++i) {
    const auto [status, bytes, truncated] = session.Read(buffer_);
    if (status == Status::kError) return End(peer);
    if (status == Status::kClosed) {
      Report(peer, "closed");
      ++counters_.closed;
      Part(peer);
      return Fate::kGoes;
    }
    if (status != Status::kOk) return Fate::kStays;
    peer.heard = Clock::now();
    // What does not fit now is lost, as in any network.
    const Status written = session.Write(std::span(buffer_).first(bytes)).status;
    if (written == Status::kError) return End(peer);
    ++(written == Status::kOk ? counters_.echoed : counters_.dropped);
    if (written == Status::kRefused) Report(peer, session.refusal()->ToString());
  }
  return Fate::kStays;
}

// Only what was genuine counts as heard: garbage from a forged address keeps nobody alive. A
// handshake has a deadline of its own.
DtlsEchoServer::Fate DtlsEchoServer::EndIfIdle(Peer& peer) {
  if (!peer.open || Clock::now() < peer.heard + rules_.idle) return Fate::kStays;
  Report(peer, "idle");
  ++counters_.idle;
  Part(peer);
  return Fate::kGoes;
}

DtlsEchoServer::Fate DtlsEchoServer::End(const Peer& peer) {
  Report(peer, peer.session->error()->ToString());
  ++counters_.failed;
  return Fate::kGoes;
}

// Notes when the peer must have its next turn, and why.
void DtlsEchoServer::Schedule(Peer& peer) {
  const PeerAddress& address = peer.transport.peer();
  agenda_.erase({peer.wakeup, address});
  const auto timer = peer.session->event_timeout();
  const Clock::time_point idle = peer.heard + rules_.idle;
  peer.wakeup = peer.open ? std::min(timer.value_or(idle), idle) : timer.value_or(idle);
  agenda_.insert({peer.wakeup, address});
  const tandem::Interest interest = peer.session->interest();
  if (interest.now || peer.transport.waiting() > 0) ready_.insert(address);
  if (interest.write) {
    blocked_.insert(address);
  } else {
    blocked_.erase(address);
  }
}

void DtlsEchoServer::Remove(const PeerAddress& address) {
  const auto found = peers_.find(address);
  agenda_.erase({found->second.wakeup, address});
  blocked_.erase(address);
  ready_.erase(address);
  peers_.erase(found);
}

// Says goodbye, once: it may be lost, and nobody waits for the answer.
void DtlsEchoServer::Part(Peer& peer) {
  peer.session->Shutdown();
  peer.session->Flush();
}

// --- Words ---------------------------------------------------------------------------------------

void DtlsEchoServer::Report(const Peer& peer, std::string_view what) const {
  if (!rules_.verbose) return;
  std::cerr << "dtls_echo: " << peer.transport.peer().ToString() << ": " << what << "\n";
}

std::string DtlsEchoServer::Summary() const {
  const tandem::DatagramListener::Counters& asked = listener_.counters();
  std::string text;
  for (const auto& [name, count] : std::initializer_list<std::pair<const char*, std::uint64_t>>{
           {"accepted", counters_.accepted},
           {"served", counters_.served},
           {"closed", counters_.closed},
           {"idle", counters_.idle},
           {"failed", counters_.failed},
           {"turned_away", counters_.turned_away},
           {"most_at_once", counters_.most_at_once},
           {"echoed", counters_.echoed},
           {"dropped", counters_.dropped},
           {"challenged", asked.challenged},
           {"ignored", asked.ignored}}) {
    text += (text.empty() ? "" : " ") + std::string(name) + "=" + std::to_string(count);
  }
  return text;
}

}  // namespace tandem_examples
