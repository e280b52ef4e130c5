// A stream that pauses, waits for company, or ends, at every byte of a whole exchange.

#include <string>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/short_exchange.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kStride = 11;

Link& LinkTo(World& w, bool client) { return client ? w.to_client() : w.to_server(); }

void PauseAt(World& w, const ExchangeConfigs& configs, bool to_client, std::size_t at) {
  const Note note(w.checks(), "pause after " + std::to_string(at) + " bytes");
  w.BeginRound(at);
  w.Open(configs.client, configs.server);
  ShortExchange exchange(w);
  LinkTo(w, to_client).knobs.hold_at = at;
  exchange.Play();
  for (const End* end : {&w.client(), &w.server()}) {
    w.Lives(*end);
    exchange.WasToldTheTruth(*end);
  }
  LinkTo(w, to_client).knobs.hold_at = LinkKnobs::kUnlimited;
  exchange.Play();
  exchange.WentRight();
}

void PauseAnywhere(World& w, bool to_client) {
  const ExchangeConfigs configs = BuildExchangeConfigs(w);
  const std::size_t length = ExchangeLength(w, configs, to_client);
  for (const std::size_t at : SweepPoints(w, length + 1, kStride)) {
    if (w.failed()) return;
    PauseAt(w, configs, to_client, at);
  }
}

// What waits for so many bytes to come together comes with others, or when nothing else would.
void ComesTogether(World& w) {
  constexpr std::size_t sizes = 1500;
  constexpr std::size_t stride = 25;
  const ExchangeConfigs configs = BuildExchangeConfigs(w);
  for (const std::size_t size : SweepPoints(w, sizes, stride)) {
    const Note note(w.checks(), std::to_string(size) + " bytes come together");
    w.BeginRound(size);
    w.Open(configs.client, configs.server);
    w.to_server().knobs.coalesce = size;
    w.to_client().knobs.coalesce = size;
    ShortExchange exchange(w);
    exchange.Play();
    if (!exchange.WentRight()) return;
  }
}

void CutAt(World& w, const ExchangeConfigs& configs, bool to_client, std::size_t at) {
  const Note note(w.checks(), "cut after " + std::to_string(at) + " bytes");
  w.BeginRound(at);
  w.Open(configs.client, configs.server);
  ShortExchange exchange(w);
  Link& link = LinkTo(w, to_client);
  link.knobs.cut_at = at;
  exchange.Play();
  End& cut_off = to_client ? w.client() : w.server();
  End& other = to_client ? w.server() : w.client();
  // A stream that was cut behind its last byte, the close_notify's, lacks nothing.
  const bool whole = exchange.EndedWell(cut_off) && at >= link.sent();
  if (!whole) w.Fails(cut_off, {ErrorKind::kTruncated});
  if (!exchange.EndedWell(other)) w.Fails(other, {ErrorKind::kTruncated});
  for (End* end : {&cut_off, &other}) {
    exchange.WasToldTheTruth(*end);
    if (end->handshake_done()) continue;
    w.Happened(*end, {});
    w.Got(*end, {});
  }
}

void CutAnywhere(World& w, bool to_client) {
  const ExchangeConfigs configs = BuildExchangeConfigs(w);
  const std::size_t length = ExchangeLength(w, configs, to_client);
  for (const std::size_t at : SweepPoints(w, length + 1, kStride)) {
    if (w.failed()) return;
    CutAt(w, configs, to_client, at);
  }
}

constexpr Scenario kScenarios[] = {
    {"PauseAnywhereInWhatTheClientSaysChangesNothing", kEach,
     [](World& w) { PauseAnywhere(w, false); }},
    {"PauseAnywhereInWhatTheServerSaysChangesNothing", kEach,
     [](World& w) { PauseAnywhere(w, true); }},
    {"ComingTogetherChangesNothing", kEach, ComesTogether},
    {"ExchangeCutAtAnyByteIsTruncatedForTheClient", kEach, [](World& w) { CutAnywhere(w, true); }},
    {"ExchangeCutAtAnyByteIsTruncatedForTheServer", kEach, [](World& w) { CutAnywhere(w, false); }},
};

}  // namespace

std::span<const Scenario> CutSweepScenarios() { return kScenarios; }

}  // namespace tandem::conformance
