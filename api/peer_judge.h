// Collects what is wrong with one peer: the library's word, the rules', and the program's.

#ifndef TANDEM_PEER_JUDGE_H_
#define TANDEM_PEER_JUDGE_H_

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tandem/handshake_policy.h"
#include "tandem/path_rules.h"

namespace tandem {

/// Judges one peer by `settings`, which hold a Trust, and on a client by the `server` it wants. All
/// three must outlive it. What returns an Error has met a hook that is wrong in itself.
class PeerJudge {
 public:
  PeerJudge(const Settings& settings, const Backend& backend, const ServerName* server)
      : settings_(settings), backend_(backend), server_(server) {}

  /// Has a path over `sent` found and verified, and asks the rules about what is on it: chain, name
  /// and pins.
  std::optional<Error> JudgeChain(std::span<const Der> sent, const ChainExaminer& examiner);

  /// Looks for one of the pins among `certificates`.
  void MatchPins(std::span<const Der> certificates);

  /// Asks the program's further verifier.
  std::optional<Error> AskFurther(std::span<const Der> sent);

  const VerdictSet& findings() const { return findings_; }

  /// The account of who has refused, for logs.
  const std::string& native() const { return native_; }

 private:
  bool of_server() const { return settings_.role == Role::kClient; }
  std::optional<Error> ReadClock(std::chrono::sys_seconds& now) const;
  void JudgeFound(const ChainFindings& found, const Der& leaf, std::chrono::sys_seconds now);
  bool Matches(const Pin& pin, const Der& certificate) const;

  const Settings& settings_;
  const Backend& backend_;
  const ServerName* server_;
  VerdictSet findings_;
  std::string native_;
  std::vector<Der> path_;
};

}  // namespace tandem

#endif  // TANDEM_PEER_JUDGE_H_
