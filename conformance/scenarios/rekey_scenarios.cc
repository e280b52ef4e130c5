// Key updates: ours, the peer's, and both while output is blocked. Two libraries driven naively
// corrupt the stream here without a word.

#include <algorithm>
#include <string>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

using Type = Event::Type;

// GnuTLS takes no more of them in a second of real time, and no scenario may wait for one to pass.
constexpr int kKeyUpdatesAllowed = 8;

void Append(Bytes& all, std::span<const std::byte> more) {
  all.insert(all.end(), more.begin(), more.end());
}

void RekeyKeepsTheStream(World& w) {
  if (!w.Connect()) return;
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
  for (End* end : {&w.client(), &w.server()}) {
    for (const bool both : {false, true}) {
      const Note note(w.checks(), end->name() + (both ? ", both" : ""));
      w.Equal(end->Rekey(both), Status::kOk, "Rekey()");
      w.Exchange(Pattern(20000, 3), Pattern(20000, 4));
      w.Exchange(Pattern(10, 5), Pattern(10, 6));  // An answer may come with the next write only.
    }
  }
  // Each was rekeyed by itself twice, by the other's two, and by the other's answer to its "both".
  const auto count = [](End& end, Type type) {
    return std::count(end.events().begin(), end.events().end(), type);
  };
  for (End* end : {&w.client(), &w.server()}) {
    w.Equal(count(*end, Type::kRekeyedByUs), 2, end->name() + "'s own rekeys");
    w.Equal(count(*end, Type::kRekeyedByPeer), 3, end->name() + "'s peer's rekeys");
  }
}

void RekeysCross(World& w, bool both) {
  if (!w.Connect()) return;
  w.Equal(w.client().Rekey(both), Status::kOk, "the client's Rekey()");
  w.Equal(w.server().Rekey(both), Status::kOk, "the server's Rekey()");
  w.Exchange(Pattern(30000, 1), Pattern(30000, 2));
  w.Exchange(Pattern(10, 3), Pattern(10, 4));
}

// A record waits in the output queue, the peer asks for new keys meanwhile, and then more is
// written. A library that had been told of the blocked write would send that record twice.
void PeerRekeysWhileOutputIsBlocked(World& w, std::size_t let_out) {
  const Note note(w.checks(), std::to_string(let_out) + " bytes got out");
  if (!w.Connect()) return;
  Bytes taken;
  w.to_server().knobs.send_quota = let_out;
  const Bytes held = Pattern(1000, 1);
  w.Equal(w.client().Write(held).bytes, held.size(), "bytes taken");
  Append(taken, held);

  const Bytes from_server = Pattern(300, 2);
  w.Equal(w.server().Rekey(true), Status::kOk, "the server's Rekey()");
  w.Equal(w.server().Write(from_server).bytes, from_server.size(), "bytes taken");
  w.Equal(w.client().ReadAll(), Status::kWantRead, "the client's Read()");
  w.Got(w.client(), from_server);

  for (std::uint64_t i = 0; i < 3; ++i) {
    w.Equal(w.client().Write(Pattern(50, 3)).status, Status::kWantWrite, "Write() while blocked");
  }
  for (std::uint64_t i = 0; i < 3; ++i) {
    w.to_server().knobs.send_quota = LinkKnobs::kUnlimited;
    w.Equal(w.client().Flush(), Status::kOk, "Flush()");
    w.to_server().knobs.send_quota = let_out;
    const Bytes more = Pattern(500 + i, 4 + i);
    const IoResult result = w.client().Write(more);
    w.Equal(result.bytes, more.size(), "bytes taken");
    Append(taken, std::span(more).first(result.bytes));
  }
  w.to_server().knobs.send_quota = LinkKnobs::kUnlimited;
  w.RunUntilQuiet();
  w.Got(w.server(), taken);
  w.Exchange(Pattern(2000, 8), Pattern(2000, 9));
}

void PeerRekeysWhileOutputIsBlockedAnywhere(World& w) {
  for (const std::size_t let_out :
       {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{100}, std::size_t{1000}})
    PeerRekeysWhileOutputIsBlocked(w, let_out);
}

// Our own key update in the middle of blocked writes. A library that had been told of the blocked
// update would go on with the old key, and the peer would fail to decrypt.
void OwnRekeyWhileOutputIsBlocked(World& w, std::size_t let_out, bool both) {
  const Note note(w.checks(), std::to_string(let_out) + " bytes got out");
  if (!w.Connect()) return;
  Bytes taken;
  const auto write = [&](std::uint64_t seed) {
    const Bytes piece = Pattern(700 + seed, seed);
    const IoResult result = w.client().Write(piece);
    Append(taken, std::span(piece).first(result.bytes));
    return result.status;
  };
  w.Equal(write(1), Status::kOk, "Write()");
  w.to_server().knobs.send_quota = let_out;
  w.Equal(write(2), Status::kOk, "Write() that blocks");
  w.Equal(w.client().Rekey(both), Status::kWantWrite, "Rekey() behind waiting output");
  w.to_server().knobs.send_quota = LinkKnobs::kUnlimited;
  w.Equal(w.client().Flush(), Status::kOk, "Flush()");

  w.to_server().knobs.send_quota = std::min<std::size_t>(let_out, 5);
  w.Equal(w.client().Rekey(both), Status::kOk, "Rekey() that blocks");
  w.That(w.client().session().interest().write, "a key update waits, and interest().write is off");
  w.Equal(write(3), Status::kWantWrite, "Write() behind the key update");
  w.to_server().knobs.send_quota = LinkKnobs::kUnlimited;
  w.Equal(write(4), Status::kOk, "Write() after it");
  w.RunUntilQuiet();
  w.Got(w.server(), taken);
  w.Exchange(Pattern(2000, 8), Pattern(2000, 9));
}

void OwnRekeyWhileOutputIsBlockedAnywhere(World& w) {
  for (const std::size_t let_out :
       {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{100}}) {
    OwnRekeyWhileOutputIsBlocked(w, let_out, false);
    OwnRekeyWhileOutputIsBlocked(w, let_out, true);
  }
}

// RFC 8446 section 4.6.3 wants the answer before our next data; who only reads must give it too, or
// a peer that only writes would never see our key change.
void RequestedRekeyIsAnswered(World& w) {
  if (!w.Connect()) return;
  w.Equal(w.server().Rekey(true), Status::kOk, "Rekey()");
  w.RunUntilQuiet();
  w.Happened(w.client(), {Type::kHandshakeDone, Type::kPeerAccepted, Type::kRekeyedByPeer});
  const std::vector<Type> answered = {Type::kHandshakeDone, Type::kPeerAccepted, Type::kRekeyedByUs,
                                      Type::kRekeyedByPeer};
  w.Happened(w.server(), answered);
  w.Exchange(Pattern(1000, 1), Pattern(1000, 2));
  w.Happened(w.server(), answered);
}

void RekeyIsRefusedInTls12(World& w) {
  if (!w.Connect()) return;
  for (End* end : {&w.client(), &w.server()}) {
    const std::size_t sent = w.to_server().sent() + w.to_client().sent();
    w.Equal(end->Rekey(true), Status::kRefused, "Rekey()");
    const Error* refusal = end->session().refusal();
    if (refusal != nullptr) w.Equal(refusal->kind, ErrorKind::kUnsupported, "the refusal");
    w.Equal(w.to_server().sent() + w.to_client().sent(), sent, "bytes sent");
    w.Lives(*end);
  }
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
}

void RekeyIsRefusedBeforeTheHandshake(World& w) {
  w.Open();
  for (End* end : {&w.client(), &w.server()}) {
    w.Equal(end->Rekey(false), Status::kRefused, "Rekey() before the handshake");
    const Error* refusal = end->session().refusal();
    if (refusal != nullptr) w.Equal(refusal->kind, ErrorKind::kMisuse, "the refusal");
  }
  w.Equal(w.to_server().sent(), std::size_t{0}, "bytes sent");
  if (!w.Handshake()) return;
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
}

void AsManyRekeysAsAllowed(World& w) {
  if (!w.Connect()) return;
  for (int i = 0; i < kKeyUpdatesAllowed; ++i)
    w.Equal(w.server().Rekey(false), Status::kOk, "Rekey()");
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
  w.Lives(w.client());
}

void Flood(World& w, End& from, End& to) {
  const Note note(w.checks(), "from the " + from.name());
  for (int i = 0; i < 4 * kKeyUpdatesAllowed; ++i)
    w.Equal(from.Rekey(false), Status::kOk, "Rekey()");
  static_cast<void>(from.Write(Pattern(10, 1)));
  w.Equal(to.ReadAll(), Status::kError, "Read() of the flood");
  // Without an alert: one of the libraries has no call to send one of our own choice.
  w.Fails(to, {ErrorKind::kLimit});
  w.Equal(to.received(), Bytes(), "bytes behind the flood");
  w.Equal(from.ReadAll(), Status::kWantRead, "Read() of the one who floods");
}

void FloodOfRekeysEndsInLimit(World& w) {
  if (w.Connect()) Flood(w, w.server(), w.client());
  if (w.Connect()) Flood(w, w.client(), w.server());
}

void RekeyAfterShutdownIsClosed(World& w) {
  if (!w.Connect()) return;
  w.Equal(w.client().Shutdown(), Status::kOk, "Shutdown()");
  const std::size_t sent = w.to_server().sent();
  w.Equal(w.client().Rekey(false), Status::kClosed, "Rekey() after Shutdown()");
  w.Equal(w.server().Rekey(true), Status::kOk, "the peer's Rekey()");
  w.Exchange({}, Pattern(100, 1));
  w.Equal(w.to_server().sent(), sent, "bytes behind close_notify");
}

constexpr Scenario kScenarios[] = {
    {"RekeyKeepsTheStream", kTls13, RekeyKeepsTheStream},
    {"RekeysThatCrossKeepTheStream", kTls13, [](World& w) { RekeysCross(w, false); }},
    {"RequestsForRekeyThatCrossKeepTheStream", kTls13, [](World& w) { RekeysCross(w, true); }},
    {"PeerRekeyWhileOutputIsBlockedLosesAndRepeatsNothing", kTls13,
     PeerRekeysWhileOutputIsBlockedAnywhere},
    {"OwnRekeyBetweenBlockedWritesKeepsTheStream", kTls13, OwnRekeyWhileOutputIsBlockedAnywhere},
    {"RequestedRekeyIsAnsweredOnceByOneWhoOnlyReads", kTls13, RequestedRekeyIsAnswered},
    {"RekeyIsRefusedInTls12AndHarmless", kTls12, RekeyIsRefusedInTls12},
    {"RekeyIsRefusedBeforeTheHandshakeAndHarmless", kEach, RekeyIsRefusedBeforeTheHandshake},
    {"AsManyRekeysAsAllowedAreTaken", kTls13, AsManyRekeysAsAllowed},
    {"FloodOfRekeysEndsInLimit", kTls13, FloodOfRekeysEndsInLimit},
    {"NothingIsSentBehindCloseNotifyNotEvenARekey", kTls13, RekeyAfterShutdownIsClosed},
};

}  // namespace

std::span<const Scenario> RekeyScenarios() { return kScenarios; }

}  // namespace tandem::conformance
