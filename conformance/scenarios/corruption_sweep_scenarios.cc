// One bit that arrives as its opposite, at every byte of a whole exchange. Whatever comes of it is
// somebody's fault, never the program's and never ours, and nobody is told what nobody said.

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/short_exchange.h"
#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kHeader = 5;
constexpr std::size_t kMessageHeader = 4;
constexpr std::byte kChangeCipherSpec{20};
constexpr std::byte kHandshake{22};
constexpr std::byte kApplicationData{23};
constexpr std::size_t kStride = 5;

std::size_t BodySize(std::span<const std::byte> record) {
  return std::to_integer<std::size_t>(record[3]) * 256 + std::to_integer<std::size_t>(record[4]);
}

// A record of a stream and where it begins.
struct Record {
  std::size_t begin;
  std::span<const std::byte> bytes;
  bool is_protected;
};

// Returns the whole records of what one end has sent.
std::vector<Record> RecordsOf(std::span<const std::byte> stream, bool tls13) {
  std::vector<Record> records;
  bool changed_cipher = false;
  for (std::size_t begin = 0; stream.size() - begin >= kHeader;) {
    const std::size_t size = kHeader + BodySize(stream.subspan(begin));
    if (stream.size() - begin < size) break;
    const auto bytes = stream.subspan(begin, size);
    const bool is_protected = tls13 ? bytes[0] == kApplicationData : changed_cipher;
    records.push_back({begin, bytes, is_protected});
    changed_cipher = changed_cipher || bytes[0] == kChangeCipherSpec;
    begin += size;
  }
  return records;
}

// What a library is known not to look at in the header of a protected record.
struct IgnoredByte {
  std::string_view backend;
  bool tls13;
  std::size_t place;
  std::string_view reason;
};

constexpr IgnoredByte kIgnored[] = {
    {"gnutls", true, 0,
     "it authenticates the type that RFC 8446 section 5.2 prescribes, not the one that came"},
};

bool IsIgnored(std::string_view backend, bool tls13, std::size_t place) {
  return std::any_of(std::begin(kIgnored), std::end(kIgnored), [&](const IgnoredByte& ignored) {
    return ignored.backend == backend && ignored.tls13 == tls13 && ignored.place == place;
  });
}

// Says whether nothing in the protocol authenticates a byte, so that a library may or may not look
// at it: the type and version of a record that no key protects, and what stands in a
// change_cipher_spec. Of a protected record they are additional data, as is its length; `backend`
// may be known to ignore them all the same.
bool IsUnauthenticated(std::span<const std::byte> stream, bool tls13, std::size_t at,
                       std::string_view backend) {
  for (const Record& record : RecordsOf(stream, tls13)) {
    if (at >= record.begin + record.bytes.size()) continue;
    const std::size_t place = at - record.begin;
    if (record.is_protected) return IsIgnored(backend, tls13, place);
    return place < 3 || (place >= kHeader && record.bytes[0] == kChangeCipherSpec);
  }
  return false;
}

void IsThePeersFault(World& w, const End& end) {
  switch (end.error()->kind) {
    case ErrorKind::kProtocol:
    case ErrorKind::kPeerAlert:
    case ErrorKind::kIncompatible:
    case ErrorKind::kUntrusted:
    case ErrorKind::kTruncated:
    case ErrorKind::kLimit: return;
    case ErrorKind::kMisuse:
    case ErrorKind::kUnsupported:
    case ErrorKind::kTransport:
    case ErrorKind::kTimedOut:
    case ErrorKind::kInternal: w.That(false, "a wrong error: " + end.Describe());
  }
}

// Plays with one bit flipped, and says whether that byte was ever sent.
bool FlipAt(World& w, const ExchangeConfigs& configs, bool to_client, StreamBit flipped) {
  const Note note(w.checks(), "bit " + std::to_string(flipped.bit) + " of byte " +
                                  std::to_string(flipped.byte));
  w.BeginRound(flipped.byte);
  w.Open(configs.client, configs.server);
  Link& link = to_client ? w.to_client() : w.to_server();
  const End& deceived = to_client ? w.client() : w.server();
  const End& other = to_client ? w.server() : w.client();
  link.knobs.flipped = flipped;
  ShortExchange exchange(w);
  exchange.Play();
  exchange.HangUp();
  exchange.WasToldTheTruth(deceived);
  exchange.WasToldTheTruth(other);
  if (link.received() <= flipped.byte) return false;
  if (deceived.error() == nullptr && other.error() == nullptr) {
    const Backend& backend = to_client ? w.client_backend() : w.server_backend();
    w.That(IsUnauthenticated(link.history(), w.tls13(), flipped.byte, backend.name()),
           "nothing was noticed");
    exchange.WentRight();
    return true;
  }
  for (const End* end : {&deceived, &other}) {
    if (end->error() != nullptr) {
      IsThePeersFault(w, *end);
    } else {
      w.That(end == &other && exchange.EndedWell(*end), "should have failed; " + end->Describe());
    }
  }
  return true;
}

void FlipAnywhere(World& w, bool to_client) {
  const ExchangeConfigs configs = BuildExchangeConfigs(w);
  const std::size_t length = ExchangeLength(w, configs, to_client);
  for (const std::size_t at : SweepPoints(w, length, kStride)) {
    const auto chosen = static_cast<unsigned>(Random(w.seed() * 100'003 + at).Below(8));
    for (unsigned bit = 0; bit < 8 && !w.failed(); ++bit) {
      if (w.effort() == Effort::kLong || bit == chosen) FlipAt(w, configs, to_client, {at, bit});
    }
  }
}

// Where the messages begin that the server says first and in plaintext.
std::vector<std::size_t> PlainMessages(std::span<const std::byte> flight, bool tls13) {
  std::vector<std::size_t> begins;
  for (const Record& record : RecordsOf(flight, tls13)) {
    if (record.bytes[0] != kHandshake || record.is_protected) continue;
    for (std::size_t at = kHeader; at + kMessageHeader <= record.bytes.size();) {
      begins.push_back(record.begin + at);
      at += kMessageHeader + BodySize(record.bytes.subspan(at - 1));
    }
  }
  return begins;
}

// Where the bytes stand that say what a message is and how long, which decide most: every bit of
// them, while the sweeps above change one bit of each byte. Behind a signature, whose length is
// chance, it may be a byte or two beside that.
void FlipWhereMessagesBegin(World& w) {
  constexpr std::size_t beginning = 12;
  const ExchangeConfigs configs = BuildExchangeConfigs(w);
  w.Open(configs.client, configs.server);
  w.Equal(w.client().Handshake(), Status::kWantRead, "the client's Handshake()");
  w.Equal(w.server().Handshake(), Status::kWantRead, "the server's Handshake()");
  const Bytes flight = w.to_client().history();
  const auto begins = PlainMessages(flight, w.tls13());
  // ServerHello; in TLS 1.2 also Certificate, ServerKeyExchange and ServerHelloDone.
  w.Equal(begins.size(), w.tls13() ? std::size_t{1} : std::size_t{4}, "messages in plaintext");
  for (const std::size_t begin : begins) {
    for (std::size_t i = 0; i < beginning * 8 && !w.failed(); ++i) {
      const StreamBit flipped = {begin + i / 8, static_cast<unsigned>(i % 8)};
      w.That(FlipAt(w, configs, true, flipped), "the server says less than before");
    }
  }
}

constexpr Scenario kScenarios[] = {
    {"FlippedBitInWhatTheServerSaysIsThePeersFault", kEach,
     [](World& w) { FlipAnywhere(w, true); }},
    {"FlippedBitInWhatTheClientSaysIsThePeersFault", kEach,
     [](World& w) { FlipAnywhere(w, false); }},
    {"FlippedBitWhereAPlainMessageBeginsIsThePeersFault", kEach, FlipWhereMessagesBegin},
};

}  // namespace

std::span<const Scenario> CorruptionSweepScenarios() { return kScenarios; }

}  // namespace tandem::conformance
