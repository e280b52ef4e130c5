// The decisions inside a handshake, made once for both backends.

#ifndef TANDEM_HANDSHAKE_POLICY_H_
#define TANDEM_HANDSHAKE_POLICY_H_

#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tandem/certificate.h"
#include "tandem/client_hello.h"
#include "tandem/error.h"
#include "tandem/server_name.h"
#include "tandem/settings.h"
#include "tandem/verdict.h"

namespace tandem {

/// What a library made of a chain.
struct ChainFindings {
  VerdictSet verdicts;    ///< What it says of the chain; names, dates and pins aside.
  std::vector<Der> path;  ///< The leaf and its issuers, as far as it knows them.
  bool complete = false;  ///< The last of `path` is trusted.
  std::string native;     ///< The library's own account of the gravest finding, for logs.
};

/// The part of judging a peer that a library does.
class ChainExaminer {
 public:
  virtual ~ChainExaminer() = default;

  /// Finds a path (FindPath()) from the first of `sent`, a peer's chain of at least one, to a
  /// certificate that the rules trust, over the others and the intermediates of the rules, and has
  /// the library verify it.
  virtual ChainFindings Examine(std::span<const Der> sent, std::chrono::sys_seconds now) const = 0;
};

/// What a server answers to a ClientHello.
struct HelloAnswer {
  std::shared_ptr<const Identity> identity;  ///< Never null.
  std::string alpn;                          ///< The protocol to select; empty: none.
  std::optional<SrtpProfile> srtp{};         ///< The profile to select, if any.
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

  /// Reads and checks a ClientHello by ReadClientHello() first; `message` is without the handshake
  /// header. `server_name` is set to the name that it asks for.
  const HelloAnswer* AnswerHello(std::span<const std::byte> message, std::string& server_name);

  /// Client: checks an answer by CheckServerHello(). Nothing: go on. Else the alert to send.
  std::optional<Alert> JudgeAnswer(std::span<const std::byte> message,
                                   std::span<const std::byte> client_hello);

  /// Judges a peer that has shown the certificates `sent`, at least one. Has `examiner` look at the
  /// chain if the rules ask for one. Nothing: trusted. Else the alert to send.
  std::optional<Alert> JudgePeer(std::span<const Der> sent, const ChainExaminer& examiner,
                                 Version version);

  /// Refuses a peer that had to show a certificate and has none. Returns the alert to send.
  Alert RefuseMissingCertificate(Version version);

  /// Runs `decide`, the body of a library's callback, and returns its answer. What is thrown
  /// in it, such as for want of memory, becomes a refusal and `refused` is returned, for nothing
  /// may be thrown through a library.
  template <typename Decide>
  int Within(int refused, Decide decide) {
    try {
      return decide();
    } catch (const std::bad_alloc&) {
      RefuseForMemory();
    } catch (...) {
      RefuseForDefect();
    }
    return refused;
  }

  /// Client, when the handshake is done: checks the protocol that the server selected. Nothing: it
  /// will do.
  std::optional<Alert> JudgeAlpn(const std::string& selected);

  /// Returns what AnswerHello() answered; null until then.
  const HelloAnswer* answer() const { return answer_.has_value() ? &*answer_ : nullptr; }

  /// Says whether JudgePeer() has trusted the peer. A session is never done without it where
  /// somebody must prove who he is, whatever a library thinks.
  bool peer_is_trusted() const { return peer_is_trusted_; }

  /// Returns the certificates of a peer that JudgePeer() refused; empty otherwise.
  const std::vector<Der>& refused_chain() const { return refused_chain_; }

  /// The Error of a refusal, or nothing if nothing was refused.
  const std::optional<Error>& refusal() const { return refusal_; }

  /// The alert that belongs to refusal().
  Alert refusal_alert() const { return refusal_alert_; }

 private:
  std::optional<SrtpProfile> SelectSrtp(const ClientHello& hello) const;
  std::optional<std::string> SelectAlpn(const ClientHello& hello);
  std::shared_ptr<const Identity> Choose(const ClientHello& hello);
  void RefuseForMemory() noexcept;
  void RefuseForDefect() noexcept;
  void Refuse(Alert alert, Error error);

  const Settings& settings_;
  const Backend& backend_;
  const ServerName* server_;
  std::optional<ClientHello> first_hello_;
  bool answered_ = false;  // By a server, to us.
  std::optional<HelloAnswer> answer_;
  std::optional<Error> refusal_;
  std::vector<Der> refused_chain_;
  bool peer_is_trusted_ = false;
  Alert refusal_alert_ = Alert::kInternalError;
};

}  // namespace tandem

#endif  // TANDEM_HANDSHAKE_POLICY_H_
