// The connections of a script while it is played, and what is known of each.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_STAGE_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_STAGE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "conformance/world/world.h"

namespace tandem::conformance {

/// One end, the program behind it, and the wire that it sends on.
struct Side {
  End& end;
  Link& out;
  Link& in;
  Bytes taken{};                ///< What its Write() took.
  std::size_t judged = 0;       ///< Bytes that it received and that were found right.
  std::size_t told_events = 0;  ///< The trace has so many of its events.
  bool told_error = false;      ///< The trace has its error.
  bool told_done = false;       ///< The trace has the end of its handshake.
  bool aligned = false;         ///< The wire that it sends on carries the same bytes on every pair.
};

/// One connection of a script.
class Stage {
 public:
  explicit Stage(std::unique_ptr<Connection> connection);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Side& client() { return client_; }
  Side& server() { return server_; }
  Side& PeerOf(const Side& side) { return &side == &client_ ? server_ : client_; }

  /// Looks whether the handshake is behind both ends, and which wires are aligned. Call it after
  /// every action.
  void Look();

  /// Says whether the handshake is behind both ends: each has all bytes of it.
  bool open() const { return open_; }

  /// Remembers that bytes on the wire were changed, lost or cut off.
  void NoteDamage() { damaged_ = true; }
  bool damaged() const { return damaged_; }

  /// Has both programs drive the handshake, and flush, until neither would be called again. Returns
  /// what is wrong if they are called for ever; empty: nothing.
  std::string Settle();

  /// Has both programs flush and read until neither would be called again. Returns as Settle().
  std::string Run();

  /// Makes both wires take and bring everything again.
  void Mend();

  /// Rounds that Settle() and Run() make at most: the longest script, a record a round, needs less.
  static constexpr int kRoundLimit = 1000;

  /// Rounds in a row that may move nothing: an end that has read to the last byte must call once
  /// more to learn that it has.
  static constexpr int kIdleRounds = 2;

 private:
  template <typename Turn>
  std::string Repeat(Turn turn);

  std::unique_ptr<Connection> connection_;
  Side client_;
  Side server_;
  bool open_ = false;
  bool damaged_ = false;
};

/// Checks that all that `side` has received is what its peer's Write() took, and returns what is
/// wrong; empty: nothing.
std::string Misreceived(Side& side, const Side& peer);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_STAGE_H_
