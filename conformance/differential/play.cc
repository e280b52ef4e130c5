#include "conformance/differential/play.h"

#include <chrono>
#include <memory>
#include <utility>

#include "conformance/differential/programs.h"
#include "conformance/differential/protected_wire.h"
#include "conformance/differential/sight.h"
#include "conformance/differential/stage.h"

namespace tandem::conformance {
namespace {

class Player {
 public:
  Player(const Script& script, const WorldParts& parts) : script_(script), world_(parts) {}

  Trace Play();

 private:
  bool Open();
  void Do(const Action& action, std::string& line);
  void DoToEnd(const Action& action, Stage& stage, Side& side, std::string& line);
  IoResult Call(const Action& action, Side& side);
  IoResult Write(const Action& action, Side& side);
  bool DoToLink(const Action& action, Stage& stage, Side& sender);
  bool Tamper(const Action& action, Link& link);
  void DoToConnection(const Action& action, Stage& stage, std::string& line);
  bool Advance(std::chrono::milliseconds time);
  void ComeToAnEnd();
  void TellEnd(Stage& stage, Side& side);
  void Judge(Stage& stage);
  void CameToRest(Stage& stage, const std::string& complaint);

  const Script& script_;
  World world_;
  std::vector<std::unique_ptr<Stage>> stages_;
  Trace trace_;
  std::size_t place_ = 0;  // Of the action that is done.
  bool rekeyed_ = false;
};

Trace Player::Play() {
  SetDate(script_.setup, world_);
  if (Open()) {
    for (place_ = 0; place_ < script_.actions.size(); ++place_) {
      const Action& action = script_.actions[place_];
      std::string line = TextOf(action);
      Do(action, line);
      trace_.lines.push_back(std::move(line));
      ++trace_.actions;
      for (const auto& stage : stages_) stage->Look();
      Judge(*stages_[action.connection]);
    }
    ComeToAnEnd();
  }
  trace_.connections = world_.schedules();
  trace_.failures = world_.checks().failures();
  return std::move(trace_);
}

bool Player::Open() {
  const auto client = BuildClient(script_.setup, world_);
  const auto server = BuildServer(script_.setup, world_);
  const auto told = [](const auto& config) {
    return config.ok() ? std::string("built") : Show(config.error().kind);
  };
  trace_.lines.push_back("client " + told(client) + ", server " + told(server));
  if (!client.ok() || !server.ok()) return false;
  for (std::size_t i = 0; i < ConnectionsOf(script_); ++i) {
    const Connection& opened = world_.Open(*client, *server, script_.setup[Field::kName]);
    if (!opened.client.started() || !opened.server.started()) return false;
    stages_.push_back(std::make_unique<Stage>(world_.Detach()));
  }
  return true;
}

void Player::Do(const Action& action, std::string& line) {
  Stage& stage = *stages_[action.connection];
  switch (action.actor) {
    case Actor::kClient: return DoToEnd(action, stage, stage.client(), line);
    case Actor::kServer: return DoToEnd(action, stage, stage.server(), line);
    case Actor::kUp: line += DoToLink(action, stage, stage.client()) ? "" : " -"; return;
    case Actor::kDown: line += DoToLink(action, stage, stage.server()) ? "" : " -"; return;
    case Actor::kConnection: return DoToConnection(action, stage, line);
  }
}

// --- Ends ----------------------------------------------------------------------------------------

void Player::DoToEnd(const Action& action, Stage& stage, Side& side, std::string& line) {
  if (!side.end.started()) {
    line += " -";
    return;
  }
  switch (action.what) {
    case What::kEvents: line += " = " + SightOfEvents(side); return;
    case What::kInfo: line += " = " + SightOfInfo(side.end, world_.now()); return;
    case What::kExport:
      line += " = " + SightOfExport(side, stage.PeerOf(side), action.size);
      return;
    case What::kBinding:
      line += " = " + SightOfBinding(side, stage.PeerOf(side), action.size);
      return;
    case What::kAbandon:
      side.end.Abandon();
      stage.NoteDamage();
      return;
    default: break;
  }
  const std::size_t had = side.end.received().size();
  const std::size_t sent = side.out.sent();
  const IoResult result = Call(action, side);
  line += " = " + SightOfCall(result, std::span(side.end.received()).subspan(had)) +
          SightOfSent(side.out.sent() - sent, stage.open()) + SightOfState(side);
}

IoResult Player::Call(const Action& action, Side& side) {
  End& end = side.end;
  switch (action.what) {
    case What::kHandshake: return {end.Handshake()};
    case What::kRead: return end.ReadSome(action.size);
    case What::kReadAll: return {end.ReadAll()};
    case What::kWrite: return Write(action, side);
    case What::kFlush: return {end.Flush()};
    case What::kShutdown: return {end.Shutdown()};
    case What::kHandleEvents: return {end.HandleEvents()};
    case What::kRekey:
    case What::kRekeyBoth: rekeyed_ = true; return {end.Rekey(action.what == What::kRekeyBoth)};
    default: return {};
  }
}

// What is written differs from place to place and from call to call, so that a retry with other
// bytes shows.
IoResult Player::Write(const Action& action, Side& side) {
  const Bytes plaintext = Pattern(action.size, place_ + 1);
  const IoResult result = side.end.Write(plaintext);
  side.taken.insert(side.taken.end(), plaintext.begin(),
                    plaintext.begin() + static_cast<std::ptrdiff_t>(result.bytes));
  return result;
}

// --- Wires ---------------------------------------------------------------------------------------

// Says whether it was done: what touches single bytes is not before they are the same everywhere.
bool Player::DoToLink(const Action& action, Stage& stage, Side& sender) {
  Link& link = sender.out;
  switch (action.what) {
    case What::kHold: link.knobs.receive_quota = 0; return true;
    case What::kRelease: link.knobs.receive_quota = LinkKnobs::kUnlimited; return true;
    case What::kUnblock: link.knobs.send_quota = LinkKnobs::kUnlimited; return true;
    case What::kBlock: link.knobs.send_quota = stage.open() ? action.size : 0; return true;
    case What::kChop:
      link.knobs.receive_chop = action.size == 0 ? LinkKnobs::kUnlimited : action.size;
      return true;
    case What::kCut: link.End(); break;
    case What::kFailReceive: link.FailReceive(static_cast<int>(action.size)); break;
    case What::kFailSend: link.FailSend(static_cast<int>(action.size)); break;
    case What::kPass:
      if (sender.aligned) link.knobs.receive_quota = action.size;
      return sender.aligned;
    default:
      if (!sender.aligned || !Tamper(action, link)) return false;
      break;
  }
  stage.NoteDamage();
  return true;
}

bool Player::Tamper(const Action& action, Link& link) {
  switch (action.what) {
    case What::kFlip: return FlipBit(link, action.size);
    case What::kForge: return Forge(link, action.size);
    case What::kReplay: return Replay(link);
    case What::kLose: return Lose(link);
    default: return false;
  }
}

// --- Connections ---------------------------------------------------------------------------------

void Player::DoToConnection(const Action& action, Stage& stage, std::string& line) {
  if (action.what == What::kAdvance) {
    line += Advance(std::chrono::milliseconds(action.size)) ? "" : " -";
    return;
  }
  if (action.what == What::kSettle) CameToRest(stage, stage.Settle());
  if (action.what == What::kRun) CameToRest(stage, stage.Run());
  line += " = c" + SightOfState(stage.client()) + ", s" + SightOfState(stage.server());
}

bool Player::Advance(std::chrono::milliseconds time) {
  if (!rekeyed_) world_.Advance(time);
  return !rekeyed_;
}

// Plays on with a perfect wire: what was held back must come, and what failed must stay failed.
void Player::ComeToAnEnd() {
  for (const auto& stage : stages_) {
    stage->Mend();
    CameToRest(*stage, stage->Settle());
    CameToRest(*stage, stage->Run());
    TellEnd(*stage, stage->client());
    TellEnd(*stage, stage->server());
    Judge(*stage);
    const auto lives = [](const End& end) { return end.started() && end.error() == nullptr; };
    if (stage->damaged() || !lives(stage->client().end) || !lives(stage->server().end)) continue;
    for (Side* side : {&stage->client(), &stage->server()}) {
      world_.Equal(side->end.received().size(), stage->PeerOf(*side).taken.size(),
                   side->end.name() + ": bytes at last");
    }
  }
}

void Player::TellEnd(Stage& stage, Side& side) {
  std::string line = "at last, the " + side.end.name() + ":";
  if (!side.end.started()) {
    trace_.lines.push_back(line + " gone");
    return;
  }
  line += SightOfState(side) + " " + SightOfEvents(side) + " " +
          SightOfInfo(side.end, world_.now()) + " got " + SightOfBytes(side.end.received());
  if (stage.open()) line += ", sent " + std::to_string(stage.PeerOf(side).taken.size());
  trace_.lines.push_back(std::move(line));
}

void Player::Judge(Stage& stage) {
  for (Side* side : {&stage.client(), &stage.server()}) {
    const std::string complaint = Misreceived(*side, stage.PeerOf(*side));
    world_.That(complaint.empty(), side->end.name() + ": " + complaint);
  }
}

void Player::CameToRest(Stage& stage, const std::string& complaint) {
  if (complaint.empty()) return;
  world_.That(false, complaint + "\n  " + stage.client().end.Describe() + "\n  " +
                         stage.server().end.Describe());
}

}  // namespace

Trace Play(const Script& script, const WorldParts& parts) { return Player(script, parts).Play(); }

}  // namespace tandem::conformance
