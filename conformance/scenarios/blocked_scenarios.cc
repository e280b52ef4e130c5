// Output that the transport does not take: exactly once, never refused half-way.

#include <algorithm>
#include <array>
#include <string>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

constexpr std::array<std::size_t, 9> kOddSizes = {1, 5, 7, 28, 29, 30, 1000, 16405, 20011};

void Append(Bytes& all, std::span<const std::byte> more) {
  all.insert(all.end(), more.begin(), more.end());
}

// Blocks the wire at every Write(), lets an odd number of bytes go, and keeps count of what was
// taken: that, and nothing else, must arrive.
void BlockedAtEveryWrite(World& w) {
  if (!w.Connect()) return;
  Link& wire = w.to_server();
  Bytes taken;
  for (std::size_t round = 0; round < 200 && !w.failed(); ++round) {
    const Note note(w.checks(), "round " + std::to_string(round));
    wire.knobs.send_quota = 0;
    const Bytes piece = Pattern(1 + w.random().Below(round % 3 == 0 ? 40000 : 60), round);
    const IoResult result = w.client().Write(piece);
    const bool took = result.status == Status::kOk;
    w.That(took || result.status == Status::kWantWrite, "Write() with the wire blocked");
    if (took) Append(taken, std::span(piece).first(result.bytes));
    w.That(w.client().session().interest().write, "output waits, and interest().write is not set");
    wire.knobs.send_quota = kOddSizes[round % kOddSizes.size()];
    static_cast<void>(w.client().Flush());
    w.Equal(w.server().ReadAll(), Status::kWantRead, "the server's Read()");
  }
  wire.knobs.send_quota = LinkKnobs::kUnlimited;
  w.Equal(w.client().Flush(), Status::kOk, "Flush() at last");
  w.That(!w.client().session().interest().write, "interest().write with all sent");
  w.RunUntilQuiet();
  w.Got(w.server(), taken);
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

void RefusedBytesNeverAppear(World& w) {
  if (!w.Connect()) return;
  const Bytes first = Pattern(500, 1);
  const Bytes refused = Pattern(500, 2);
  const Bytes second = Pattern(77, 3);
  w.to_server().knobs.send_quota = 3;
  w.Equal(w.client().Write(first).bytes, first.size(), "bytes taken");
  for (int i = 0; i < 3; ++i) {
    w.Equal(w.client().Write(refused).status, Status::kWantWrite, "Write() behind waiting output");
  }
  w.to_server().knobs.send_quota = LinkKnobs::kUnlimited;
  w.Equal(w.client().Write(second).bytes, second.size(), "bytes of the new Write()");
  w.RunUntilQuiet();
  Bytes expected = first;
  Append(expected, second);
  w.Got(w.server(), expected);
}

// Back-pressure comes before encryption: what was refused left no trace in the stream.
void WantWriteEncryptsNothing(World& w) {
  if (!w.Connect()) return;
  const std::size_t before = w.to_server().sent();
  w.to_server().knobs.send_quota = 0;
  w.Equal(w.client().Write(Pattern(10, 1)).status, Status::kOk, "the first Write()");
  for (int i = 0; i < 5; ++i) {
    w.Equal(w.client().Write(Pattern(10, 2)).status, Status::kWantWrite, "a Write() behind it");
  }
  w.to_server().knobs.send_quota = LinkKnobs::kUnlimited;
  w.Equal(w.client().Flush(), Status::kOk, "Flush()");
  const std::span<const std::byte> sent = w.to_server().history();
  w.Equal(RecordTypes(sent.subspan(before)).size(), std::size_t{1}, "records on the wire");
}

void BlockedWriteTakesOneRecord(World& w) {
  constexpr std::size_t record_size = 16384;
  if (!w.Connect()) return;
  w.to_server().knobs.send_quota = 0;
  const Bytes sent = Pattern(300000, 1);
  const IoResult result = w.client().Write(sent);
  w.Equal(result.status, Status::kOk, "Write()");
  w.That(result.bytes <= record_size, "took more than a record with the wire blocked");
  w.to_server().knobs.send_quota = LinkKnobs::kUnlimited;
  w.RunUntilQuiet();
  w.Got(w.server(), std::span(sent).first(result.bytes));
}

void HandshakeThroughABlockedWire(World& w) {
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{3}, std::size_t{100}}) {
    const Note note(w.checks(), "capacity " + std::to_string(capacity));
    w.Open();
    w.to_server().knobs.capacity = capacity;
    w.to_client().knobs.capacity = capacity;
    w.Equal(w.client().Handshake(), Status::kWantWrite, "the first Handshake()");
    if (!w.Handshake()) return;
    w.Exchange(Pattern(1000, 1), Pattern(1000, 2));
  }
}

// A handshake that is done with its last flight unsent says so, and the flight gets out by Flush().
void LastFlightGetsOutByFlush(World& w) {
  w.Open();
  End* last = w.tls13() ? &w.client() : &w.server();
  Link& wire = w.tls13() ? w.to_server() : w.to_client();
  for (int i = 0; i < 20 && !last->handshake_done(); ++i) {
    if (!w.client().handshake_done()) static_cast<void>(w.client().Handshake());
    if (w.tls13()) wire.knobs.send_quota = 0;
    if (!w.tls13() && i == 1) wire.knobs.send_quota = 0;
    if (!w.server().handshake_done()) static_cast<void>(w.server().Handshake());
  }
  w.That(last->handshake_done(), "the last to speak is not done");
  w.That(last->session().interest().write,
         "the last flight waits, and interest().write is not set");
  w.Equal(last->Handshake(), Status::kOk, "Handshake() when done");
  w.Equal(last->Write(Pattern(5, 9)).status, Status::kWantWrite, "Write() behind the last flight");
  wire.knobs.send_quota = LinkKnobs::kUnlimited;
  w.Equal(last->Flush(), Status::kOk, "Flush()");
  w.Handshake();
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

void ReadsGoOnWhileOutputIsBlocked(World& w) {
  if (!w.Connect()) return;
  w.to_server().knobs.send_quota = 10;
  const Bytes held = Pattern(1000, 1);
  w.Equal(w.client().Write(held).bytes, held.size(), "bytes taken");
  w.Exchange({}, Pattern(50000, 2));
  w.to_server().knobs.send_quota = LinkKnobs::kUnlimited;
  w.RunUntilQuiet();
  w.Got(w.server(), held);
}

constexpr Scenario kScenarios[] = {
    {"OutputBlockedAtEveryWriteArrivesExactlyOnce", kEach, BlockedAtEveryWrite},
    {"RefusedBytesNeverAppear", kEach, RefusedBytesNeverAppear},
    {"WantWriteMeansThatNothingWasEncrypted", kEach, WantWriteEncryptsNothing},
    {"BlockedWriteTakesOneRecordAtMost", kEach, BlockedWriteTakesOneRecord},
    {"HandshakeSucceedsThroughABlockedWire", kEach, HandshakeThroughABlockedWire},
    {"LastFlightGetsOutByFlush", kEach, LastFlightGetsOutByFlush},
    {"ReadsGoOnWhileOutputIsBlocked", kEach, ReadsGoOnWhileOutputIsBlocked},
};

}  // namespace

std::span<const Scenario> BlockedScenarios() { return kScenarios; }

}  // namespace tandem::conformance
