// The decisions inside a handshake, made once for both backends.

#ifndef TANDEM_HANDSHAKE_POLICY_H_
#define TANDEM_HANDSHAKE_POLICY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tandem/client_hello.h"
#include "tandem/error.h"
#include "tandem/server_name.h"
#include "tandem/settings.h"
#include "tandem/verdict.h"

namespace tandem {

/// What a backend found out about a peer's certificates.
struct PeerEvidence {
  VerdictSet chain;        ///< What the library says of the chain, dates included.
  CertificateNames names;  ///< The leaf's.
  std::string native;      ///< The library's own account of the gravest finding, for logs.
};

/// What a server answers to a ClientHello.
struct HelloAnswer {
  std::shared_ptr<const Identity> identity;  ///< Never null.
  std::string alpn;                          ///< The protocol to select; empty: none.
};

/// Decides for one session. Backends ask from inside their library's callbacks and obey; they have
/// no opinion of their own.
///
/// When it refuses, it keeps the Error that the session will report, so that the library's own code
/// for "the callback said no" is never what a user sees.
class HandshakePolicy {
 public:
  /// Decides by `settings`, and on a client for `server`. Both must outlive it.
  HandshakePolicy(const Settings& settings, const Backend& backend, const ServerName* server)
      : settings_(settings), backend_(backend), server_(server) {}

  /// Server: chooses identity and protocol. Nothing: refused, with refusal_alert(). Asked again for
  /// the second ClientHello after a HelloRetryRequest, it answers the same without asking the hook.
  const HelloAnswer* AnswerHello(const ClientHello& hello);

  /// Judges a peer that has shown certificates. Nothing: trusted. Else the alert to send.
  std::optional<Alert> JudgePeer(const PeerEvidence& evidence, Version version);

  /// Refuses a peer that had to show a certificate and has none. Returns the alert to send.
  Alert RefuseMissingCertificate(Version version);

  /// Client, when the handshake is done: checks the protocol that the server selected. Nothing: it
  /// will do.
  std::optional<Alert> JudgeAlpn(const std::string& selected);

  /// The Error of a refusal, or nothing if nothing was refused.
  const std::optional<Error>& refusal() const { return refusal_; }

  /// The alert that belongs to refusal().
  Alert refusal_alert() const { return refusal_alert_; }

 private:
  std::optional<std::string> SelectAlpn(const ClientHello& hello);
  std::shared_ptr<const Identity> Choose(const ClientHello& hello);
  void Refuse(Alert alert, Error error);

  const Settings& settings_;
  const Backend& backend_;
  const ServerName* server_;
  std::optional<HelloAnswer> answer_;
  std::optional<Error> refusal_;
  Alert refusal_alert_ = Alert::kInternalError;
};

}  // namespace tandem

#endif  // TANDEM_HANDSHAKE_POLICY_H_
