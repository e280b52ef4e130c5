#include "conformance/differential/stage.h"

#include <algorithm>

namespace tandem::conformance {
namespace {

// Nothing of what was sent waits anywhere: not on the wire, not in the receiver.
bool IsConsumed(const Side& sender, const Side& receiver) {
  return receiver.end.started() && sender.out.received() == sender.out.sent() &&
         !receiver.end.session().interest().now;
}

bool IsDone(const Side& side) { return side.end.started() && side.end.handshake_done(); }

// A program that wants the handshake alone is called for it and for output that waits.
bool WakesForHandshake(const Side& side) {
  const End& end = side.end;
  if (!end.Wakes()) return false;
  const bool over = end.error() != nullptr || end.handshake_done();
  return !over || (end.session().interest().write && side.out.writable());
}

bool HandshakeTurn(Side& side) {
  if (!WakesForHandshake(side)) return false;
  side.end.HandshakeTurn();
  return true;
}

bool Turn(Side& side) {
  if (!side.end.Wakes()) return false;
  side.end.Turn();
  return true;
}

}  // namespace

Stage::Stage(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      client_{connection_->client, connection_->to_server, connection_->to_client},
      server_{connection_->server, connection_->to_client, connection_->to_server} {}

void Stage::Look() {
  open_ = open_ || (IsDone(client_) && IsDone(server_));
  if (!open_) return;
  client_.aligned = client_.aligned || IsConsumed(client_, server_);
  server_.aligned = server_.aligned || IsConsumed(server_, client_);
}

template <typename Turn>
std::string Stage::Repeat(Turn turn) {
  const auto progress = [this] {
    const Connection& c = *connection_;
    return c.client.progress() + c.server.progress() + c.to_server.sent() + c.to_client.sent() +
           c.to_server.received() + c.to_client.received();
  };
  int idle = 0;
  for (int round = 0; round < kRoundLimit; ++round) {
    const auto before = progress();
    const bool client_called = turn(client_);
    const bool server_called = turn(server_);
    if (!client_called && !server_called) return {};
    idle = progress() == before ? idle + 1 : 0;
    if (idle > kIdleRounds) return "called again and again, and nothing moves";
  }
  return "called " + std::to_string(kRoundLimit) + " times, and not at rest";
}

std::string Stage::Settle() { return Repeat(HandshakeTurn); }

std::string Stage::Run() { return Repeat(Turn); }

void Stage::Mend() {
  connection_->to_server.knobs = {};
  connection_->to_client.knobs = {};
}

std::string Misreceived(Side& side, const Side& peer) {
  const Bytes& got = side.end.received();
  if (got.size() > peer.taken.size()) {
    return "got " + std::to_string(got.size()) + " bytes of " + std::to_string(peer.taken.size());
  }
  const auto fresh = got.begin() + static_cast<std::ptrdiff_t>(side.judged);
  const auto sent = peer.taken.begin() + static_cast<std::ptrdiff_t>(side.judged);
  const auto wrong = std::mismatch(fresh, got.end(), sent).first;
  if (wrong != got.end()) {
    return "byte " + std::to_string(wrong - got.begin()) + " is not the one that was written";
  }
  side.judged = got.size();
  return {};
}

}  // namespace tandem::conformance
