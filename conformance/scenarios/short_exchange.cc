#include "conformance/scenarios/short_exchange.h"

#include <algorithm>

namespace tandem::conformance {
namespace {

using Type = Event::Type;

constexpr ExchangeStep kClientSteps[] = {
    {.after_bytes = 0, .size = 10},
    {.after_bytes = 100, .rekey = true, .size = 70},
    {.after_bytes = 120, .size = 1},
    {.after_bytes = 160, .size = 30, .close = true},
};

constexpr ExchangeStep kServerSteps[] = {
    {.after_bytes = 10, .size = 100},
    {.after_bytes = 80, .size = 20},
    {.after_bytes = 81, .rekey = true, .size = 40},
    {.after_bytes = 111, .after_close = true, .size = 25, .close = true},
};

std::size_t SizeOf(std::span<const ExchangeStep> steps) {
  std::size_t size = 0;
  for (const ExchangeStep& step : steps) size += step.size;
  return size;
}

std::vector<Type> ClientEvents(bool tls13) {
  if (!tls13) return {Type::kHandshakeDone, Type::kPeerAccepted};
  return {Type::kHandshakeDone, Type::kPeerAccepted, Type::kRekeyedByUs, Type::kRekeyedByPeer,
          Type::kRekeyedByPeer};
}

std::vector<Type> ServerEvents(bool tls13) {
  if (!tls13) return {Type::kHandshakeDone, Type::kPeerAccepted};
  return {Type::kHandshakeDone, Type::kPeerAccepted, Type::kRekeyedByPeer, Type::kRekeyedByUs,
          Type::kRekeyedByPeer};
}

}  // namespace

ExchangeConfigs BuildExchangeConfigs(World& world, bool client_certificate) {
  if (!client_certificate) {
    return {world.Build(world.ClientRules()), world.Build(world.ServerRules())};
  }
  return {world.Build(world.ClientRules().ClientIdentity(world.ClientIdentity("client_good"))),
          world.Build(world.ServerRules().ClientCertificates(ClientCertificate::kRequired,
                                                             World::Roots()))};
}

ShortExchange::ShortExchange(World& world, Connection& connection, const ExchangeShape& shape)
    : world_(world),
      connection_(connection),
      shape_(shape),
      client_(Begin(connection.client, connection.to_server, kClientSteps, 2 * shape.pattern)),
      server_(Begin(connection.server, connection.to_client, kServerSteps, 2 * shape.pattern + 1)) {
}

ShortExchange::ShortExchange(World& world, const ExchangeShape& shape)
    : ShortExchange(world, world.connection(), shape) {}

ShortExchange::Program ShortExchange::Begin(End& end, Link& out,
                                            std::span<const ExchangeStep> steps,
                                            std::uint64_t pattern) const {
  end.app.write_size = kRecordSize * shape_.times;
  return {end, out, steps, Pattern(SizeOf(steps) * shape_.times, pattern)};
}

// --- Playing -------------------------------------------------------------------------------------

void ShortExchange::Advance() {
  Advance(client_);
  Advance(server_);
}

void ShortExchange::Advance(Program& program) {
  while (program.next < program.steps.size() && Take(program, program.steps[program.next])) {
    ++program.next;
  }
  HangUpIfOver(program);
}

// Says whether `step` could be taken.
bool ShortExchange::Take(Program& program, const ExchangeStep& step) {
  End& end = program.end;
  if (!end.started() || end.error() != nullptr) return false;
  if (end.received().size() < step.after_bytes * shape_.times) return false;
  if (step.after_close && !end.saw_close()) return false;
  if (step.rekey && world_.tls13() && end.Rekey(true) != Status::kOk) return false;
  const std::size_t size = step.size * shape_.times;
  end.Send(std::span(program.says).subspan(program.said, size));
  program.said += size;
  if (step.close) end.CloseAfterSending();
  return true;
}

// What a program does last is to close its descriptor.
void ShortExchange::HangUpIfOver(const Program& program) {
  const End& end = program.end;
  const bool over = !end.started() ||
                    ((end.error() != nullptr || EndedWell(end)) && !end.session().interest().write);
  if (over) program.out.End();
}

void ShortExchange::Play(Here here) {
  world_.RunUntilQuiet([this] { Advance(); }, here);
}

void ShortExchange::HangUp(Here here) {
  connection_.to_server.End();
  connection_.to_client.End();
  Play(here);
}

// --- What must have come of it -------------------------------------------------------------------

const Bytes& ShortExchange::ComesTo(const End& end) const {
  return &end == &client_.end ? server_.says : client_.says;
}

bool ShortExchange::EndedWell(const End& end) const {
  return end.started() && end.error() == nullptr && end.saw_close() && end.shut_down() &&
         end.received().size() == ComesTo(end).size();
}

bool ShortExchange::WasToldTheTruth(const End& end, Here here) {
  const Bytes& whole = ComesTo(end);
  if (end.saw_close()) return world_.Got(end, whole, here);
  return world_.Got(end, std::span(whole).first(std::min(whole.size(), end.received().size())),
                    here);
}

bool ShortExchange::WentRight(Here here) {
  bool right = true;
  for (const Program* program : {&client_, &server_}) {
    End& end = program->end;
    right = world_.Lives(end, here) && right;
    if (!end.started()) continue;
    right = world_.Got(end, ComesTo(end), here) && right;
    right = world_.That(EndedWell(end), "should have ended well; " + end.Describe(), here) && right;
    const bool client = &end == &client_.end;
    const auto events = client ? ClientEvents(world_.tls13()) : ServerEvents(world_.tls13());
    right = world_.Happened(end, events, here) && right;
  }
  return right;
}

// --- Sweeping ------------------------------------------------------------------------------------

std::size_t ExchangeLength(World& world, const ExchangeConfigs& configs, bool to_client) {
  world.Open(configs.client, configs.server);
  ShortExchange exchange(world);
  exchange.Play();
  exchange.WentRight();
  return (to_client ? world.to_client() : world.to_server()).sent();
}

std::vector<std::size_t> SweepPoints(const World& world, std::size_t count, std::size_t stride) {
  if (world.effort() == Effort::kLong) stride = 1;
  std::vector<std::size_t> points;
  for (std::size_t point = world.seed() % stride; point < count; point += stride) {
    points.push_back(point);
  }
  return points;
}

}  // namespace tandem::conformance
