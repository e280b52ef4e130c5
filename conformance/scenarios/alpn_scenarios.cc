// Application protocols: every pair of policies against every pair of offers.

#include <algorithm>
#include <string>
#include <vector>

#include "conformance/scenarios/scenario.h"
#include "tandem/capabilities.h"

namespace tandem::conformance {
namespace {

using Protocols = std::vector<std::string>;

struct Side {
  Protocols protocols;
  AlpnPolicy policy;
};

enum class Outcome { kAgreed, kNone, kServerRefuses, kClientRefuses };

// What RFC 7301 and the policies say, written out apart from the code that is tested.
Outcome Foretell(const Side& client, const Side& server) {
  const bool both_speak = !client.protocols.empty() && !server.protocols.empty();
  bool overlap = false;
  for (const std::string& name : server.protocols) {
    const auto& names = client.protocols;
    overlap = overlap || std::find(names.begin(), names.end(), name) != names.end();
  }
  if (overlap) return Outcome::kAgreed;
  if (server.policy == AlpnPolicy::kMustPresent) return Outcome::kServerRefuses;
  if (both_speak && server.policy == AlpnPolicy::kMustMatch) return Outcome::kServerRefuses;
  return client.policy == AlpnPolicy::kMustPresent ? Outcome::kClientRefuses : Outcome::kNone;
}

void ClientRefuses(World& w) {
  const bool tells = w.client_backend().capabilities().client_chooses_alert;
  const std::optional<Alert> alert =
      tells ? std::optional(Alert::kNoApplicationProtocol) : std::nullopt;
  w.Fails(w.client(), {.kind = ErrorKind::kIncompatible, .sent = alert});
  w.Happened(w.client(), {});
  if (!tells) {
    w.to_server().End();
    w.RunUntilQuiet();
    w.Fails(w.server(), {ErrorKind::kTruncated});
    return;
  }
  w.Fails(w.server(), {.kind = ErrorKind::kPeerAlert, .received = alert});
}

void RunCase(World& w, const Side& client, const Side& server) {
  w.Open(w.ClientRules().Alpn(client.protocols, client.policy),
         w.ServerRules().Alpn(server.protocols, server.policy));
  w.client().Send(BytesOf("from the client"));
  w.RunUntilQuiet();
  switch (Foretell(client, server)) {
    case Outcome::kAgreed:
    case Outcome::kNone: {
      const std::string agreed =
          Foretell(client, server) == Outcome::kAgreed ? "h2" : std::string();
      if (!w.Lives(w.client()) || !w.Lives(w.server())) return;
      w.Equal(w.client().session().info()->alpn, agreed, "the client's protocol");
      w.Equal(w.server().session().info()->alpn, agreed, "the server's protocol");
      w.Got(w.server(), BytesOf("from the client"));
      return;
    }
    case Outcome::kServerRefuses:
      w.Fails(w.server(),
              {.kind = ErrorKind::kIncompatible, .sent = Alert::kNoApplicationProtocol});
      w.Fails(w.client(),
              {.kind = ErrorKind::kPeerAlert, .received = Alert::kNoApplicationProtocol});
      w.Happened(w.client(), {});
      w.Happened(w.server(), {});
      w.Got(w.server(), {});
      return;
    case Outcome::kClientRefuses:
      ClientRefuses(w);
      w.Got(w.server(), {});
      return;
  }
}

constexpr std::string_view PolicyName(AlpnPolicy policy) {
  switch (policy) {
    case AlpnPolicy::kIgnore: return "ignore";
    case AlpnPolicy::kMustMatch: return "must match";
    case AlpnPolicy::kMustPresent: return "must present";
  }
  return "?";
}

void EveryPolicyAndOffer(World& w) {
  const std::pair<Protocols, Protocols> offers[] = {
      {{}, {}},
      {{"h2"}, {}},
      {{}, {"h2"}},
      {{"http/1.1", "h2"}, {"h2", "spdy"}},
      {{"http/1.1"}, {"h2"}},
  };
  constexpr AlpnPolicy policies[] = {AlpnPolicy::kIgnore, AlpnPolicy::kMustMatch,
                                     AlpnPolicy::kMustPresent};
  for (const auto& [client_offer, server_offer] : offers) {
    for (const AlpnPolicy client : policies) {
      for (const AlpnPolicy server : policies) {
        // A policy that asks for a protocol without naming one does not build.
        if (client_offer.empty() && client == AlpnPolicy::kMustPresent) continue;
        if (server_offer.empty() && server == AlpnPolicy::kMustPresent) continue;
        const Note note(w.checks(), "client " + std::string(PolicyName(client)) + " " +
                                        Show(client_offer.size()) + ", server " +
                                        std::string(PolicyName(server)) + " " +
                                        Show(server_offer.size()));
        RunCase(w, {client_offer, client}, {server_offer, server});
      }
    }
  }
}

void ServersOrderWins(World& w) {
  if (!w.Connect(w.ClientRules().Alpn({"a", "b", "c"}), w.ServerRules().Alpn({"x", "c", "b"}))) {
    return;
  }
  w.Equal(w.client().session().info()->alpn, std::string("c"), "the client's protocol");
  w.Equal(w.server().session().info()->alpn, std::string("c"), "the server's protocol");
}

void NamesOf(World& w, std::size_t count, std::size_t length) {
  Protocols names;
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(std::string(length - 1, 'x') + static_cast<char>('a' + i));
  }
  if (!w.Connect(w.ClientRules().Alpn(names), w.ServerRules().Alpn({names.back()}))) return;
  w.Equal(w.client().session().info()->alpn, names.back(), "the client's protocol");
  w.Equal(w.server().session().info()->alpn, names.back(), "the server's protocol");
}

constexpr Scenario kScenarios[] = {
    {"AlpnComesToTheSameForEveryPolicyAndOffer", kEach, EveryPolicyAndOffer},
    {"AlpnFollowsTheServersOrder", kEach, ServersOrderWins},
    {"AlpnTakesEightNamesOf31Bytes", kEach, [](World& w) { NamesOf(w, 8, 31); }},
    {"AlpnTakesSixteenNamesOf255Bytes", kEach, [](World& w) { NamesOf(w, 16, 255); }},
};

}  // namespace

std::span<const Scenario> AlpnScenarios() { return kScenarios; }

}  // namespace tandem::conformance
