// One end of one TLS connection.
//
//        application                                          network
//        ===========                                          =======
//    Write(plaintext)  ---->  +-------------------+  ---->  Transport::Send(records)
//                             |      Session      |
//    Read(plaintext)   <----  +-------------------+  <----  Transport::Receive(records)
//
// A Session owns no descriptor, starts no thread and never sleeps. It moves what can be moved and
// says, by interest(), what it waits for. It behaves the same on every backend, down to the Error
// it reports and the alert the peer sees; docs/parity.md lists the exceptions, and each is held by
// a test.

#ifndef TANDEM_SESSION_H_
#define TANDEM_SESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tandem/channel_binding.h"
#include "tandem/config.h"
#include "tandem/connection_info.h"
#include "tandem/engine/runtime.h"
#include "tandem/engine/wait_context.h"
#include "tandem/error.h"
#include "tandem/event.h"
#include "tandem/result.h"
#include "tandem/server_name.h"
#include "tandem/status.h"
#include "tandem/transport.h"

namespace tandem {

class AcceptedHello;
class SessionCore;

/// One end of one connection. Use it from one thread at a time; an idle one may change threads. Any
/// number of sessions may share a Config.
///
/// Where memory runs out in a call that returns a Status or an IoResult, the session is over as
/// kInternal, "out of memory"; a Result says the same and the session lives on. What sets a
/// handler or returns a list throws std::bad_alloc.
class Session final {
 public:
  /// Starts a client that will talk only to a peer that proves itself to be `server`.
  ///
  /// kMisuse when `config` is a server's; kInternal when the library cannot start. Never because of
  /// anything the network does: nothing is sent yet. `transport` must outlive the session.
  ///
  /// `runtime` is needed where something in `config` may answer later: a hook, or a key that lives
  /// elsewhere, which is kMisuse without. It should outlive the session; one that goes first ends
  /// the session if its handshake is not done.
  static Result<Session> Client(std::shared_ptr<const Config> config, const ServerName& server,
                                Transport& transport, engine::Runtime* runtime = nullptr);

  /// Starts a server. Fails as Client() does.
  static Result<Session> Server(std::shared_ptr<const Config> config, Transport& transport,
                                engine::Runtime* runtime = nullptr);

  /// Starts a server for a client whose ClientHello a DatagramListener has accepted.
  static Result<Session> Server(std::shared_ptr<const Config> config, const AcceptedHello& hello,
                                Transport& transport, engine::Runtime* runtime = nullptr);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Abandons the connection: sends nothing, waits for nothing, and no hook or callback runs
  /// afterwards. What is pending elsewhere finds nobody. Not from inside its own hook or transport:
  /// that ends the program. On a thread that is not the Runtime's, a suspended call is left to the
  /// Runtime, which brings it to its end.
  ~Session();

  /// Drives the handshake. Once it is done: kOk, and nothing is sent. Read() and Write() drive it
  /// too. One call does one turn at most: it ends where the peer must speak.
  Status Handshake();

  /// Moves decrypted bytes into `plaintext`, of one record at most. Over datagrams that is what one
  /// Write() took; what does not fit is gone, and IoResult::truncated.
  ///
  /// kClosed is the peer's close_notify, for ever after; a stream that ends without it is a
  /// kTruncated error, after all that came whole was delivered. The work of one call is bounded: a
  /// peer that sends records without content and nothing else ends the session as kLimit.
  IoResult Read(std::span<std::byte> plaintext);

  /// Encrypts a prefix of `plaintext`, at most kWriteBudget bytes; over datagrams all of it as one
  /// datagram, and kRefused for more than max_datagram(). What it took is the session's;
  /// what it left is the caller's, to be offered again from any address, at any length, or not at
  /// all. kWantWrite: earlier output still waits, and no byte was taken.
  IoResult Write(std::span<const std::byte> plaintext);

  /// Queues one close_notify behind everything written. The peer may have more to say: Read() goes
  /// on. A second call changes nothing. During the handshake it abandons the connection without a
  /// word, and that is the session's error from then on.
  Status Shutdown();

  /// Sends queued output: kWantWrite while some is left. Every other call does so first; this is
  /// for a transport that has just become writable. It works after an error too, so that the alert
  /// gets out.
  Status Flush();

  /// Runs the timers that are due: the handshake's deadline, and for datagrams the one after which
  /// an unanswered flight is sent again. What is suspended waits for its answer first. After
  /// SSL_handle_events(3).
  Status HandleEvents();

  /// Uses at most so many bytes of UDP payload from now on, 256 to 65,507, because the path was
  /// found to carry no more, or does carry more. Handshakes find out by themselves. For datagrams;
  /// elsewhere, and for other numbers, kRefused.
  Status SetMaxPayload(std::size_t bytes);

  /// Changes our traffic key, and asks for the peer's if `both`. TLS 1.3 after the handshake;
  /// elsewhere kRefused.
  Status Rekey(bool both = false);

  /// Returns what to wait for now. Ask after every call: with it no wakeup is lost. An
  /// edge-triggered loop reads until kWantRead, as it would with recv(2).
  Interest interest() const;

  // --- While a call is suspended (kWantAsync) ---------------------------------------------------
  //
  // There are four ways to learn that it is worth calling again; take any. The Runtime's fd and the
  // ready handler: one fd for all sessions of a loop. The async callback: on the thread where the
  // answer came. The wait fds: one for each session. Or call again now and then.

  /// Sets what is called on the Runtime's thread, by Runtime::RunReady(), when it is worth calling
  /// again. It may call this session, and destroy it. An empty one unsets it.
  void OnReady(std::function<void()> handler);

  /// Sets what is called where an answer came: any thread, so it must be small, must not block and
  /// must only signal. Replaces the Config's, takes effect at once, and when it returns no earlier
  /// one runs any more. It may be called before the call that it belongs to has returned
  /// kWantAsync. After SSL_set_async_callback(3).
  void SetAsyncCallback(engine::AsyncCallback callback);

  /// Sets what the callback is called with. After SSL_set_async_callback_arg(3).
  void SetAsyncArgument(std::uintptr_t argument);

  /// Returns how the last submission to a key engine ended: kOk, the answer will come; kAgain, the
  /// engine was busy. After SSL_get_async_status(3).
  engine::AsyncStatus async_status() const;

  /// Returns the fds of a suspended call, each readable when it is worth calling again; none before
  /// the first suspension, and while a callback is set only those of engines that need one. They
  /// are the session's and its engines', and stay as long as these can: do not close them. After
  /// SSL_get_all_async_fds(3).
  std::vector<int> wait_fds();

  /// Returns what came and went among them since the last call that was suspended. After
  /// SSL_get_changed_async_fds(3).
  engine::ChangedFds changed_wait_fds();

  // ----------------------------------------------------------------------------------------------

  /// Returns how many decrypted bytes Read() will deliver without any I/O: a lower bound.
  std::size_t pending() const;

  /// Returns how many bytes Write() takes at most, for datagrams; 0 before the handshake is done,
  /// and for streams.
  std::size_t max_datagram() const;

  /// Returns how many datagrams came and were ignored: empty, not DTLS, replayed, forged, of
  /// another epoch. Anybody can send those; it is no reason to end anything.
  std::uint64_t datagrams_discarded() const;

  /// Returns when HandleEvents() is next due; nothing if no timer runs. After
  /// SSL_get_event_timeout(3).
  std::optional<std::chrono::steady_clock::time_point> event_timeout() const;

  /// Takes the next of what happened, in order, or nothing. It is never called for you from inside
  /// a library.
  std::optional<Event> NextEvent();

  /// Returns why the session is over, the first reason and the last; null while it is not.
  const Error* error() const;

  /// Returns why the last call was kRefused, until the next call; null otherwise.
  const Error* refusal() const;

  /// Returns what the handshake established; null until it has.
  const ConnectionInfo* info() const;

  /// Returns the certificates of a peer that was refused as kUntrusted, DER, leaf first, so that
  /// people can be shown whom; empty otherwise. Nothing about them is proved.
  std::span<const Der> refused_chain() const;

  /// Derives `length` bytes of keying material that both ends share (RFC 5705, RFC 8446 section
  /// 7.5). No context and an empty one differ in TLS 1.2 and are the same in TLS 1.3. kMisuse
  /// before the handshake is done, for nothing, or for more than kExportLimit bytes. Bound to this
  /// connection alone if ConnectionInfo::extended_master_secret.
  Result<std::vector<std::byte>> Export(std::string_view label,
                                        std::optional<std::span<const std::byte>> context,
                                        std::size_t length) const;

  /// Returns the keys of ConnectionInfo::srtp for both directions; the same at both ends. kMisuse
  /// before the handshake is done, kUnsupported if no profile was agreed on.
  Result<SrtpKeys> ExportSrtpKeys() const;

  /// Returns the channel binding of `type`, for SCRAM and its like; the same bytes at both ends.
  /// kUnsupported if this connection has none of that type; kMisuse before the handshake is done.
  Result<std::vector<std::byte>> Binding(ChannelBinding type) const;

  /// Bytes that one Write() takes at most, so that one session cannot keep a loop to itself.
  static constexpr std::size_t kWriteBudget = std::size_t{1} << 20;

  /// Bytes that Export() gives at most: what every hash of TLS can expand to in TLS 1.3.
  static constexpr std::size_t kExportLimit = 8160;

 private:
  struct Retire {
    void operator()(SessionCore* core) const noexcept;
  };

  static Result<Session> StartServer(std::shared_ptr<const Config> config,
                                     const AcceptedHello* hello, Transport& transport,
                                     engine::Runtime* runtime);

  explicit Session(std::unique_ptr<SessionCore> core);

  std::unique_ptr<SessionCore, Retire> core_;
};

}  // namespace tandem

#endif  // TANDEM_SESSION_H_
