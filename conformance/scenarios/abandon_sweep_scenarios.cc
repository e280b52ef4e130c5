// A session that is destroyed in every state that it comes to.

#include <memory>
#include <string>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/short_exchange.h"
#include "tandem/client_hello.h"
#include "tandem/trust.h"

namespace tandem::conformance {
namespace {

// How often any hook of an end's config has run.
struct HookCounts {
  std::size_t client = 0;
  std::size_t server = 0;
};

Trust RootsAndCount(std::size_t& count) {
  Trust trust = World::Roots();
  trust.FurtherVerifier([&count](const PeerCertificates&, engine::Reply<PeerOpinion> reply) {
    ++count;
    reply.Answer({});
  });
  return trust;
}

KeyLog Counting(std::size_t& count) {
  return [&count](std::string_view) { ++count; };
}

// Every hook that there is, at both ends.
ExchangeConfigs BuildHooked(World& w, HookCounts& counts) {
  const auto choose = [&count = counts.server, identity = w.ServerIdentity("server_p256")](
                          const ClientHello&,
                          engine::Reply<std::shared_ptr<const Identity>> reply) {
    ++count;
    reply.Answer(identity);
  };
  return {
      w.Build(w.ClientRules(RootsAndCount(counts.client))
                  .ClientIdentity(w.ClientIdentity("client_good"))
                  .DangerKeyLog(Counting(counts.client))),
      w.Build(w.ServerRules(choose)
                  .ClientCertificates(ClientCertificate::kRequired, RootsAndCount(counts.server))
                  .DangerKeyLog(Counting(counts.server)))};
}

// A wire that is so narrow that much of what a session says waits in it.
void Narrow(Link& link) {
  link.knobs.receive_chop = 90;
  link.knobs.capacity = 120;
}

// Says whether the exchange takes so many turns at all.
bool AbandonAfter(World& w, const ExchangeConfigs& configs, HookCounts& counts, bool client,
                  std::size_t turns) {
  const Note note(w.checks(), "abandoned after " + std::to_string(turns) + " turns");
  w.BeginRound(turns);
  w.Open(configs.client, configs.server);
  Narrow(w.to_server());
  Narrow(w.to_client());
  ShortExchange exchange(w);
  End& gone = client ? w.client() : w.server();
  const Link& out = client ? w.to_server() : w.to_client();
  std::size_t& hooks = client ? counts.client : counts.server;
  hooks = 0;
  std::size_t turn = 0;
  std::size_t hooks_before = 0;
  std::size_t sent_before = 0;
  w.RunUntilQuiet([&] {
    if (turn++ == turns) {
      hooks_before = hooks;
      sent_before = out.sent();
      gone.Abandon();
    }
    exchange.Advance();
  });
  if (turn <= turns) {
    w.That(hooks >= 2, "the hooks do not run at all");
    exchange.WentRight();
    return false;
  }
  w.Equal(hooks, hooks_before, "hooks of the " + gone.name() + "'s config that ran");
  w.Equal(out.sent(), sent_before, "bytes sent");
  End& left = client ? w.server() : w.client();
  if (!exchange.EndedWell(left)) w.Fails(left, {ErrorKind::kTruncated});
  exchange.WasToldTheTruth(left);
  exchange.WasToldTheTruth(gone);
  return true;
}

void AbandonAnywhere(World& w, bool client) {
  HookCounts counts;
  const ExchangeConfigs configs = BuildHooked(w, counts);
  for (std::size_t turns = 0; !w.failed(); ++turns) {
    if (!AbandonAfter(w, configs, counts, client, turns)) return;
  }
}

constexpr Scenario kScenarios[] = {
    {"ClientMayBeDestroyedAtAnyStep", kEach, [](World& w) { AbandonAnywhere(w, true); }},
    {"ServerMayBeDestroyedAtAnyStep", kEach, [](World& w) { AbandonAnywhere(w, false); }},
};

}  // namespace

std::span<const Scenario> AbandonSweepScenarios() { return kScenarios; }

}  // namespace tandem::conformance
