// One end of a DTLS connection under test: a session, its transport, and the program that uses it.

#ifndef TANDEM_CONFORMANCE_DATAGRAMS_DATAGRAM_END_H_
#define TANDEM_CONFORMANCE_DATAGRAMS_DATAGRAM_END_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/datagrams/network.h"
#include "conformance/world/check.h"
#include "tandem/session.h"

namespace tandem::conformance {

/// What Read() has brought.
struct ReceivedDatagram {
  Bytes payload;
  bool truncated = false;

  friend bool operator==(const ReceivedDatagram&, const ReceivedDatagram&) = default;
};

/// Calls the session as an honest event loop does: when a datagram has arrived, when interest()
/// says `now`, or when event_timeout() is due; and at no other time. Checks at every call that
///
///   - kWantRead never hides a datagram that is there already, unless interest() says `now`;
///   - interest() asks for what the call wanted;
///   - kError and error() come together;
///   - HandleEvents() leaves nothing that is due again at once, twice in a row.
///
/// While a call is suspended it is called when the ready handler was, too; not for `now`.
class DatagramEnd {
 public:
  /// Room for what any datagram can carry.
  static constexpr std::size_t kReadSize = 65536;

  DatagramEnd(Checks& checks, std::string_view name, NetworkEnd& transport, const Network& network)
      : checks_(checks), name_(name), transport_(transport), network_(network) {}
  DatagramEnd(const DatagramEnd&) = delete;
  DatagramEnd& operator=(const DatagramEnd&) = delete;

  void Take(Session session);

  /// Destroys the session, as a program does that has lost interest.
  void Abandon() { session_.reset(); }

  /// One Read() asks for this many bytes.
  std::size_t read_size = kReadSize;

  /// False: the program calls neither Handshake() nor Read(), whatever arrives.
  bool reads = true;

  /// Says whether an event loop would call the program now.
  bool Wakes() const;

  /// Does what a program does when its event loop calls it, once: timers first.
  void Turn();

  // --- Calls on the session, each checked -------------------------------------------------------

  Status Handshake();
  Status Read();
  Status Write(std::span<const std::byte> payload);
  Status HandleEvents();
  Status Shutdown();

  // --- What it came to --------------------------------------------------------------------------

  bool started() const { return session_.has_value(); }
  bool handshake_done() const { return handshake_done_; }
  bool closed() const { return closed_; }
  bool suspended() const { return started() && session_->interest().async; }
  bool over() const { return closed_ || error() != nullptr; }
  const Error* error() const { return started() ? session_->error() : nullptr; }
  std::optional<Instant> timeout() const {
    return started() && error() == nullptr ? session_->event_timeout() : std::nullopt;
  }
  const std::vector<ReceivedDatagram>& received() const { return received_; }
  Session& session() { return *session_; }
  const Session& session() const { return *session_; }
  const std::string& name() const { return name_; }

  /// Returns how often the event loop has called it.
  std::size_t turns() const { return turns_; }

  /// Returns on one line where it stands, for failures.
  std::string Describe() const;

 private:
  bool IsDue() const { return timeout().has_value() && *timeout() <= network_.now(); }
  bool HasCause() const;
  void CheckAfter(Status status, std::string_view call);

  Checks& checks_;
  std::string name_;
  NetworkEnd& transport_;
  const Network& network_;
  std::optional<Session> session_;
  std::vector<ReceivedDatagram> received_;
  std::size_t turns_ = 0;
  bool called_ = false;
  bool ready_ = false;
  bool handshake_done_ = false;
  bool closed_ = false;
  unsigned due_in_a_row_ = 0;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DATAGRAMS_DATAGRAM_END_H_
