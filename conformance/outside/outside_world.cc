#include "conformance/outside/outside_world.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

namespace tandem::conformance {
namespace {

// What TCP has brought and our end has not read. More is left to the peer's socket, which then
// blocks the peer, as it would if there were no link between.
constexpr std::size_t kHeldInput = std::size_t{1} << 16;

constexpr std::size_t kPiece = 16384;
constexpr std::size_t kLine = 64;

std::string Without(std::string_view noise, const std::string& text) {
  if (noise.empty()) return text;
  std::string rest;
  std::size_t at = 0;
  for (std::size_t found = text.find(noise); found != std::string::npos;
       found = text.find(noise, at)) {
    rest.append(text, at, found - at);
    at = found + noise.size();
  }
  return rest.append(text, at, std::string::npos);
}

bool IsLine(std::string_view line) {
  return line.size() > 8 && line.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Leaves out what Lines() has made, and all but the last of the rest: people have seen the first.
std::string WithoutLines(std::string_view printed) {
  constexpr std::size_t shown = 3000;
  std::string rest;
  while (!printed.empty()) {
    const std::size_t end = std::min(printed.find('\n'), printed.size() - 1) + 1;
    const std::string_view line = printed.substr(0, end);
    if (!IsLine(line.substr(0, end - 1))) rest.append("    ").append(line);
    printed.remove_prefix(end);
  }
  return rest.size() > shown ? "    ..." + rest.substr(rest.size() - shown) : rest;
}

std::string_view TextOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string Lines(std::size_t size, std::uint64_t seed) {
  constexpr std::string_view digits = "0123456789abcdef";
  Random random(seed);
  std::string text(size, '\n');
  for (std::size_t i = 0; i + 1 < size; ++i) {
    if (i % kLine != kLine - 1) text[i] = digits[random.Below(digits.size())];
  }
  return text;
}

bool OutsideWorld::Fails(const Expected& expected, Here here) {
  const Note note(world_.checks(), Describe());
  return world_.Fails(ours(), expected, here);
}

bool OutsideWorld::PeerTellsOf(Alert alert, Here here) {
  const auto tells = [&] { return TellsOfAlert(peer_->Printed(), alert); };
  // A server for many has printed all before it closes the connection, and stays; others end.
  const auto said_all = [&] { return peer().ended() || (in_ended_ && tool_.echoes); };
  const std::string what = "the peer tells of " + Show(alert);
  if (!RunUntil([&] { return tells() || said_all(); }, what, here)) return false;
  return world_.That(tells(), what + ": it has not\n  " + Describe(), here);
}

bool OutsideWorld::PeerPrints(std::string_view words, Here here) {
  return RunUntil([&] { return peer_->Printed().find(words) != std::string::npos; },
                  "the peer prints '" + std::string(words) + "'", here);
}

OutsideWorld::Rules OutsideWorld::OurRules() {
  return is_client() ? world_.ClientRules() : world_.ServerRules();
}

PeerRules OutsideWorld::TheirRules() const {
  PeerRules rules;
  rules.version = version();
  if (tool_.role == Role::kServer) rules.identity = "server_p256";
  return rules;
}

bool OutsideWorld::Open(const Rules& ours, const PeerRules& theirs, std::string_view name,
                        Here here) {
  peer_.reset();
  sending_.clear();
  expected_.clear();
  in_ended_ = false;
  heard_ = 0;
  const auto config = world_.Build(ours, here);
  if (config == nullptr) return false;
  world_.Open(is_client() ? config : nullptr, is_client() ? nullptr : config, name, here);
  std::string failure;
  peer_ = Peer::Connect(tool_, theirs, pki_, failure);
  tool_failed_ = tool_failed_ || peer_ == nullptr;
  return world_.That(peer_ != nullptr, failure, here);
}

bool OutsideWorld::Connect(const Rules& ours, const PeerRules& theirs, std::string_view name,
                           Here here) {
  if (!Open(ours, theirs, name, here)) return false;
  End& end = this->ours();
  RunUntil([&] { return end.handshake_done() || end.error() != nullptr; }, "handshake", here);
  return world_.That(end.handshake_done() && end.error() == nullptr,
                     "the handshake is not done\n  " + Describe(), here);
}

bool OutsideWorld::Connect(Here here) {
  return Connect(OurRules(), TheirRules(), "server.test", here);
}

void OutsideWorld::HangUp() { peer_->socket().Close(); }

bool OutsideWorld::PumpIn() {
  const Descriptor& socket = peer_->socket();
  std::array<std::byte, kPiece> buffer;
  bool moved = false;
  while (socket.open() && !in_ended_ && in().in_flight().size() < kHeldInput) {
    const ssize_t size = recv(socket.number(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    moved = true;
    if (size > 0) {
      in().Inject(std::span(buffer).first(static_cast<std::size_t>(size)));
      continue;
    }
    in_ended_ = true;
    if (size == 0) in().End();
    if (size < 0) in().FailReceive(errno);
  }
  return moved;
}

bool OutsideWorld::PumpOut() {
  const Descriptor& socket = peer_->socket();
  std::array<std::byte, kPiece> buffer;
  bool moved = false;
  while (socket.open()) {
    if (sending_.empty()) {
      const TransportResult result = out().Receive(buffer);
      // A link that stalls for no reason is asked again at once.
      if (result.outcome != TransportResult::Outcome::kMoved) return moved || out().readable();
      sending_ = TextOf(std::span(buffer).first(result.bytes));
    }
    const ssize_t size = send(socket.number(), sending_.data(), sending_.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    moved = true;
    if (size < 0) {
      out().FailSend(errno);
      out().DropInFlight();
      sending_.clear();
      break;
    }
    sending_.erase(0, static_cast<std::size_t>(size));
  }
  return moved;
}

bool OutsideWorld::Pump() {
  const bool out_moved = PumpOut();
  const bool in_moved = PumpIn();
  return peer_->process().Move() || out_moved || in_moved;
}

void OutsideWorld::AddTo(std::vector<pollfd>& waits) const {
  waits.clear();
  peer_->process().AddTo(waits);
  const int socket = peer_->socket().number();
  if (socket >= 0 && !in_ended_) waits.push_back({socket, POLLIN, 0});
  if (socket >= 0 && !sending_.empty()) waits.push_back({socket, POLLOUT, 0});
}

bool OutsideWorld::Turn() {
  if (!ours().Wakes()) return false;
  ours().Turn();
  return true;
}

bool OutsideWorld::RunUntil(const std::function<bool()>& done, std::string_view what, Here here) {
  const auto gives_up = [&](std::string_view why) {
    return world_.That(false, std::string(what) + ": " + std::string(why) + "\n  " + Describe(),
                       here);
  };
  std::vector<pollfd> waits;
  Deadline deadline;
  for (std::size_t turns = 0; turns < World::kTurnLimit; ++turns) {
    if (done()) return true;
    const bool turned = Turn();
    if (Pump() || turned) {
      deadline = Deadline();
      continue;
    }
    if (done()) return true;
    AddTo(waits);
    const bool lingers = peer().lingers();
    if (waits.empty() && !lingers) return gives_up("nothing will ever happen");
    const auto most = lingers ? Deadline::kTick : Deadline::kPatience;
    if (!deadline.Wait(waits, most)) return gives_up("nothing happens for too long");
  }
  return gives_up("too many turns");
}

bool OutsideWorld::RunUntilError(Here here) {
  return RunUntil([&] { return ours().error() != nullptr; }, "an error", here);
}

std::string OutsideWorld::Heard() {
  std::string heard = peer().output();
  for (const std::string_view noise : tool_.noise) heard = Without(noise, heard);
  return heard;
}

bool OutsideWorld::PeerHas(std::string_view text) {
  const std::size_t at = Heard().find(text, heard_);
  return at != std::string::npos && (!tool_.pure_output || at == heard_);
}

bool OutsideWorld::ExchangeEchoed(const std::string& text, Here here) {
  const auto bytes = BytesOf(text);
  expected_.insert(expected_.end(), bytes.begin(), bytes.end());
  ours().Send(bytes);
  RunUntil(
      [&] { return ours().received().size() >= expected_.size() || ours().error() != nullptr; },
      "an echo", here);
  return world_.Got(ours(), expected_, here);
}

bool OutsideWorld::Exchange(std::size_t from_ours, std::size_t from_peer, Here here) {
  ++exchanges_;
  const std::string sent = Lines(from_ours, 2 * exchanges_);
  if (tool_.echoes) return ExchangeEchoed(Lines(std::max(from_ours, from_peer), exchanges_), here);
  const std::string said = Lines(from_peer, 2 * exchanges_ + 1);
  const auto said_bytes = BytesOf(said);
  expected_.insert(expected_.end(), said_bytes.begin(), said_bytes.end());
  peer().Say(said);
  ours().Send(BytesOf(sent));
  const std::size_t most = heard_ + sent.size();
  const auto done = [&] {
    return ours().error() != nullptr || (ours().received().size() >= expected_.size() &&
                                         peer().output().size() >= most && PeerHas(sent));
  };
  if (!RunUntil(done, "exchange", here)) return false;
  heard_ = Heard().find(sent, heard_) + sent.size();
  return world_.That(ours().error() == nullptr, "should live\n  " + Describe(), here) &&
         world_.Got(ours(), expected_, here);
}

std::string OutsideWorld::Describe() {
  const std::string end = ours().started() ? ours().Describe() : "our end is gone";
  if (peer_ == nullptr) return end;
  return end + "\n  " + std::string(tool_.name) + " has exit status " + Show(peer().exit_status()) +
         " and printed:\n" + WithoutLines(peer_->Printed());
}

}  // namespace tandem::conformance
