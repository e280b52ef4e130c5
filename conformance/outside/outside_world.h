// A world with one end that is not ours.
//
//      our Session                                               a program
//           |  Send()                                                ^
//           v                                                        |
//        WireEnd --------> [ Link out() ] ---- pump ----> TCP on loopback
//        WireEnd <-------- [ Link in()  ] <--- pump ----- TCP on loopback
//
// Our end is the End of conformance/world, each call checked, and the links have their knobs. Both
// of World's clocks stand still; real time is waited for in poll(2), and only when there is nothing
// else to do.

#ifndef TANDEM_CONFORMANCE_OUTSIDE_OUTSIDE_WORLD_H_
#define TANDEM_CONFORMANCE_OUTSIDE_OUTSIDE_WORLD_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/outside/peer.h"
#include "conformance/outside/pki_folder.h"
#include "conformance/outside/tool.h"
#include "conformance/world/world.h"

namespace tandem::conformance {

/// Returns `size` bytes of text in lines, which differ from place to place, and wholly for another
/// `seed`. They hold nothing that a tool could take for a command; the last ends its line.
std::string Lines(std::size_t size, std::uint64_t seed);

class OutsideWorld {
 public:
  using Rules = World::Rules;

  /// The tool's role decides which end of `parts` is ours.
  OutsideWorld(const Tool& tool, const WorldParts& parts, PkiFolder& pki)
      : tool_(tool), world_(parts), pki_(pki) {}
  OutsideWorld(const OutsideWorld&) = delete;
  OutsideWorld& operator=(const OutsideWorld&) = delete;

  // --- Facts and checks -------------------------------------------------------------------------

  const Tool& tool() const { return tool_; }
  bool is_client() const { return tool_.role == Role::kServer; }
  Version version() const { return world_.version(); }
  bool tls13() const { return world_.tls13(); }

  /// The simulated half: its checks and its rules for our end.
  World& world() { return world_; }

  /// Says whether the tool could once not be started or connected: no exception is about that.
  bool tool_failed() const { return tool_failed_; }

  /// Checks that our end is over, and why.
  bool Fails(const Expected& expected, Here here = Here::Now());

  /// Checks that the peer tells of an alert that it received from us; waits until it does.
  bool PeerTellsOf(Alert alert, Here here = Here::Now());

  /// Waits until the peer has printed `words`.
  bool PeerPrints(std::string_view words, Here here = Here::Now());

  // --- Rules ------------------------------------------------------------------------------------

  /// Start the rules of our end, as World does, and those of the peer.
  Rules OurRules();
  PeerRules TheirRules() const;

  // --- The connection ---------------------------------------------------------------------------

  /// Begins a new connection in place of the last one; our end has not been called yet. False, and
  /// a failure, if the tool cannot be started.
  bool Open(const Rules& ours, const PeerRules& theirs, std::string_view name = "server.test",
            Here here = Here::Now());

  /// Opens, and runs the handshake; says whether it is done at our end.
  bool Connect(const Rules& ours, const PeerRules& theirs, std::string_view name = "server.test",
               Here here = Here::Now());
  bool Connect(Here here = Here::Now());

  End& ours() { return is_client() ? world_.client() : world_.server(); }
  Link& out() { return is_client() ? world_.to_server() : world_.to_client(); }
  Link& in() { return is_client() ? world_.to_client() : world_.to_server(); }
  Process& peer() { return peer_->process(); }

  /// Sends and receives no more: the peer finds the end of the stream behind what was sent.
  void HangUp();

  // --- Running ----------------------------------------------------------------------------------

  /// Moves what can be moved, and calls our end as its event loop would, until `done`. Fails, and
  /// says where all stand, when nothing could ever happen any more, or nothing does for
  /// Deadline::kPatience.
  bool RunUntil(const std::function<bool()>& done, std::string_view what, Here here = Here::Now());

  /// Runs until our end has an error.
  bool RunUntilError(Here here = Here::Now());

  /// Sends this many bytes each way, and checks that they come, whole, in order and once. A tool
  /// that echoes sends back what it gets, at least the larger of the two.
  bool Exchange(std::size_t from_ours, std::size_t from_peer, Here here = Here::Now());

 private:
  bool Turn();
  bool Pump();
  bool PumpIn();
  bool PumpOut();
  void AddTo(std::vector<pollfd>& waits) const;
  std::string Heard();
  bool PeerHas(std::string_view text);
  bool ExchangeEchoed(const std::string& text, Here here);
  std::string Describe();

  const Tool& tool_;
  World world_;
  PkiFolder& pki_;
  std::unique_ptr<Peer> peer_;
  std::string sending_;  // Has left the link, and not yet for TCP.
  bool tool_failed_ = false;
  bool in_ended_ = false;        // TCP has brought all that it ever will.
  std::size_t heard_ = 0;        // Of the peer's output, without noise: found to be right.
  std::uint64_t exchanges_ = 0;  // So far; each has text of its own.
  Bytes expected_;               // All that our end should have received.
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_OUTSIDE_OUTSIDE_WORLD_H_
