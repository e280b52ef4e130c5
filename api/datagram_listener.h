// Who may become a session of a DTLS server: peers that have shown that they are where they say.
//
//     peer                      program                             DatagramListener
//     ClientHello          -->  Judge(datagram, address)   -->      kReply
//                          <--  sends answer.reply()                (nothing is kept)
//     ClientHello + cookie -->  Judge(datagram, address)   -->      kAccept
//                               Session::Server(config, *answer.hello, transport, runtime)

#ifndef TANDEM_DATAGRAM_LISTENER_H_
#define TANDEM_DATAGRAM_LISTENER_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tandem/backend.h"
#include "tandem/result.h"
#include "tandem/settings.h"

namespace tandem {

/// Fills a buffer with random bytes that nobody can guess. False if it has none.
using RandomSource = std::function<bool(std::span<std::byte>)>;

/// A ClientHello whose sender receives at the address that it sends from. Only a DatagramListener
/// makes one; a session starts from it. Copies are independent of the listener.
class AcceptedHello {
 public:
  /// The number of the ClientHello among the client's messages, for it is the second. The server's
  /// next message has the same, for the HelloVerifyRequest was its number 0.
  static constexpr std::uint16_t kMessageSequence = 1;

  /// Returns the record that the ClientHello is, for the library to read as the first datagram.
  std::span<const std::byte> datagram() const { return datagram_; }

  /// Returns the sequence number of that record, which the server's first record must have too (RFC
  /// 6347 section 4.2.1). At most DatagramListener::kMaxRecordSequence.
  std::uint64_t record_sequence() const { return record_sequence_; }

 private:
  friend class DatagramListener;

  AcceptedHello(std::vector<std::byte> datagram, std::uint64_t record_sequence)
      : datagram_(std::move(datagram)), record_sequence_(record_sequence) {}

  std::vector<std::byte> datagram_;
  std::uint64_t record_sequence_;
};

/// Answers ClientHellos with cookies (RFC 6347 section 4.2.1), so that a peer costs no memory
/// before it has proved its address, and so that nobody can make the server send more than he sends
/// himself.
///
/// A cookie is an HMAC of the peer's address and of what may not change between the two
/// ClientHellos: version, random, session id, cipher suites, compression methods. Nothing is kept
/// for it but keys, so it can be used again by the same peer for as long as it lasts.
///
/// Ask about datagrams from addresses that no session of yours talks to. One thread at a time.
class DatagramListener {
 public:
  static constexpr std::chrono::milliseconds kMinKeyLifetime{1'000};
  static constexpr std::chrono::milliseconds kMaxKeyLifetime{86'400'000};

  /// A record number that no honest ClientHello reaches: clients count from 0. GnuTLS starts from
  /// 32 bits of it only, and both libraries stop where the numbers end.
  static constexpr std::uint64_t kMaxRecordSequence = 0xffff;

  /// A HelloVerifyRequest: shorter than any ClientHello.
  static constexpr std::size_t kReplyBytes = 60;

  struct Rules {
    /// Makes cookies with a new key after this time; the one before still counts for as long again.
    /// So a cookie lasts at least this time, and at most twice as long. A client whose cookie has
    /// expired must start anew: leave it time to send its ClientHello again and again. From
    /// kMinKeyLifetime to kMaxKeyLifetime.
    std::chrono::milliseconds key_lifetime{60'000};

    SteadyClock clock{};    ///< Default: std::chrono::steady_clock.
    RandomSource random{};  ///< Makes keys. Default: getrandom(2).
  };

  /// What to do about a datagram.
  struct [[nodiscard]] Answer {
    enum class Outcome : std::uint8_t {
      kIgnore,  ///< Nothing: it is no ClientHello.
      kReply,   ///< Send reply() to where it came from.
      kAccept,  ///< Start a session from `hello`.
    };

    Outcome outcome = Outcome::kIgnore;
    std::optional<AcceptedHello> hello;                   ///< kAccept only.
    std::array<std::byte, kReplyBytes> verify_request{};  ///< kReply only: see reply().

    /// Returns the datagram to send, never longer than the one that it answers; empty but for
    /// kReply. Valid as long as the Answer.
    std::span<const std::byte> reply() const;
  };

  /// How often which answer was given. Every Judge() counts once.
  struct Counters {
    std::uint64_t ignored = 0;     ///< No ClientHello; or no memory or randomness to answer it.
    std::uint64_t challenged = 0;  ///< Without a cookie. Replied to.
    std::uint64_t refused = 0;     ///< The cookie was not for it, or has expired. Replied to.
    std::uint64_t accepted = 0;
  };

  /// Makes the first key. `backend`, which computes the cookies, is the one of the sessions or any
  /// other. kMisuse for a lifetime that is out of bounds, kInternal if there is no randomness.
  static Result<DatagramListener> Make(const Backend& backend, Rules rules);
  static Result<DatagramListener> Make(const Backend& backend) { return Make(backend, Rules()); }

  DatagramListener(DatagramListener&&) = default;
  DatagramListener& operator=(DatagramListener&&) = default;

  /// Judges a datagram that came from `peer_address`: whatever bytes say where answers will go, the
  /// same each time, such as PeerAddress::bytes().
  ///
  /// A ClientHello must be whole in the first record of its datagram, as OpenSSL wants it too: to
  /// collect fragments would take memory. What stands behind that record is left out of account.
  /// Versions and all else are for the session to judge.
  ///
  /// Keeps nothing but what it returns. Memory is taken for kAccept; otherwise only by the
  /// backend's hash function, and given back at once. If there is none, the datagram is ignored.
  Answer Judge(std::span<const std::byte> datagram, std::span<const std::byte> peer_address);

  const Counters& counters() const { return counters_; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  // Forgets itself, as do its copies.
  struct Key {
    Key() = default;
    Key(const Key&) = default;
    Key& operator=(const Key&) = default;
    ~Key();

    std::array<std::byte, 32> bytes{};
    Time made;
  };

  DatagramListener(const Backend& backend, Rules rules)
      : backend_(&backend), rules_(std::move(rules)) {}

  bool RenewKeys();
  bool HasProved(std::span<const std::byte> cookie, std::span<const std::byte> covered) const;
  Answer Decide(std::span<const std::byte> datagram, std::span<const std::byte> peer_address);
  Answer Ignore();

  const Backend* backend_;
  Rules rules_;
  std::optional<Key> key_;
  std::optional<Key> previous_key_;
  Counters counters_;
};

}  // namespace tandem

#endif  // TANDEM_DATAGRAM_LISTENER_H_
