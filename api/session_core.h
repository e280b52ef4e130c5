// The state rules of a session: what may be called when, what a want is, when an error is final.
// They stand here once, so no backend can have others.

#ifndef TANDEM_SESSION_CORE_H_
#define TANDEM_SESSION_CORE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/handshake_job.h"
#include "tandem/backend.h"
#include "tandem/config.h"
#include "tandem/session.h"

namespace tandem {

/// Is what Session promises; Session is its public face.
class SessionCore final : public engine::Orphan, private engine::JobOwner {
 public:
  /// `hello` is one that a listener has accepted, or null.
  SessionCore(std::shared_ptr<const Config> config, std::optional<ServerName> server,
              const AcceptedHello* hello, Transport& transport, engine::Runtime* runtime);
  SessionCore(const SessionCore&) = delete;
  SessionCore& operator=(const SessionCore&) = delete;
  ~SessionCore() override;

  /// Has the backend start its half, with the same `hello`. Nothing: it did.
  std::optional<Error> Start(const AcceptedHello* hello);

  /// Ends `core`, on whatever thread: what is suspended on another one is left to its Runtime.
  static void Retire(std::unique_ptr<SessionCore> core) noexcept;

  /// Makes `call`, which is one call of the program. If memory runs out in it the session is over.
  template <typename Call>
  auto Attempt(Call call) -> decltype(call()) {
    if (busy_) return {RefuseInside()};
    const Busy busy(busy_);
    try {
      auto result = call();
      if (!wire_.out_of_memory()) return result;
    } catch (const std::bad_alloc&) {
    }
    return {FailForMemory()};
  }

  Status Handshake();
  IoResult Read(std::span<std::byte> plaintext);
  IoResult Write(std::span<const std::byte> plaintext);
  Status Shutdown();
  Status Flush();
  Status HandleEvents();
  Status Rekey(bool both);
  Status SetMaxPayload(std::size_t bytes);
  std::size_t max_datagram() const;
  std::uint64_t datagrams_discarded() const { return wire_.discarded(); }
  Interest interest() const;
  std::size_t pending() const;
  std::optional<std::chrono::steady_clock::time_point> event_timeout() const;
  std::optional<Event> NextEvent() { return events_.Next(); }
  const Error* error() const { return error_.has_value() ? &*error_ : nullptr; }
  const Error* refusal() const { return refusal_.has_value() ? &*refusal_ : nullptr; }
  std::span<const Der> refused_chain() const {
    if (!error_.has_value() || error_->kind != ErrorKind::kUntrusted) return {};
    return policy_.refused_chain();
  }
  const ConnectionInfo* info() const { return info_.has_value() ? &*info_ : nullptr; }
  Result<std::vector<std::byte>> Export(std::string_view label,
                                        std::optional<std::span<const std::byte>> context,
                                        std::size_t length) const;
  Result<SrtpKeys> ExportSrtpKeys() const;
  Result<std::vector<std::byte>> Binding(ChannelBinding type) const;

  /// For what Session says about suspended calls.
  HandshakeJob& job() { return job_; }
  const HandshakeJob& job() const { return job_; }

  /// For the Runtime that it was left to.
  bool Reap() noexcept override;
  std::shared_ptr<engine::WakeTarget> target() override { return nullptr; }

 private:
  // Marks that a call of the program is under way.
  class Busy {
   public:
    explicit Busy(bool& busy) : busy_(busy) { busy_ = true; }
    ~Busy() { busy_ = false; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

   private:
    bool& busy_;
  };

  bool handshaking() const { return !info_.has_value(); }
  bool datagrams() const { return config_->settings().datagrams.has_value(); }
  std::chrono::steady_clock::time_point Now() const;

  Status DriveHandshake();
  std::optional<Status> AdvanceHandshake();
  Status WaitForAnswer();
  Status FailWithEndAhead();
  void GiveUp() noexcept;
  std::optional<Status> RefuseElsewhere();
  Status RefuseInside();
  void OnRuntimeGone() noexcept override;
  Status FinishHandshake();
  std::optional<Error> PeerIsProved(const ConnectionInfo& info) const;
  Status WaitForPeer();
  IoResult ReadSteps(std::span<std::byte> plaintext);
  static std::unique_ptr<Wire> MakeWire(const Settings& settings, const AcceptedHello* hello,
                                        Transport& transport);
  IoResult ReadDatagram(std::span<std::byte> plaintext);
  IoResult ReadWhole(std::span<std::byte> plaintext);
  IoResult WriteDatagram(std::span<const std::byte> plaintext);
  std::optional<Status> RetransmitWhenDue();
  void ArmRetransmission();
  void ShrinkPayload();
  Status RefuseSize(std::size_t bytes);
  void NoteAcceptance(std::size_t events_before);
  std::optional<IoResult> AfterRead(const Step& step, std::uint64_t records);
  std::optional<Status> CheckBudgets();
  bool TooManyKeyUpdates();
  std::optional<Status> RekeyWhenDue();
  Status SendKeyUpdate(bool both);

  Result<std::vector<std::byte>> ServerEndPoint() const;

  Status FailWithLibrary();
  Error KeyError() const;
  Status FailWithSend();
  std::optional<Error> AlertBehindBrokenSend();
  Status FailForMemory() noexcept;
  Status Fail(Error error, std::optional<Alert> alert_due = std::nullopt);
  Status Refuse(Error error);
  Failure Attribute(Failure failure) const;
  void SayHowWireEnded(Error& error, std::optional<int> receive_failure) const;

  std::shared_ptr<const Config> config_;
  std::optional<ServerName> server_;
  const std::unique_ptr<Wire> own_wire_;
  Wire& wire_;
  EventQueue events_;
  HandshakePolicy policy_;
  std::unique_ptr<BackendSession> backend_;
  HandshakeJob job_;  // Ends before the library's half does.

  std::optional<ConnectionInfo> info_;
  std::optional<Error> error_;
  std::optional<Error> refusal_;
  std::chrono::steady_clock::time_point handshake_deadline_;
  bool waits_for_peer_ = false;  // The last step of the handshake ended for want of input.
  bool read_closed_ = false;
  bool write_closed_ = false;
  bool peer_accepted_ = false;
  bool busy_ = false;

  // Datagrams.
  std::optional<std::chrono::steady_clock::time_point> retransmission_;
  unsigned unanswered_ = 0;  // Flights in a row.
  std::size_t max_payload_ = 0;
  bool has_more_ = false;  // A call has given up before it had seen all.

  std::uint64_t records_written_ = 0;  // Under the present sending key.
  std::uint64_t idle_records_ = 0;     // Pulled in a row without application data.
  std::uint32_t idle_warnings_ = 0;    // Warnings seen when the last application data came.
  std::uint32_t key_updates_seen_ = 0;
  std::uint32_t key_updates_before_ = 0;  // Before the present window.
  std::chrono::steady_clock::time_point key_update_window_;
};

}  // namespace tandem

#endif  // TANDEM_SESSION_CORE_H_
