// The server of dtls_echo: many peers on one UDP socket, and one thread.
//
//     ReceiveFrom() --+--> known address:  its PeerDatagrams --> its Session --> echo
//                     `--> unknown:        DatagramListener: cookie, or a new peer
//
// It does badly: a client that starts anew from the same address and port is not heard before its
// old session has gone (RFC 6347 section 4.2.8 would have both, until the new one has proved
// itself).

#ifndef TANDEM_EXAMPLES_DTLS_ECHO_SERVER_H_
#define TANDEM_EXAMPLES_DTLS_ECHO_SERVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "examples/net.h"
#include "tandem/config.h"
#include "tandem/datagram_listener.h"
#include "tandem/datagram_socket.h"
#include "tandem/peer_address.h"
#include "tandem/session.h"

namespace tandem_examples {

/// Echoes datagrams. Peers cost nothing before they have proved their address, and there is a bound
/// on how many there are.
class DtlsEchoServer {
 public:
  struct Rules {
    std::shared_ptr<const tandem::Config> config;
    std::size_t max_peers = 1000;
    std::chrono::seconds idle{60};  ///< Who says nothing for so long is dropped.
    bool verbose = false;           ///< Report peers on stderr.
  };

  /// How often what happened.
  struct Counters {
    std::size_t accepted = 0;     ///< Peers that had a session.
    std::size_t served = 0;       ///< Of these: handshake done.
    std::size_t closed = 0;       ///< Of these: said goodbye.
    std::size_t idle = 0;         ///< Of these: said nothing any more.
    std::size_t failed = 0;       ///< Sessions that ended in an error.
    std::size_t turned_away = 0;  ///< ClientHellos that found the house full.
    std::size_t most_at_once = 0;
    std::size_t echoed = 0;   ///< Datagrams.
    std::size_t dropped = 0;  ///< Datagrams that could not be echoed.
  };

  /// `socket` is bound and does not block.
  DtlsEchoServer(Descriptor socket, tandem::DatagramListener listener, Rules rules);

  /// Serves until `signals` is readable, then says goodbye to all. Returns what it failed in, or
  /// nothing.
  std::optional<std::string> Run(const Descriptor& signals);

  /// Returns the counters on one line, for logs.
  std::string Summary() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Peer {
    Peer(int socket, const tandem::PeerAddress& address) : transport(socket, address) {}

    tandem::PeerDatagrams transport;
    std::optional<tandem::Session> session;
    bool open = false;           // The handshake is done.
    Clock::time_point heard{};   // When something genuine came last.
    Clock::time_point wakeup{};  // Its place in agenda_.
  };

  enum class Fate { kStays, kGoes };

  std::optional<std::string> ReceiveSome();
  void Take(std::span<const std::byte> datagram, const tandem::PeerAddress& from);
  void Admit(const tandem::AcceptedHello& hello, const tandem::PeerAddress& from);
  void TurnAll();
  Fate Turn(Peer& peer);
  Fate Echo(Peer& peer);
  Fate EndIfIdle(Peer& peer);
  Fate End(const Peer& peer);
  void Schedule(Peer& peer);
  void Remove(const tandem::PeerAddress& address);
  void Part(Peer& peer);
  std::optional<std::string> Wait(const Descriptor& signals);
  void Report(const Peer& peer, std::string_view what) const;

  const Descriptor socket_;
  tandem::DatagramListener listener_;
  const Rules rules_;
  Counters counters_;
  std::map<tandem::PeerAddress, Peer> peers_;
  std::set<std::pair<Clock::time_point, tandem::PeerAddress>> agenda_;  // Each peer once.
  std::set<tandem::PeerAddress> ready_;    // Who has a turn, whatever the time.
  std::set<tandem::PeerAddress> blocked_;  // Whose output waits for the socket.
  std::vector<std::byte> buffer_;
  bool more_to_receive_ = false;
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_DTLS_ECHO_SERVER_H_
