#include "tandem/fault.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tandem {
namespace {

struct Facts {
  Fault fault;
  ErrorKind kind;
  const char* what;
  std::optional<Verdict> verdict = std::nullopt;
};

constexpr ErrorKind kProtocol = ErrorKind::kProtocol;
constexpr ErrorKind kIncompatible = ErrorKind::kIncompatible;
constexpr ErrorKind kUntrusted = ErrorKind::kUntrusted;

constexpr Facts kFacts[] = {
    {Fault::kMalformedMessage, kProtocol, "the peer sent a malformed TLS message"},
    {Fault::kMisplacedMessage, kProtocol, "the peer sent a TLS message that has no place there"},
    {Fault::kIllegalChoice, kProtocol,
     "the peer chose something that was not offered, or that TLS forbids"},
    {Fault::kMissingExtension, kProtocol, "the peer's hello lacks an extension that TLS requires"},
    {Fault::kUnusableKey, kProtocol, "the peer sent a key or a signature that cannot be used"},
    {Fault::kDamagedRecord, kProtocol, "a record of the peer was damaged or forged on its way"},
    {Fault::kOversizedRecord, kProtocol, "the peer sent a record that is longer than TLS allows"},
    {Fault::kWrongProof, kProtocol, "the peer's signature or checksum of the handshake is wrong"},
    {Fault::kNotTls, kProtocol,
     "the peer does not speak TLS; check the port, and whether TLS is on there"},
    {Fault::kNoSharedVersion, kIncompatible,
     "there is no TLS version that both sides speak; widen the versions of one of them"},
    {Fault::kNoSharedSuite, kIncompatible,
     "there is no cipher suite that both sides speak and that fits the server's key"},
    {Fault::kNoSharedGroup, kIncompatible, "there is no key exchange group that both sides speak"},
    {Fault::kNoSharedScheme, kIncompatible,
     "there is no signature scheme that both sides speak and that fits the server's key"},
    {Fault::kNoSharedProtocol, kIncompatible,
     "there is no application protocol (ALPN) that both sides speak"},
    {Fault::kNoSafeRenegotiation, kIncompatible,
     "the peer lacks RFC 5746 (secure renegotiation), so it is too old to be safe"},
    {Fault::kOversizedMessage, ErrorKind::kLimit,
     "the peer sent a handshake message that is larger than the limit"},
    {Fault::kTooManyEmptyRecords, ErrorKind::kLimit,
     "the peer sends records without content and nothing else"},
    {Fault::kTooManyWarnings, ErrorKind::kLimit, "the peer sends warnings and nothing else"},
    {Fault::kTooManyKeyUpdates, ErrorKind::kLimit,
     "the peer changes its key more than 8 times in a second"},
    {Fault::kTooManyRecords, ErrorKind::kLimit, "too many records were exchanged under one key"},
    {Fault::kTruncated, ErrorKind::kTruncated,
     "the connection ended without close_notify: bytes may be missing"},
    {Fault::kTimedOut, ErrorKind::kTimedOut, "the handshake took longer than its time limit"},
    {Fault::kBrokenTransport, ErrorKind::kTransport, "the connection broke"},
    {Fault::kAlertReceived, ErrorKind::kPeerAlert, "the peer ended the connection with the alert"},
    {Fault::kMalformedCertificate, kUntrusted,
     "the peer is not trusted: its certificate is malformed", Verdict::kMalformed},
    {Fault::kWeakCertificate, kUntrusted,
     "the peer is not trusted: its certificate uses a weak key or signature", Verdict::kWeak},
    {Fault::kMisusedCertificate, kUntrusted,
     "the peer is not trusted: its certificate may not be used for this purpose",
     Verdict::kWrongPurpose},
    {Fault::kRejectedCertificate, kUntrusted,
     "the peer is not trusted: its certificate was rejected", Verdict::kOther},
    {Fault::kNoCertificate, kUntrusted,
     "the peer is not trusted: it showed no certificate and one is required",
     Verdict::kNoCertificate},
    {Fault::kOutOfMemory, ErrorKind::kInternal, "the TLS library is out of memory"},
    {Fault::kDefect, ErrorKind::kInternal,
     "the TLS library failed in a way that no peer and no caller should be able to cause"},
};

const Facts& FactsOf(Fault fault) {
  const auto* found = std::find_if(std::begin(kFacts), std::end(kFacts),
                                   [fault](const Facts& facts) { return facts.fault == fault; });
  return found == std::end(kFacts) ? *std::rbegin(kFacts) : *found;
}

}  // namespace

Error MakeFault(Fault fault, std::string native) {
  const Facts& facts = FactsOf(fault);
  Error error = MakeError(facts.kind, facts.what);
  error.verdict = facts.verdict;
  error.native = std::move(native);
  return error;
}

Error MakePeerAlert(Alert alert, std::string native) {
  Error error = MakeFault(Fault::kAlertReceived, std::move(native));
  error.what += " " + std::string(AlertName(alert));
  error.alert_received = alert;
  return error;
}

}  // namespace tandem
