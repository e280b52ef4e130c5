// The error table: where a library is forced to something else.

#include "conformance/errors/error_table.h"

namespace tandem::conformance {
namespace {

constexpr std::string_view kWhyProtocolRequiredByClient =
    "no public call of OpenSSL sends an alert that a program has chosen";

constexpr std::string_view kWhyNameWithUnderscore =
    "GnuTLS serves no name with other characters than letters, digits, hyphen and dot, and nothing "
    "can make it skip server_name";

constexpr std::string_view kWhyHelloRequestFirst =
    "RFC 5246 section 7.4.1.1 lets a client ignore it and OpenSSL does; GnuTLS ends before it asks "
    "anybody";

constexpr std::string_view kWhySsl2ToServer =
    "OpenSSL still reads the hello of SSL 2.0 and cannot be kept from an alert; GnuTLS takes it "
    "for garbage, which gets none";

constexpr std::string_view kWhyChangeFirst =
    "RFC 8446 section 5 has it dropped behind a ClientHello only; GnuTLS drops it anywhere";

constexpr std::string_view kWhyEmptyFirst =
    "RFC 8446 section 5.1 forbids empty records of the handshake; OpenSSL bears 32 of them";

constexpr std::string_view kWhyHugeMessage =
    "GnuTLS shows nobody what a message announces; it is stopped when 256 KiB have come";

constexpr std::string_view kWhyEmptyFlood = "GnuTLS refuses the first, OpenSSL the 33rd";

constexpr std::string_view kWhyFatalOfTls10Later =
    "GnuTLS looks at a record's version first, OpenSSL at its type";

constexpr std::string_view kWhyUnknownLevel =
    "GnuTLS takes a level that it does not know for a warning, and tells nobody which level it was";

constexpr std::string_view kWhyAlteredClientRandom =
    "GnuTLS encrypts a client's alert in the handshake, here by a key that the server does not "
    "have; OpenSSL sends it in plaintext";

constexpr std::string_view kWhyTooShort =
    "OpenSSL has internal_error for records of TLS 1.2 that have no room for a tag";

constexpr std::string_view kWhyPlainAlert =
    "OpenSSL has internal_error for records of TLS 1.2 that have no room for a tag, and in TLS 1.3 "
    "looks at the type before it decrypts; GnuTLS decrypts";

constexpr std::string_view kWhyPlainUnknown =
    "OpenSSL decrypts before it looks at the type, GnuTLS looks first";

constexpr std::string_view kWhyPlainHelloToServer =
    "GnuTLS looks at a record's version first, OpenSSL at its type";

constexpr ErrorDifference kDifferences[] = {
    {"ProtocolRequiredByClient",
     Versions::kEach,
     "gnutls",
     "*",
     {Fails(ErrorKind::kIncompatible, Alert::kNoApplicationProtocol),
      Told(Alert::kNoApplicationProtocol)},
     kWhyProtocolRequiredByClient},
    {"NameWithUnderscore",
     Versions::kEach,
     "*",
     "gnutls",
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kUnrecognizedName)},
     kWhyNameWithUnderscore},
    {"HelloRequestFirst",
     Versions::kEach,
     "gnutls",
     "*",
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), kPlayed},
     kWhyHelloRequestFirst},
    {"Ssl2ToServer",
     Versions::kEach,
     "*",
     "gnutls",
     {kPlayed, Fails(ErrorKind::kProtocol)},
     kWhySsl2ToServer},
    {"ChangeFirst", Versions::kTls13, "*", "gnutls", {kPlayed, kLives}, kWhyChangeFirst},
    {"EmptyFirst",
     Versions::kEach,
     "*",
     "gnutls",
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage)},
     kWhyEmptyFirst},
    {"HugeMessage", Versions::kEach, "*", "gnutls", {kPlayed, kLives}, kWhyHugeMessage},
    {"EmptyFlood",
     Versions::kEach,
     "*",
     "gnutls",
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage)},
     kWhyEmptyFlood},
    {"FatalOfTls10Later",
     Versions::kEach,
     "*",
     "gnutls",
     {Told(Alert::kProtocolVersion), Fails(ErrorKind::kProtocol, Alert::kProtocolVersion)},
     kWhyFatalOfTls10Later},
    {"UnknownLevel", Versions::kEach, "gnutls", "*", {kLives, kPlayed}, kWhyUnknownLevel},
    {"AlteredClientRandom",
     Versions::kTls13,
     "gnutls",
     "*",
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac),
      Fails(ErrorKind::kProtocol, Alert::kBadRecordMac)},
     kWhyAlteredClientRandom},
    {"AlteredServerRandom",
     Versions::kTls13,
     "gnutls",
     "*",
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac),
      Fails(ErrorKind::kProtocol, Alert::kBadRecordMac)},
     kWhyAlteredClientRandom},
    {"TooShort",
     Versions::kTls12,
     "gnutls",
     "*",
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)},
     kWhyTooShort},
    {"PlainAlert",
     Versions::kEach,
     "gnutls",
     "*",
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)},
     kWhyPlainAlert},
    {"PlainHandshake",
     Versions::kEach,
     "gnutls",
     "*",
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)},
     kWhyPlainAlert},
    {"PlainChange",
     Versions::kTls12,
     "gnutls",
     "*",
     {Fails(ErrorKind::kProtocol, Alert::kBadRecordMac), Told(Alert::kBadRecordMac)},
     kWhyPlainAlert},
    {"PlainUnknown",
     Versions::kTls12,
     "gnutls",
     "*",
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), Told(Alert::kUnexpectedMessage)},
     kWhyPlainUnknown},
    {"PlainHelloToServer",
     Versions::kTls13,
     "*",
     "gnutls",
     {Told(Alert::kProtocolVersion), Fails(ErrorKind::kProtocol, Alert::kProtocolVersion)},
     kWhyPlainHelloToServer},
};

}  // namespace

std::span<const ErrorDifference> ErrorDifferences() { return kDifferences; }

}  // namespace tandem::conformance
