// One connection from the first byte to the last, short enough to be played at every point of a
// sweep: the handshake, data both ways, two records at once, a new key asked for by either end
// (TLS 1.3), data behind it, and the end of one direction before the other.
//
//     client                                   server
//       1 record                 ---->
//                                <----           2 records
//       new keys, 2 records      ---->
//                                <----           1 record
//       1 record                 ---->
//                                <----           new keys, 1 record
//       1 record, close_notify   ---->
//                                <----           1 record, close_notify

#ifndef TANDEM_CONFORMANCE_SCENARIOS_SHORT_EXCHANGE_H_
#define TANDEM_CONFORMANCE_SCENARIOS_SHORT_EXCHANGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/world/world.h"

namespace tandem::conformance {

/// The configs that a sweep's connections share.
struct ExchangeConfigs {
  World::SharedConfig client;
  World::SharedConfig server;
};

/// Builds the plainest ones; with `client_certificate`, the client must show one.
ExchangeConfigs BuildExchangeConfigs(World& world, bool client_certificate = false);

/// One thing that a program does, and what must have come before.
struct ExchangeStep {
  std::size_t after_bytes = 0;  ///< Once this many bytes have come,
  bool after_close = false;     ///< and the peer's close_notify if this is set:
  bool rekey = false;           ///< asks for new keys both ways, in TLS 1.3,
  std::size_t size = 0;         ///< sends this many bytes,
  bool close = false;           ///< and close_notify behind them.
};

/// What makes one exchange differ from another.
struct ExchangeShape {
  std::uint64_t pattern = 1;  ///< Its data are others for another number.
  std::size_t times = 1;      ///< All sizes are so many times as large.
};

/// The two programs of one connection, and what must have come of them.
class ShortExchange {
 public:
  /// A Write() offers this many bytes (so many times), so that some of what is sent takes two
  /// records.
  static constexpr std::size_t kRecordSize = 60;

  /// Plays over `connection`, or over what `world` has open. Both must outlive it.
  ShortExchange(World& world, Connection& connection, const ExchangeShape& shape);
  explicit ShortExchange(World& world, const ExchangeShape& shape = {});

  // --- Playing ----------------------------------------------------------------------------------

  /// Has each program do what is next for it, and hang up once it is done or has failed.
  void Advance();

  /// Plays the connection that the world has open until neither program would be called again.
  void Play(Here here = Here::Now());

  /// Ends the stream both ways, as those do who have waited for too long, and plays on.
  void HangUp(Here here = Here::Now());

  // --- What must have come of it ----------------------------------------------------------------

  /// Checks that everything went as it should: all data, both closes, the right events in order.
  bool WentRight(Here here = Here::Now());

  /// Checks that `end` was told nothing wrong: what came is a beginning of what the other has to
  /// say, and the close_notify came behind all of it or not at all.
  bool WasToldTheTruth(const End& end, Here here = Here::Now());

  /// Says whether `end` has got all, has said all and has closed.
  bool EndedWell(const End& end) const;

  /// Returns what the other end says to `end`.
  const Bytes& ComesTo(const End& end) const;

 private:
  struct Program {
    End& end;
    Link& out;
    std::span<const ExchangeStep> steps;
    Bytes says;
    std::size_t next = 0;
    std::size_t said = 0;
  };

  Program Begin(End& end, Link& out, std::span<const ExchangeStep> steps,
                std::uint64_t pattern) const;
  void Advance(Program& program);
  bool Take(Program& program, const ExchangeStep& step);
  void HangUpIfOver(const Program& program);

  World& world_;
  Connection& connection_;
  ExchangeShape shape_;
  Program client_;
  Program server_;
};

/// Plays one undisturbed, and returns how many bytes went to the client, or to the server.
std::size_t ExchangeLength(World& world, const ExchangeConfigs& configs, bool to_client);

/// Returns which of the numbers from 0 to `count` - 1 a sweep tries: all of them at Effort::kLong,
/// else each `stride`th, beginning where the seed says. So many seeds in a row come to all of them,
/// and a seed comes to the same ones whatever `count` is, which chance has a part in.
std::vector<std::size_t> SweepPoints(const World& world, std::size_t count, std::size_t stride);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_SHORT_EXCHANGE_H_
