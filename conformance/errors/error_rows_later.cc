// The error table: what is damaged on its way, what comes behind a handshake, and ends.

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "conformance/errors/error_table.h"
#include "conformance/scenarios/raw_hello.h"
#include "conformance/world/random.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kChangeCipherSpec = 20;
constexpr std::uint8_t kAlert = 21;
constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kData = 23;
constexpr std::size_t kHeader = 5;

Bytes AlertBody(int level, int alert) {
  return {static_cast<std::byte>(level), static_cast<std::byte>(alert)};
}

// --- A man in the middle ------------------------------------------------------------------------

// Returns where the first message of `type` begins in plaintext records; nothing if there is none.
std::optional<std::size_t> FindMessage(std::span<const std::byte> stream, int type) {
  const auto number = [&](std::size_t at, std::size_t width) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value = value << 8 | std::to_integer<std::size_t>(stream[at + i]);
    }
    return value;
  };
  for (std::size_t begin = 0; begin + kHeader < stream.size();) {
    const std::size_t end = begin + kHeader + number(begin + 3, 2);
    for (std::size_t at = begin + kHeader; number(begin, 1) == kHandshake && at + 4 <= end;) {
      if (number(at, 1) == static_cast<std::size_t>(type)) return at;
      at += 4 + number(at + 1, 3);
    }
    begin = end;
  }
  return std::nullopt;
}

// Changes one bit of a plaintext message on its way, `at` bytes into its body; counted from the end
// if negative.
void Alter(World& w, Link& link, int type, std::ptrdiff_t at) {
  const auto begin = FindMessage(link.in_flight(), type);
  if (!w.That(begin.has_value(), "no such message")) return;
  auto message = link.in_flight().subspan(*begin);
  const std::size_t size =
      std::to_integer<std::size_t>(message[2]) * 256 + std::to_integer<std::size_t>(message[3]);
  const auto place = at < 0 ? static_cast<std::ptrdiff_t>(size) + at : at;
  message[static_cast<std::size_t>(4 + place)] ^= std::byte{1};
}

void AlteredClientRandom(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  Alter(w, w.to_server(), 1, 10);
}

void AlteredServerRandom(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  Alter(w, w.to_client(), 2, 10);
}

void AlteredCertificate(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  Alter(w, w.to_client(), 11, 6);  // The tag of the first certificate.
}

void AlteredKeyExchange(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  Alter(w, w.to_client(), 12, -1);  // The last byte of the signature.
}

void AlteredDone(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  const auto begin = FindMessage(w.to_client().in_flight(), 14);
  if (w.That(begin.has_value(), "no such message")) {
    w.to_client().in_flight()[*begin] = std::byte{20};
  }
}

void DamagedFlight(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  w.to_client().in_flight().back() ^= std::byte{1};
}

void DamagedFinished(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  static_cast<void>(w.client().Handshake());
  w.to_server().in_flight().back() ^= std::byte{1};
}

void DamagedToClient(World& w) {
  if (!w.Connect()) return;
  static_cast<void>(w.server().Write(Pattern(20, 1)));
  w.to_client().in_flight().back() ^= std::byte{1};
}

void DamagedToServer(World& w) {
  if (!w.Connect()) return;
  static_cast<void>(w.client().Write(Pattern(20, 1)));
  w.to_server().in_flight().back() ^= std::byte{1};
}

void ReplayedData(World& w) {
  if (!w.Connect()) return;
  static_cast<void>(w.server().Write(Pattern(20, 1)));
  const auto record = w.to_client().in_flight();
  w.to_client().Inject(Bytes(record.begin(), record.end()));
}

// --- Records after the handshake ----------------------------------------------------------------

void Behind(World& w, const Bytes& bytes) {
  if (w.Connect()) w.to_client().Inject(bytes);
}

void TooLong(World& w) { Behind(w, Record(kData, Pattern(20000, 1))); }
void TooShort(World& w) { Behind(w, Record(kData, Pattern(3, 1))); }
void PlainData(World& w) { Behind(w, Record(kData, Pattern(60, 1))); }
void PlainAlert(World& w) { Behind(w, Record(kAlert, AlertBody(2, 40))); }
void PlainHandshake(World& w) { Behind(w, HandshakeRecord(0, {})); }
void PlainChange(World& w) { Behind(w, Record(kChangeCipherSpec, {std::byte{1}})); }
void PlainUnknown(World& w) { Behind(w, Record(99, Pattern(60, 1))); }
void OtherVersion(World& w) { Behind(w, Record(kData, Pattern(60, 1), 0x0200)); }

void PlainHelloToServer(World& w) {
  if (w.Connect()) w.to_server().Inject(MakeRawHello({}));
}

void KeyUpdateFlood(World& w) {
  if (!w.Connect()) return;
  for (int i = 0; i < 32; ++i) static_cast<void>(w.server().Rekey(false));
}

void KeyUpdateFloodToServer(World& w) {
  if (!w.Connect()) return;
  for (int i = 0; i < 32; ++i) static_cast<void>(w.client().Rekey(false));
}

// --- Ends ---------------------------------------------------------------------------------------

void EndFirst(World& w) {
  w.Open(w.Build(w.ClientRules()), nullptr);
  w.to_client().End();
}

void EndFirstToServer(World& w) {
  w.Open(nullptr, w.Build(w.ServerRules()));
  w.to_server().End();
}

void EndInTheFlight(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  w.to_client().knobs.cut_at = 300;
}

void EndOfData(World& w) {
  if (!w.Connect()) return;
  static_cast<void>(w.server().Write(Pattern(20, 1)));
  w.to_client().End();
}

void EndOfDataToServer(World& w) {
  if (!w.Connect()) return;
  w.to_server().End();
}

void BrokenRead(World& w) {
  if (w.Connect()) w.to_client().FailReceive(ECONNRESET);
}

void BrokenWrite(World& w) {
  if (!w.Connect()) return;
  w.to_server().FailSend(EPIPE);
  w.client().Send(Pattern(20, 1));
}

void BrokenHandshake(World& w) {
  w.Open(w.Build(w.ClientRules()), nullptr);
  w.to_client().FailReceive(ECONNREFUSED);
}

void Silence(World& w) {
  w.Open(w.Build(w.ClientRules().HandshakeTimeout(5s)), nullptr);
  static_cast<void>(w.client().Handshake());
  w.Advance(6s);
  static_cast<void>(w.client().HandleEvents());
}

void SilenceToServer(World& w) {
  w.Open(nullptr, w.Build(w.ServerRules().HandshakeTimeout(5s)));
  static_cast<void>(w.server().Handshake());
  w.Advance(6s);
  static_cast<void>(w.server().HandleEvents());
}

void CloseNotify(World& w) {
  if (w.Connect()) static_cast<void>(w.server().Shutdown());
}

constexpr ErrorRow kLater[] = {
    {"AlteredClientRandom",
     "the ClientHello's random changed on the way",
     Versions::kTls12,
     AlteredClientRandom,
     {Fails(ErrorKind::kProtocol, Alert::kDecryptError), Told(Alert::kDecryptError)}},
    {"AlteredClientRandom",
     "the ClientHello's random changed on the way",
     Versions::kTls13,
     AlteredClientRandom,
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)}},
    {"AlteredServerRandom",
     "the ServerHello's random changed on the way",
     Versions::kTls12,
     AlteredServerRandom,
     {Fails(ErrorKind::kProtocol, Alert::kDecryptError), Told(Alert::kDecryptError)}},
    {"AlteredServerRandom",
     "the ServerHello's random changed on the way",
     Versions::kTls13,
     AlteredServerRandom,
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)}},
    {"AlteredCertificate",
     "the server's certificate changed on the way",
     Versions::kTls12,
     AlteredCertificate,
     {Distrusts(Verdict::kMalformed, Alert::kBadCertificate), Told(Alert::kBadCertificate)}},
    {"AlteredKeyExchange",
     "the server's signature changed on the way",
     Versions::kTls12,
     AlteredKeyExchange,
     {Fails(ErrorKind::kProtocol, Alert::kDecryptError), Told(Alert::kDecryptError)}},
    {"AlteredDone",
     "ServerHelloDone turned into Finished on the way",
     Versions::kTls12,
     AlteredDone,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), Told(Alert::kUnexpectedMessage)}},
    {"DamagedFlight",
     "the last record of the server's flight damaged on the way",
     Versions::kTls13,
     DamagedFlight,
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)}},
    {"DamagedFinished",
     "the client's Finished damaged on the way",
     Versions::kEach,
     DamagedFinished,
     {Told(Alert::kBadRecordMac), Fails(ErrorKind::kProtocol, Alert::kBadRecordMac)}},
    {"DamagedToClient",
     "data to the client damaged on the way",
     Versions::kEach,
     DamagedToClient,
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)}},
    {"DamagedToServer",
     "data to the server damaged on the way",
     Versions::kEach,
     DamagedToServer,
     {Told(Alert::kBadRecordMac), Fails(ErrorKind::kProtocol, Alert::kBadRecordMac)}},
    {"ReplayedData",
     "data to the client sent twice",
     Versions::kEach,
     ReplayedData,
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)}},
    {"TooLong",
     "a record that is too long behind the handshake",
     Versions::kEach,
     TooLong,
     {Fails(ErrorKind::kProtocol, Alert::kRecordOverflow), Told(Alert::kRecordOverflow)}},
    {"TooShort",
     "a record too short for a tag behind the handshake",
     Versions::kTls12,
     TooShort,
     {Fails(ErrorKind::kProtocol, Alert::kInternalError), Told(Alert::kInternalError)}},
    {"TooShort",
     "a record too short for a tag behind the handshake",
     Versions::kTls13,
     TooShort,
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)}},
    {"PlainData",
     "forged data behind the handshake",
     Versions::kEach,
     PlainData,
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)}},
    {"PlainAlert",
     "an alert in plaintext behind the handshake",
     Versions::kTls12,
     PlainAlert,
     {Fails(ErrorKind::kProtocol, Alert::kInternalError), Told(Alert::kInternalError)}},
    {"PlainAlert",
     "an alert in plaintext behind the handshake",
     Versions::kTls13,
     PlainAlert,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), Told(Alert::kUnexpectedMessage)}},
    {"PlainHandshake",
     "a HelloRequest in plaintext behind the handshake",
     Versions::kTls12,
     PlainHandshake,
     {Fails(ErrorKind::kProtocol, Alert::kInternalError), Told(Alert::kInternalError)}},
    {"PlainHandshake",
     "a HelloRequest in plaintext behind the handshake",
     Versions::kTls13,
     PlainHandshake,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), Told(Alert::kUnexpectedMessage)}},
    {"PlainChange",
     "change_cipher_spec behind the handshake",
     Versions::kTls12,
     PlainChange,
     {Fails(ErrorKind::kProtocol, Alert::kInternalError), Told(Alert::kInternalError)}},
    {"PlainChange",
     "change_cipher_spec behind the handshake",
     Versions::kTls13,
     PlainChange,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), Told(Alert::kUnexpectedMessage)}},
    {"PlainUnknown",
     "a record of an unknown type behind the handshake",
     Versions::kTls12,
     PlainUnknown,
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)}},
    {"PlainUnknown",
     "a record of an unknown type behind the handshake",
     Versions::kTls13,
     PlainUnknown,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), Told(Alert::kUnexpectedMessage)}},
    {"OtherVersion",
     "a record of SSL 2.0 behind the handshake",
     Versions::kEach,
     OtherVersion,
     {Fails(ErrorKind::kProtocol, Alert::kProtocolVersion), Told(Alert::kProtocolVersion)}},
    {"PlainHelloToServer",
     "a ClientHello in plaintext behind the handshake",
     Versions::kTls12,
     PlainHelloToServer,
     {Told(Alert::kProtocolVersion), Fails(ErrorKind::kProtocol, Alert::kProtocolVersion)}},
    {"PlainHelloToServer",
     "a ClientHello in plaintext behind the handshake",
     Versions::kTls13,
     PlainHelloToServer,
     {Told(Alert::kUnexpectedMessage), Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage)}},
    {"KeyUpdateFlood",
     "32 key updates to the client at once",
     Versions::kTls13,
     KeyUpdateFlood,
     {Fails(ErrorKind::kLimit), kLives}},
    {"KeyUpdateFloodToServer",
     "32 key updates to the server at once",
     Versions::kTls13,
     KeyUpdateFloodToServer,
     {kLives, Fails(ErrorKind::kLimit)}},
    {"EndFirst",
     "the end of the stream in place of a ServerHello",
     Versions::kEach,
     EndFirst,
     {Fails(ErrorKind::kTruncated), kPlayed}},
    {"EndFirstToServer",
     "the end of the stream in place of a ClientHello",
     Versions::kEach,
     EndFirstToServer,
     {kPlayed, Fails(ErrorKind::kTruncated)}},
    {"EndInTheFlight",
     "the end of the stream in the server's flight",
     Versions::kEach,
     EndInTheFlight,
     {Fails(ErrorKind::kTruncated), kLives}},
    {"EndOfData",
     "the end of the stream behind data, without close_notify",
     Versions::kEach,
     EndOfData,
     {Fails(ErrorKind::kTruncated), kLives}},
    {"EndOfDataToServer",
     "the end of the stream for the server, without close_notify",
     Versions::kEach,
     EndOfDataToServer,
     {kLives, Fails(ErrorKind::kTruncated)}},
    {"BrokenRead",
     "the client's transport fails to receive",
     Versions::kEach,
     BrokenRead,
     {Fails(ErrorKind::kTransport), kLives}},
    {"BrokenWrite",
     "the client's transport fails to send",
     Versions::kEach,
     BrokenWrite,
     {Fails(ErrorKind::kTransport), kLives}},
    {"BrokenHandshake",
     "the client's transport fails in the handshake",
     Versions::kEach,
     BrokenHandshake,
     {Fails(ErrorKind::kTransport), kPlayed}},
    {"Silence",
     "a server that says nothing for longer than the client waits",
     Versions::kEach,
     Silence,
     {Fails(ErrorKind::kTimedOut), kPlayed}},
    {"SilenceToServer",
     "a client that says nothing for longer than the server waits",
     Versions::kEach,
     SilenceToServer,
     {kPlayed, Fails(ErrorKind::kTimedOut)}},
    {"CloseNotify",
     "close_notify behind the handshake",
     Versions::kEach,
     CloseNotify,
     {kLives, kLives}},
};

}  // namespace

std::span<const ErrorRow> LaterRows() { return kLater; }

}  // namespace tandem::conformance
