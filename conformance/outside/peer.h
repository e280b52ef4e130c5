// A connection to a program that is not ours, on loopback.

#ifndef TANDEM_CONFORMANCE_OUTSIDE_PEER_H_
#define TANDEM_CONFORMANCE_OUTSIDE_PEER_H_

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "conformance/outside/process.h"
#include "conformance/outside/tool.h"

namespace tandem::conformance {

/// The time by which something must have happened. The only real time in conformance.
class Deadline {
 public:
  /// Ten times what the slowest step takes on a machine that is busy with other things.
  static constexpr std::chrono::seconds kPatience{20};

  /// How often to look for what poll(2) does not tell of.
  static constexpr std::chrono::milliseconds kTick{3};

  /// Waits by poll(2) for one of `waits`, `most` at most and no longer than the patience. Says
  /// whether there was patience left.
  bool Wait(std::vector<pollfd>& waits, std::chrono::milliseconds most = kPatience) const;

  bool over() const { return std::chrono::steady_clock::now() >= end_; }

 private:
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + kPatience;
};

/// A TLS program of the machine at the other end of a TCP connection.
class Peer {
 public:
  /// Starts `tool` with `rules` and connects to it, or lets it connect to us. The kernel chooses
  /// all ports. Null, and `failure` says why, if that cannot be.
  static std::unique_ptr<Peer> Connect(const Tool& tool, const PeerRules& rules, PkiFolder& pki,
                                       std::string& failure);

  Process& process() { return *process_; }
  Descriptor& socket() { return socket_; }

  /// Returns all that the program has printed, for a failure's text.
  std::string Printed() const;

 private:
  Peer() = default;

  bool Launches(const Tool& tool, const Launch& launch, std::string& failure);
  bool ConnectsTo(const Tool& tool, std::string& failure);
  bool Accepts(const Descriptor& listener, std::string& failure);

  std::unique_ptr<Process> process_;
  Descriptor socket_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_OUTSIDE_PEER_H_
