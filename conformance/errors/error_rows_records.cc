// The error table: records and messages that are damaged, displaced or too many in a handshake.

#include <cstdint>

#include "conformance/errors/error_table.h"
#include "conformance/scenarios/raw_hello.h"
#include "conformance/world/random.h"

namespace tandem::conformance {
namespace {

constexpr std::uint8_t kChangeCipherSpec = 20;
constexpr std::uint8_t kAlert = 21;
constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kData = 23;

Bytes AlertBody(int level, int alert) {
  return {static_cast<std::byte>(level), static_cast<std::byte>(alert)};
}

void ToServer(World& w, const Bytes& bytes) {
  w.Open(nullptr, w.Build(w.ServerRules()));
  w.to_server().Inject(bytes);
}

void ToClient(World& w, const Bytes& bytes) {
  w.Open(w.Build(w.ClientRules()), nullptr);
  static_cast<void>(w.client().Handshake());
  w.to_client().Inject(bytes);
}

// --- What is not TLS ----------------------------------------------------------------------------

void HttpToServer(World& w) { ToServer(w, BytesOf("GET / HTTP/1.1\r\nHost: server.test\r\n\r\n")); }
void HttpToClient(World& w) { ToClient(w, BytesOf("HTTP/1.1 400 Bad Request\r\n\r\n")); }
void SshToServer(World& w) { ToServer(w, BytesOf("SSH-2.0-OpenSSH_9.2\r\n")); }
void SmtpToClient(World& w) { ToClient(w, BytesOf("220 mail.test ESMTP ready\r\n")); }

void Ssl2ToServer(World& w) {
  Bytes hello;
  Put16(hello, 0x802E);
  Put8(hello, 1);
  Put16(hello, 2);
  Put16(hello, 21);
  Put16(hello, 0);
  Put16(hello, 16);
  Append(hello, Pattern(37, 4));
  ToServer(w, hello);
}

// --- Records in a handshake ---------------------------------------------------------------------

void DataFirst(World& w) { ToServer(w, Record(kData, Pattern(20, 1))); }
void DataFirstToClient(World& w) { ToClient(w, Record(kData, Pattern(20, 1))); }
void ChangeFirst(World& w) { ToServer(w, Record(kChangeCipherSpec, {std::byte{1}})); }
void ChangeFirstToClient(World& w) { ToClient(w, Record(kChangeCipherSpec, {std::byte{1}})); }
void WrongChangeToClient(World& w) { ToClient(w, Record(kChangeCipherSpec, {std::byte{2}})); }
void UnknownType(World& w) { ToServer(w, Record(99, Pattern(20, 1))); }
void UnknownTypeToClient(World& w) { ToClient(w, Record(99, Pattern(20, 1))); }
void EmptyFirst(World& w) { ToServer(w, Record(kHandshake, {})); }
void HugeFirst(World& w) {
  Bytes record = Record(kHandshake, Pattern(18500, 1));
  ToServer(w, record);
}
void HugeMessage(World& w) {
  Bytes message = {std::byte{1}, std::byte{0xFF}, std::byte{0}, std::byte{0}};
  ToServer(w, Record(kHandshake, message));
}
void FinishedToServer(World& w) { ToServer(w, HandshakeRecord(20, Bytes(12))); }
void AnswerToServer(World& w) { ToServer(w, HandshakeRecord(2, Bytes(40))); }

void EmptyFlood(World& w) {
  Bytes flood;
  for (int i = 0; i < 100; ++i) Append(flood, Record(kHandshake, {}));
  ToServer(w, flood);
}

void WarningFlood(World& w) {
  Bytes flood;
  for (int i = 0; i < 100; ++i) Append(flood, Record(kAlert, AlertBody(1, 112)));
  ToClient(w, flood);
}

// --- Alerts -------------------------------------------------------------------------------------

void FatalToClient(World& w) { ToClient(w, Record(kAlert, AlertBody(2, 40))); }
void FatalToServer(World& w) { ToServer(w, Record(kAlert, AlertBody(2, 49))); }
void FatalOfTls10ToServer(World& w) { ToServer(w, Record(kAlert, AlertBody(2, 49), 0x0301)); }
void FatalOfTls10Later(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  w.to_server().Inject(Record(kAlert, AlertBody(2, 49), 0x0301));
  static_cast<void>(w.server().Handshake());
}
void UnknownToClient(World& w) { ToClient(w, Record(kAlert, AlertBody(2, 200))); }
void UnknownLevel(World& w) { ToClient(w, Record(kAlert, AlertBody(9, 40))); }
void HalfAnAlert(World& w) { ToClient(w, Record(kAlert, {std::byte{2}})); }
void CloseToClient(World& w) { ToClient(w, Record(kAlert, AlertBody(1, 0))); }
void CloseToServer(World& w) { ToServer(w, Record(kAlert, AlertBody(1, 0))); }
void WarningToServer(World& w) { ToServer(w, Record(kAlert, AlertBody(1, 90))); }

constexpr ErrorRow kRecords[] = {
    {"HttpToServer",
     "plain HTTP to a server",
     Versions::kEach,
     HttpToServer,
     {kPlayed, Fails(ErrorKind::kProtocol)}},
    {"HttpToClient",
     "plain HTTP to a client",
     Versions::kEach,
     HttpToClient,
     {Fails(ErrorKind::kProtocol), kPlayed}},
    {"SshToServer",
     "SSH to a server",
     Versions::kEach,
     SshToServer,
     {kPlayed, Fails(ErrorKind::kProtocol)}},
    {"SmtpToClient",
     "SMTP to a client",
     Versions::kEach,
     SmtpToClient,
     {Fails(ErrorKind::kProtocol), kPlayed}},
    {"Ssl2ToServer",
     "a hello of SSL 2.0 to a server",
     Versions::kEach,
     Ssl2ToServer,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"DataFirst",
     "application data in place of a ClientHello",
     Versions::kEach,
     DataFirst,
     {kPlayed, Fails(ErrorKind::kProtocol)}},
    {"DataFirstToClient",
     "application data in place of a ServerHello",
     Versions::kEach,
     DataFirstToClient,
     {Fails(ErrorKind::kProtocol), kPlayed}},
    {"ChangeFirst",
     "change_cipher_spec in place of a ClientHello",
     Versions::kEach,
     ChangeFirst,
     {kPlayed, Fails(ErrorKind::kProtocol)}},
    {"ChangeFirstToClient",
     "change_cipher_spec in place of a ServerHello",
     Versions::kEach,
     ChangeFirstToClient,
     {Fails(ErrorKind::kProtocol), kPlayed}},
    {"WrongChangeToClient",
     "change_cipher_spec with a wrong body in place of a ServerHello",
     Versions::kEach,
     WrongChangeToClient,
     {Fails(ErrorKind::kProtocol), kPlayed}},
    {"UnknownType",
     "a record of an unknown type in place of a ClientHello",
     Versions::kEach,
     UnknownType,
     {kPlayed, Fails(ErrorKind::kProtocol)}},
    {"UnknownTypeToClient",
     "a record of an unknown type in place of a ServerHello",
     Versions::kEach,
     UnknownTypeToClient,
     {Fails(ErrorKind::kProtocol), kPlayed}},
    {"EmptyFirst",
     "an empty record in place of a ClientHello",
     Versions::kEach,
     EmptyFirst,
     {kPlayed, kLives}},
    {"HugeFirst",
     "a first record that is too long",
     Versions::kEach,
     HugeFirst,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kRecordOverflow)}},
    {"HugeMessage",
     "a ClientHello announced as 16 MiB",
     Versions::kEach,
     HugeMessage,
     {kPlayed, Fails(ErrorKind::kLimit, Alert::kIllegalParameter)}},
    {"FinishedToServer",
     "a Finished in place of a ClientHello",
     Versions::kEach,
     FinishedToServer,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage)}},
    {"AnswerToServer",
     "a ServerHello in place of a ClientHello",
     Versions::kEach,
     AnswerToServer,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage)}},
    {"EmptyFlood",
     "100 empty records in place of a ClientHello",
     Versions::kEach,
     EmptyFlood,
     {kPlayed, Fails(ErrorKind::kLimit, Alert::kUnexpectedMessage)}},
    {"WarningFlood",
     "100 warnings in place of a ServerHello",
     Versions::kEach,
     WarningFlood,
     {Fails(ErrorKind::kLimit, Alert::kUnexpectedMessage), kPlayed}},
    {"FatalToClient",
     "handshake_failure in place of a ServerHello",
     Versions::kEach,
     FatalToClient,
     {Told(Alert::kHandshakeFailure), kPlayed}},
    {"FatalToServer",
     "access_denied in place of a ClientHello",
     Versions::kEach,
     FatalToServer,
     {kPlayed, Told(Alert::kAccessDenied)}},
    {"FatalOfTls10ToServer",
     "access_denied in a record of TLS 1.0 in place of a ClientHello",
     Versions::kEach,
     FatalOfTls10ToServer,
     {kPlayed, Told(Alert::kAccessDenied)}},
    {"FatalOfTls10Later",
     "access_denied in a record of TLS 1.0 behind the server's flight",
     Versions::kTls12,
     FatalOfTls10Later,
     {kLives, Fails(ErrorKind::kProtocol)}},
    {"FatalOfTls10Later",
     "access_denied in a record of TLS 1.0 behind the server's flight",
     Versions::kTls13,
     FatalOfTls10Later,
     {Told(Alert::kDecodeError), Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"UnknownToClient",
     "an alert that nobody knows in place of a ServerHello",
     Versions::kEach,
     UnknownToClient,
     {Told(static_cast<Alert>(200)), kPlayed}},
    {"UnknownLevel",
     "an alert of a level that nobody knows in place of a ServerHello",
     Versions::kEach,
     UnknownLevel,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"HalfAnAlert",
     "half an alert in place of a ServerHello",
     Versions::kEach,
     HalfAnAlert,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), kPlayed}},
    {"CloseToClient",
     "close_notify in place of a ServerHello",
     Versions::kEach,
     CloseToClient,
     {Told(Alert::kCloseNotify), kPlayed}},
    {"CloseToServer",
     "close_notify in place of a ClientHello",
     Versions::kEach,
     CloseToServer,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage)}},
    {"WarningToServer",
     "a warning in place of a ClientHello",
     Versions::kEach,
     WarningToServer,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage)}},
};

}  // namespace

std::span<const ErrorRow> RecordRows() { return kRecords; }

}  // namespace tandem::conformance
