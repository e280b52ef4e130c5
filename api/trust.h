// Whom we believe.

#ifndef TANDEM_TRUST_H_
#define TANDEM_TRUST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/certificate.h"
#include "tandem/engine/reply.h"
#include "tandem/pin.h"
#include "tandem/result.h"
#include "tandem/revocation_list.h"
#include "tandem/verdict.h"

namespace tandem {

/// What a further verifier is shown of a peer.
struct PeerCertificates {
  std::string name;       ///< The server that a client wants; empty on a server.
  std::vector<Der> sent;  ///< As the peer sent them, leaf first.
  std::vector<Der> path;  ///< Leaf up to the certificate that is trusted; empty if none was looked
                          ///< for (FromPins(), DangerNone()).
};

/// What a further verifier thinks of them.
struct PeerOpinion {
  std::optional<Verdict> refused;  ///< Nothing: fine. Else why not; kRefused if nothing fits.
};

/// Gives a further opinion on a peer that all other rules accept. Runs on the thread of the call
/// that read the certificates. A failed reply refuses the peer as Verdict::kRefused.
///
/// Answer now or later, from any thread: the handshake waits, if the session has a Runtime. Without
/// one an open reply ends it as kMisuse. The hook must not call its session, and
/// copies what it needs of `peer` for later.
using VerifyPeer =
    std::function<void(const PeerCertificates& peer, engine::Reply<PeerOpinion> reply)>;

/// How far revocation lists reach.
enum class Revocation : std::uint8_t {
  kWhereListed,  ///< A certificate is checked if a list of its issuer is given.
  kLeaf,         ///< The leaf must be covered by a list in force; others as above.
  kWholePath,    ///< Every certificate but the trusted one must be.
};

/// Says which certificates vouch for a peer. There is no default: a client names one of these.
///
///     Trust trust = Trust::System().RevocationLists(lists).MaxIntermediates(2);
class Trust {
 public:
  enum class Mode : std::uint8_t { kSystem, kRoots, kPins, kDangerNone };

  /// Believes the roots that the machine's administrator installed. Building a Config fails when
  /// the machine has none. The variables SSL_CERT_FILE and SSL_CERT_DIR change nothing: a program
  /// that lets its user choose passes what they name to FromPemFile().
  static Trust System() { return Trust(Mode::kSystem); }

  /// Believes as System() does, and nobody at all on a machine without roots: for programs that
  /// must start there too. Config::Describe() tells how many there are.
  static Trust SystemIfAny();

  /// Believes exactly the certificates in a PEM text. kMisuse if it holds none. One need not be
  /// self-signed, and a leaf that is named here is believed as it stands; but what has issued
  /// others must be allowed to. Building a Config fails if one does not parse.
  static Result<Trust> FromPem(std::string_view roots);

  /// Believes exactly the certificates in a PEM file. kMisuse if it holds none.
  static Result<Trust> FromPemFile(const std::string& path);

  /// Believes exactly these certificates, DER each.
  static Trust FromDer(std::vector<Der> roots);

  /// Believes whoever proves to hold the key, or the certificate, of one of `pins`, as its leaf:
  /// the pin says who it is, so issuer, dates and name are not looked at (as DANE-EE does, RFC 7671
  /// section 5.1).
  static Trust FromPins(std::vector<Pin> pins);

  /// Believes anybody: neither chain nor name is looked at, and a man in the middle is not noticed.
  /// For tests, and for programs that check the peer's certificate by other means before they say
  /// a word.
  static Trust DangerNone() { return Trust(Mode::kDangerNone); }

  /// Knows certificates that may stand between a leaf and a root, for peers that forget to send
  /// them. They are not believed by themselves. Default: none, what peers send must do.
  Trust& Intermediates(std::vector<Der> certificates);

  /// Refuses what `lists` (DER each, RFC 5280 section 5) revoke. A list that is out of date, or
  /// whose signature is wrong, proves nothing: what it should cover is refused as
  /// kRevocationUnknown. So it is with one that has no nextUpdate, a weak hash or another spelling
  /// of the issuer's name, that speaks for part of its issuer's certificates, or whose issuer may
  /// not sign lists; deltas are not applied. What is trusted itself is not looked up. Default: no
  /// lists, and revocation is not looked at.
  Trust& RevocationLists(const std::vector<Der>& lists,
                         Revocation reach = Revocation::kWhereListed);

  /// Asks in addition that one certificate of the path has one of these pins. Default: none. A pin
  /// that is lost with its key locks you out: name a spare one.
  Trust& RequirePin(std::vector<Pin> pins);

  /// Accepts at most `count` certificates between the leaf and the trusted one. Default
  /// kMaxIntermediates, at most kIntermediatesLimit.
  Trust& MaxIntermediates(unsigned count);

  /// Accepts leaves whose extended key usage is for something else. Default: a server's must be for
  /// servers, a client's for clients (RFC 5280 section 4.2.1.12). For the odd private PKI.
  Trust& DangerAnyPurpose();

  /// Asks `hook` when all other rules accept. Default: nobody is asked.
  Trust& FurtherVerifier(VerifyPeer hook);

  Mode mode() const { return mode_; }
  bool may_be_empty() const { return may_be_empty_; }

  /// Returns the roots, DER each; empty but for kRoots.
  const std::vector<Der>& roots() const { return roots_; }
  const std::vector<Der>& intermediates() const { return intermediates_; }

  /// Returns the lists as they were read, once, by RevocationLists().
  std::span<const RevocationList> revocation_lists() const;
  Revocation revocation() const { return revocation_; }

  /// Returns the pins of FromPins() or RequirePin().
  const std::vector<Pin>& pins() const { return pins_; }

  /// Returns what is wrong with these rules: something does not parse, or cannot be enforced.
  /// Empty: nothing. Building a Config fails with it.
  const std::string& flaw() const { return flaw_; }
  unsigned max_intermediates() const { return max_intermediates_; }
  bool any_purpose() const { return any_purpose_; }
  const VerifyPeer& further_verifier() const { return further_verifier_; }

  /// Between leaf and root, by default: the public web needs 3.
  static constexpr unsigned kMaxIntermediates = 8;

  /// What MaxIntermediates() can be set to: a path is 16 certificates at most.
  static constexpr unsigned kIntermediatesLimit = 14;

  /// Certificates of a peer that are looked at; one that sends more is refused as kTooDeep.
  static constexpr std::size_t kMaxSent = 16;

 private:
  explicit Trust(Mode mode) : mode_(mode) {}

  // Keeps the first.
  void NoteFlaw(std::string flaw);

  // What asks for a path, where none is looked for, would be ignored.
  void NeedsPath(const char* rule);

  Mode mode_;
  bool may_be_empty_ = false;
  std::vector<Der> roots_;
  std::vector<Der> intermediates_;
  std::shared_ptr<const std::vector<RevocationList>> revocation_lists_;  // Shared by copies.
  Revocation revocation_ = Revocation::kWhereListed;
  std::vector<Pin> pins_;
  unsigned max_intermediates_ = kMaxIntermediates;
  bool any_purpose_ = false;
  std::string flaw_;
  VerifyPeer further_verifier_;
};

}  // namespace tandem

#endif  // TANDEM_TRUST_H_
