// New keys in TLS 1.3, asked for by either end, and renegotiation in TLS 1.2, which is refused.

#include <algorithm>
#include <string>

#include "conformance/outside/outside_scenario.h"

namespace tandem::conformance {
namespace {

using Type = Event::Type;

// GnuTLS takes no more of them in a second, from us or for us.
constexpr int kKeyUpdatesAllowed = 8;

auto Count(OutsideWorld& o, Type type) {
  const auto& events = o.ours().events();
  return std::count(events.begin(), events.end(), type);
}

// Has the peer renew its key, and waits until our end has learnt of it.
bool PeerRenews(OutsideWorld& o, std::string_view command) {
  const auto before = Count(o, Type::kRekeyedByPeer);
  o.peer().Say(command);
  o.RunUntil([&] { return Count(o, Type::kRekeyedByPeer) > before || o.ours().error() != nullptr; },
             "the peer's new key");
  return o.world().Lives(o.ours());
}

void RekeyKeepsTheStream(OutsideWorld& o) {
  if (!o.Connect()) return;
  o.Exchange(100, 100);
  for (const bool both : {false, true}) {
    const Note note(o.world().checks(), both ? "both" : "one");
    o.world().Equal(o.ours().Rekey(both), Status::kOk, "Rekey()");
    o.Exchange(20000, 20000);
    o.Exchange(10, 10);  // An answer may come with the next write only.
  }
  o.world().Equal(Count(o, Type::kRekeyedByUs), 2, "our rekeys");
  o.world().Equal(Count(o, Type::kRekeyedByPeer), 1, "the peer's answers");
}

void PeersRekeyKeepsTheStream(OutsideWorld& o) {
  if (!o.Connect()) return;
  o.Exchange(100, 100);
  for (const std::string_view command : {o.tool().renew, o.tool().renew_both}) {
    const Note note(o.world().checks(), std::string(command));
    if (!PeerRenews(o, command)) return;
    o.Exchange(20000, 20000);
    o.Exchange(10, 10);
  }
  o.world().Equal(Count(o, Type::kRekeyedByPeer), 2, "the peer's rekeys");
  o.world().Equal(Count(o, Type::kRekeyedByUs), 0, "rekeys of our own");
}

void AsManyAsAllowed(OutsideWorld& o) {
  if (!o.Connect()) return;
  for (int i = 0; i < kKeyUpdatesAllowed; ++i) {
    if (!PeerRenews(o, o.tool().renew)) return;
  }
  o.Exchange(100, 100);
}

void AsManyOfOurs(OutsideWorld& o) {
  if (!o.Connect()) return;
  for (int i = 0; i < kKeyUpdatesAllowed; ++i) {
    o.world().Equal(o.ours().Rekey(false), Status::kOk, "Rekey()");
  }
  o.Exchange(100, 100);
}

void RefusedInTls12(OutsideWorld& o) {
  if (!o.Connect()) return;
  o.world().Equal(o.ours().Rekey(true), Status::kRefused, "Rekey()");
  o.Exchange(100, 100);
}

// Our end refuses, and would go on. No tool does: each ends in a way of its own, once it gets data
// in place of a handshake if not before.
bool RenegotiationIsRefused(OutsideWorld& o) {
  if (!o.Connect() || !o.Exchange(100, 100)) return false;
  if (o.tool().echoes) {
    o.ours().Send(BytesOf(o.tool().renegotiate));
  } else {
    o.peer().Say(o.tool().renegotiate);
  }
  const auto refused = [&] { return Count(o, Type::kRenegotiationRefused) > 0; };
  return o.RunUntil(refused, "a renegotiation");
}

void RefusedAndThePeerSaysSo(OutsideWorld& o) {
  if (!RenegotiationIsRefused(o)) return;
  o.ours().Send(BytesOf(Lines(100, 1)));
  o.RunUntilError();
  o.Fails({.kind = ErrorKind::kPeerAlert, .received = o.tool().renegotiation_alert});
}

void RefusedAndThePeerLeaves(OutsideWorld& o) {
  if (!RenegotiationIsRefused(o)) return;
  o.RunUntilError();
  o.Fails({ErrorKind::kTruncated});
}

bool Renews(const Tool& tool) { return !tool.renew.empty(); }
bool SaysWhy(const Tool& tool) { return tool.renegotiation_alert.has_value(); }
bool SaysNothing(const Tool& tool) { return !tool.renegotiation_alert.has_value(); }

constexpr OutsideScenario kScenarios[] = {
    {"RekeyKeepsTheStream", Version::kTls13, RekeyKeepsTheStream},
    {"RekeyOfThePeerKeepsTheStream", Version::kTls13, PeersRekeyKeepsTheStream, Renews},
    {"AsManyRekeysAsAllowedAreTaken", Version::kTls13, AsManyAsAllowed, Renews},
    {"AsManyRekeysOfOursAreTaken", Version::kTls13, AsManyOfOurs},
    {"RekeyIsRefusedInTls12AndHarmless", Version::kTls12, RefusedInTls12},
    {"RefusedRenegotiationEndsAsThePeersAlert", Version::kTls12, RefusedAndThePeerSaysSo, SaysWhy},
    {"RefusedRenegotiationOfOneWhoLeavesIsTruncated", Version::kTls12, RefusedAndThePeerLeaves,
     SaysNothing},
};

}  // namespace

std::span<const OutsideScenario> OutsideRekeyScenarios() { return kScenarios; }

}  // namespace tandem::conformance
