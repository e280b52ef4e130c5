// Ends that are not meant: a stream cut at every byte, a transport that breaks.

#include <cerrno>
#include <string>
#include <vector>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kRecordSizes[] = {10, 1, 300};

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

// Has the server say three records and goodbye, and cuts the wire after `cut` bytes of that.
// Returns how long all of it was.
std::size_t CutAfter(World& w, std::size_t cut, const World::SharedConfig& client_config,
                     const World::SharedConfig& server_config) {
  w.Open(client_config, server_config);
  if (!w.Handshake()) return 0;
  const std::size_t begin = w.to_client().sent();
  Bytes spoken;
  for (const std::size_t size : kRecordSizes) {
    const Bytes piece = Pattern(size, size);
    w.Equal(w.server().Write(piece).bytes, size, "bytes taken");
    spoken.insert(spoken.end(), piece.begin(), piece.end());
  }
  w.Equal(w.server().Shutdown(), Status::kOk, "Shutdown()");
  const std::span<const std::byte> wire = std::span(w.to_client().history()).subspan(begin);
  const std::vector<std::size_t> ends = RecordEnds(wire);
  if (!w.Equal(ends.size(), std::size_t{4}, "records on the wire")) return 0;

  std::size_t whole = 0;
  for (std::size_t i = 0; i < 3; ++i) whole += ends[i] <= cut ? kRecordSizes[i] : 0;
  const bool said_goodbye = ends[3] <= cut;
  w.to_client().knobs.cut_at = begin + cut;
  w.to_client().End();
  w.Equal(w.client().ReadAll(), said_goodbye ? Status::kClosed : Status::kError, "Read() at last");
  w.Got(w.client(), std::span(spoken).first(whole));
  if (said_goodbye) {
    w.Lives(w.client());
  } else {
    w.Fails(w.client(), {ErrorKind::kTruncated});
    w.Equal(w.client().Write(Pattern(1, 1)).status, Status::kError, "Write() after it");
  }
  return wire.size();
}

void StreamCutAtEveryByte(World& w) {
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  std::size_t length = 1;
  for (std::size_t cut = 0; cut <= length && !w.failed(); ++cut) {
    const Note note(w.checks(), "cut after " + std::to_string(cut) + " bytes");
    length = CutAfter(w, cut, client, server);
  }
}

// Cuts what one end says in the handshake at every byte. The other must see a truncation, whatever
// it had understood so far.
void HandshakeCut(World& w, bool to_client) {
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  for (std::size_t cut = 0; !w.failed(); ++cut) {
    const Note note(w.checks(), "cut after " + std::to_string(cut) + " bytes");
    w.Open(client, server);
    Link& wire = to_client ? w.to_client() : w.to_server();
    Link& back = to_client ? w.to_server() : w.to_client();
    End& cut_off = to_client ? w.client() : w.server();
    End& other = to_client ? w.server() : w.client();
    wire.knobs.cut_at = cut;
    w.RunUntilQuiet();
    if (cut_off.handshake_done()) return;
    w.Fails(cut_off, {ErrorKind::kTruncated});
    w.Happened(cut_off, {});
    w.Got(cut_off, {});
    back.End();
    w.RunUntilQuiet();
    w.Fails(other, {ErrorKind::kTruncated});
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
    {"StreamCutAtAnyByteIsTruncatedUnlessCloseNotifyCame", kEach, StreamCutAtEveryByte},
    {"HandshakeCutAtAnyByteIsTruncatedForTheClient", kEach,
     [](World& w) { HandshakeCut(w, true); }},
    {"HandshakeCutAtAnyByteIsTruncatedForTheServer", kEach,
     [](World& w) { HandshakeCut(w, false); }},
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
