// Ends that are not meant: a stream cut at every byte of what is said, a transport that breaks.

#include <cerrno>
#include <string>
#include <vector>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kRecordSizes[] = {10, 1, 30};

// Where each record of `stream` ends.
std::vector<std::size_t> RecordEnds(std::span<const std::byte> stream) {
  std::vector<std::size_t> ends;
  std::size_t at = 0;
  while (at + 5 <= stream.size()) {
    at += 5 + std::to_integer<std::size_t>(stream[at + 3]) * 256 +
          std::to_integer<std::size_t>(stream[at + 4]);
    ends.push_back(at);
  }
  return ends;
}

// Has one end say three records and goodbye, and cuts the wire to `cut_off` after `cut` bytes of
// that. Returns how long all of it was.
std::size_t CutAfter(World& w, std::size_t cut, End& speaker, End& cut_off, Link& link) {
  if (!w.Handshake()) return 0;
  w.RunUntilQuiet();
  const std::size_t begin = link.sent();
  Bytes spoken;
  for (const std::size_t size : kRecordSizes) {
    const Bytes piece = Pattern(size, size);
    w.Equal(speaker.Write(piece).bytes, size, "bytes taken");
    spoken.insert(spoken.end(), piece.begin(), piece.end());
  }
  w.Equal(speaker.Shutdown(), Status::kOk, "Shutdown()");
  const std::span<const std::byte> wire = std::span(link.history()).subspan(begin);
  const std::vector<std::size_t> ends = RecordEnds(wire);
  if (!w.Equal(ends.size(), std::size_t{4}, "records on the wire")) return 0;

  std::size_t whole = 0;
  for (std::size_t i = 0; i < 3; ++i) whole += ends[i] <= cut ? kRecordSizes[i] : 0;
  const bool said_goodbye = ends[3] <= cut;
  link.knobs.cut_at = begin + cut;
  w.Equal(cut_off.ReadAll(), said_goodbye ? Status::kClosed : Status::kError, "Read() at last");
  w.Got(cut_off, std::span(spoken).first(whole));
  if (said_goodbye) {
    w.Lives(cut_off);
  } else {
    w.Fails(cut_off, {ErrorKind::kTruncated});
    w.Equal(cut_off.Write(Pattern(1, 1)).status, Status::kError, "Write() after it");
  }
  return wire.size();
}

void StreamCutAtEveryByte(World& w, bool to_client) {
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  std::size_t length = 1;
  for (std::size_t cut = 0; cut <= length && !w.failed(); ++cut) {
    const Note note(w.checks(), "cut after " + std::to_string(cut) + " bytes");
    Connection& open = w.Open(client, server);
    length = to_client ? CutAfter(w, cut, open.server, open.client, open.to_client)
                       : CutAfter(w, cut, open.client, open.server, open.to_server);
  }
}

void ResetWhileReading(World& w) {
  if (!w.Connect()) return;
  const Bytes last_words = Pattern(100, 1);
  w.Equal(w.server().Write(last_words).bytes, last_words.size(), "bytes taken");
  w.to_client().FailReceive(ECONNRESET);
  w.Equal(w.client().ReadAll(), Status::kError, "Read() at last");
  w.Got(w.client(), last_words);
  w.Fails(w.client(), {.kind = ErrorKind::kTransport, .system_error = ECONNRESET});
}

void ResetInTheHandshake(World& w) {
  w.Open();
  w.to_client().FailReceive(ECONNRESET);
  w.to_server().FailReceive(ECONNRESET);
  w.Equal(w.client().Handshake(), Status::kError, "the client's Handshake()");
  w.Fails(w.client(), {.kind = ErrorKind::kTransport, .system_error = ECONNRESET});
  w.Equal(w.server().ReadSome(10).status, Status::kError, "the server's Read()");
  w.Fails(w.server(), {.kind = ErrorKind::kTransport, .system_error = ECONNRESET});
}

void BrokenPipeWhileSending(World& w) {
  if (!w.Connect()) return;
  w.to_server().FailSend(EPIPE);
  Status status = Status::kOk;
  for (int i = 0; i < 2 && status == Status::kOk; ++i)
    status = w.client().Write(Pattern(10, 1)).status;
  w.Equal(status, Status::kError, "Write()");
  w.Fails(w.client(), {.kind = ErrorKind::kTransport, .system_error = EPIPE});
}

void BrokenPipeInTheHandshake(World& w) {
  w.Open();
  w.to_server().FailSend(EPIPE);
  w.Equal(w.client().Handshake(), Status::kError, "Handshake()");
  w.Fails(w.client(), {.kind = ErrorKind::kTransport, .system_error = EPIPE});
}

// The output queue meets the broken pipe, in a call that reads. What has come is read first.
void InputIsReadBeforeABrokenPipeIsReported(World& w) {
  if (!w.Connect()) return;
  w.to_server().knobs.send_quota = 0;
  w.Equal(w.client().Write(Pattern(10, 1)).status, Status::kOk, "Write()");
  const Bytes last_words = Pattern(3000, 2);
  w.Equal(w.server().Write(last_words).bytes, last_words.size(), "bytes taken");
  w.to_server().FailSend(EPIPE);
  w.Equal(w.client().ReadSome(10).bytes, std::size_t{10}, "bytes of the first Read()");
  w.Equal(w.client().ReadAll(), Status::kError, "Read() at last");
  w.Got(w.client(), last_words);
  w.Fails(w.client(), {.kind = ErrorKind::kTransport, .system_error = EPIPE});
}

void EndAfterOwnShutdown(World& w) {
  if (!w.Connect()) return;
  w.Equal(w.client().Shutdown(), Status::kOk, "Shutdown()");
  w.to_client().End();
  w.Equal(w.client().ReadSome(10).status, Status::kError, "Read()");
  w.Fails(w.client(), {ErrorKind::kTruncated});
}

constexpr Scenario kScenarios[] = {
    {"StreamToTheClientCutAtAnyByteIsTruncatedUnlessCloseNotifyCame", kEach,
     [](World& w) { StreamCutAtEveryByte(w, true); }},
    {"StreamToTheServerCutAtAnyByteIsTruncatedUnlessCloseNotifyCame", kEach,
     [](World& w) { StreamCutAtEveryByte(w, false); }},
    {"ResetWhileReadingIsATransportErrorBehindTheLastBytes", kEach, ResetWhileReading},
    {"ResetInTheHandshakeIsATransportError", kEach, ResetInTheHandshake},
    {"BrokenPipeWhileSendingIsATransportError", kEach, BrokenPipeWhileSending},
    {"BrokenPipeInTheHandshakeIsATransportError", kEach, BrokenPipeInTheHandshake},
    {"InputIsReadBeforeABrokenPipeIsReported", kEach, InputIsReadBeforeABrokenPipeIsReported},
    {"EndWithoutCloseNotifyIsTruncatedAfterOwnShutdownToo", kEach, EndAfterOwnShutdown},
};

}  // namespace

std::span<const Scenario> TruncationScenarios() { return kScenarios; }

}  // namespace tandem::conformance
