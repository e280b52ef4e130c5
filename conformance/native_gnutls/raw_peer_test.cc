// A raw GnuTLS peer says what no session of ours does: it asks for renegotiations, warns, sends
// tickets and records without content. Unlike OpenSSL it survives a refusal, so it can tell that
// the connection goes on.

#include <gnutls/gnutls.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/pairs/pair.h"
#include "conformance/pki/pki.h"
#include "conformance/world/world.h"

namespace tandem::conformance {
namespace {

using Type = Event::Type;

// GnuTLS as itself, on the end of a connection that the World left to the test.
class RawPeer {
 public:
  RawPeer(bool server, const char* priority, Link& out, Link& in) : out_(out), in_(in) {
    gnutls_certificate_allocate_credentials(&credentials_);
    if (server) Load("server_p256");
    gnutls_init(&session_, (server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NONBLOCK |
                               GNUTLS_NO_AUTO_SEND_TICKET);
    if (server) AllowTickets();
    gnutls_priority_set_direct(session_, priority, nullptr);
    gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_);
    gnutls_transport_set_ptr(session_, this);
    gnutls_transport_set_push_function(session_, Push);
    gnutls_transport_set_pull_function(session_, Pull);
  }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;
  ~RawPeer() {
    gnutls_deinit(session_);
    gnutls_certificate_free_credentials(credentials_);
  }

  gnutls_session_t session() { return session_; }

  void Say(std::string_view text) {
    EXPECT_EQ(gnutls_record_send(session_, text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }

  void Warn(gnutls_alert_description_t alert) {
    EXPECT_EQ(gnutls_alert_send(session_, GNUTLS_AL_WARNING, alert), 0);
  }

  /// Sends tickets, as a server does to clients that may want to come back.
  void SendTickets(unsigned count) { EXPECT_EQ(gnutls_session_ticket_send(session_, count, 0), 0); }

  /// Sends a record without content, which TLS 1.3 allows for hiding how much is said.
  void SayNothing() { EXPECT_EQ(gnutls_record_send2(session_, "", 0, 1, 0), 0); }

  /// Reads once. Returns what came, or what GnuTLS said instead.
  std::string Hear() {
    std::string text(1000, '\0');
    const ssize_t result = gnutls_record_recv(session_, text.data(), text.size());
    if (result < 0) return gnutls_strerror_name(static_cast<int>(result));
    text.resize(static_cast<std::size_t>(result));
    return text;
  }

 private:
  void Load(const std::string& name) {
    const auto datum = [](std::string_view text) {
      auto* bytes = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(text.data()));
      return gnutls_datum_t{bytes, static_cast<unsigned>(text.size())};
    };
    const gnutls_datum_t certificate = datum(PkiText(name));
    const gnutls_datum_t key = datum(PkiText(name + ".key"));
    gnutls_certificate_set_x509_key_mem(credentials_, &certificate, &key, GNUTLS_X509_FMT_PEM);
  }

  void AllowTickets() {
    gnutls_datum_t key{};
    gnutls_session_ticket_key_generate(&key);
    gnutls_session_ticket_enable_server(session_, &key);
    gnutls_free(key.data);
  }

  static ssize_t Push(gnutls_transport_ptr_t self, const void* bytes, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(bytes);
    static_cast<RawPeer*>(self)->out_.Inject({begin, size});
    return static_cast<ssize_t>(size);
  }

  static ssize_t Pull(gnutls_transport_ptr_t self, void* bytes, std::size_t size) {
    auto* peer = static_cast<RawPeer*>(self);
    const TransportResult result = peer->in_.Receive({static_cast<std::byte*>(bytes), size});
    if (result.outcome == TransportResult::Outcome::kMoved) {
      return static_cast<ssize_t>(result.bytes);
    }
    gnutls_transport_set_errno(peer->session_, EAGAIN);
    return -1;
  }

  Link& out_;
  Link& in_;
  gnutls_certificate_credentials_t credentials_ = nullptr;
  gnutls_session_t session_ = nullptr;
};

constexpr const char* kTls12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
constexpr const char* kTls13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3";

/// Has a session of ours and a raw peer shake hands, and reports what the World found at the end.
class RawPeerTest : public testing::TestWithParam<bool> {
 protected:
  void Start(Version version) {
    Report();
    world_ = std::make_unique<World>(WorldParts{ClientBackend(), ServerBackend(), version, 1});
    World& w = *world_;
    const char* priority = version == Version::kTls12 ? kTls12 : kTls13;
    const bool ours_is_client = GetParam();
    w.Open(ours_is_client ? w.Build(w.ClientRules()) : nullptr,
           ours_is_client ? nullptr : w.Build(w.ServerRules()));
    ours_ = ours_is_client ? &w.client() : &w.server();
    to_peer_ = ours_is_client ? &w.to_server() : &w.to_client();
    Link& from_peer = ours_is_client ? w.to_client() : w.to_server();
    raw_ = std::make_unique<RawPeer>(ours_is_client, priority, from_peer, *to_peer_);
    int raw_done = GNUTLS_E_AGAIN;
    for (int i = 0; i < 10 && !(ours_->handshake_done() && raw_done == 0); ++i) {
      static_cast<void>(ours_->Handshake());
      if (raw_done != 0) raw_done = gnutls_handshake(raw_->session());
    }
    ASSERT_TRUE(ours_->handshake_done());
    ASSERT_EQ(raw_done, 0) << gnutls_strerror(raw_done);
  }

  long Count(Type type) {
    const auto& events = ours_->events();
    return std::count(events.begin(), events.end(), type);
  }

  void TearDown() override { Report(); }

  void Report() {
    if (world_ == nullptr) return;
    for (const CheckFailure& failure : world_->checks().failures()) {
      ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text << "\n"
                                                         << world_->Replay();
    }
  }

  std::unique_ptr<World> world_;
  End* ours_ = nullptr;
  Link* to_peer_ = nullptr;
  std::unique_ptr<RawPeer> raw_;
};

/// Likewise, where only a server can say it: ours is the client.
class RawServerTest : public RawPeerTest {};

TEST_P(RawPeerTest, RenegotiationIsRefusedOnceAndDataFlowOn) {
  Start(Version::kTls12);
  World& w = *world_;
  raw_->Say("before");
  const std::size_t said = to_peer_->sent();
  if (GetParam()) {
    EXPECT_EQ(gnutls_rehandshake(raw_->session()), 0);
  } else {
    EXPECT_EQ(gnutls_handshake(raw_->session()), GNUTLS_E_AGAIN);
  }
  w.Equal(ours_->ReadAll(), Status::kWantRead, "Read() of the request");
  w.Lives(*ours_);
  EXPECT_EQ(Count(Type::kRenegotiationRefused), 1);
  const std::span<const std::byte> history = to_peer_->history();
  w.Equal(RecordTypes(history.subspan(said)), Bytes{std::byte{21}}, "the answer is one alert");

  w.Equal(ours_->Write(BytesOf("after")).bytes, std::size_t{5}, "bytes taken");
  EXPECT_EQ(raw_->Hear(), "GNUTLS_E_WARNING_ALERT_RECEIVED");
  EXPECT_EQ(gnutls_alert_get(raw_->session()), GNUTLS_A_NO_RENEGOTIATION);
  EXPECT_EQ(raw_->Hear(), "after");
  raw_->Say(" and after");
  w.Equal(ours_->ReadAll(), Status::kWantRead, "Read() after the refusal");
  w.Got(*ours_, BytesOf("before and after"));
}

TEST_P(RawPeerTest, WarningsBetweenDataAreEventsAndNoMore) {
  Start(Version::kTls12);
  World& w = *world_;
  for (int i = 0; i < 6; ++i) {
    raw_->Warn(GNUTLS_A_USER_CANCELED);
    raw_->Say("x");
    w.Equal(ours_->ReadAll(), Status::kWantRead, "Read()");
  }
  w.Lives(*ours_);
  w.Got(*ours_, BytesOf("xxxxxx"));
  EXPECT_EQ(Count(Type::kWarningAlert), 6);
}

TEST_P(RawPeerTest, WarningsWithoutDataAreALimit) {
  Start(Version::kTls12);
  World& w = *world_;
  for (int i = 0; i < 20; ++i) raw_->Warn(GNUTLS_A_USER_CANCELED);
  w.Equal(ours_->ReadAll(), Status::kError, "Read()");
  w.Fails(*ours_, {.kind = ErrorKind::kLimit, .sent = Alert::kUnexpectedMessage});
  EXPECT_EQ(Count(Type::kWarningAlert), 5);
  EXPECT_EQ(raw_->Hear(), "GNUTLS_E_FATAL_ALERT_RECEIVED");
  EXPECT_EQ(gnutls_alert_get(raw_->session()), GNUTLS_A_UNEXPECTED_MESSAGE);
}

// Java's SSLSocket.close() says user_canceled before close_notify. GnuTLS takes it for the end of
// TLS 1.3, and has no way to be told otherwise: docs/parity.md.
TEST_P(RawPeerTest, UserCanceledBeforeCloseNotifyIsACleanEndExceptOnGnuTls) {
  Start(Version::kTls13);
  World& w = *world_;
  raw_->Say("last words");
  raw_->Warn(GNUTLS_A_USER_CANCELED);
  EXPECT_EQ(gnutls_bye(raw_->session(), GNUTLS_SHUT_WR), 0);
  const Status status = ours_->ReadAll();
  w.Got(*ours_, BytesOf("last words"));
  if (ClientBackend().name() == "gnutls") {
    w.Fails(*ours_, {.kind = ErrorKind::kPeerAlert, .received = Alert::kUserCanceled});
    return;
  }
  w.Equal(status, Status::kClosed, "Read() at the end");
  EXPECT_EQ(Count(Type::kWarningAlert), 1);
}

// One Read() takes all that is there and wants more: what a library does about records without data
// is not the program's business.
void OneReadTakesItAll(World& w, End& end, const Link& in) {
  w.Equal(end.ReadSome(100).status, Status::kWantRead, "the one Read()");
  w.Equal(in.sent() - in.received(), std::size_t{0}, "bytes left on the wire");
  w.Equal(end.session().interest(), Interest{.read = true}, "interest() after it");
  w.Lives(end);
}

TEST_P(RawServerTest, TicketsAloneAreTakenByOneRead) {
  for (const unsigned count : {1U, 2U, 5U}) {
    Start(Version::kTls13);
    World& w = *world_;
    const Note note(w.checks(), std::to_string(count) + " tickets");
    raw_->SendTickets(count);
    w.That(!w.to_client().in_flight().empty(), "no ticket was sent");
    OneReadTakesItAll(w, *ours_, w.to_client());
    raw_->Say("data");
    w.Equal(ours_->ReadAll(), Status::kWantRead, "Read() of data");
    w.Got(*ours_, BytesOf("data"));
  }
}

// OpenSSL's own limit, which tandem keeps for both.
constexpr int kEmptyRecordsAllowed = 32;

TEST_P(RawPeerTest, EmptyRecordsAreTakenByOneReadUpToTheLimit) {
  for (const int count : {1, 2, kEmptyRecordsAllowed, kEmptyRecordsAllowed + 1}) {
    Start(Version::kTls13);
    World& w = *world_;
    const Note note(w.checks(), std::to_string(count) + " records without content");
    Link& in = GetParam() ? w.to_client() : w.to_server();
    for (int i = 0; i < count; ++i) raw_->SayNothing();
    if (count <= kEmptyRecordsAllowed) {
      OneReadTakesItAll(w, *ours_, in);
      raw_->Say("data");
      w.Equal(ours_->ReadAll(), Status::kWantRead, "Read() of data");
      w.Got(*ours_, BytesOf("data"));
      continue;
    }
    w.Equal(ours_->ReadSome(100).status, Status::kError, "Read() of one too many");
    w.Fails(*ours_, {.kind = ErrorKind::kLimit, .sent = Alert::kUnexpectedMessage});
  }
}

// The limit is tandem's own where the records are of several kinds, and only GnuTLS has a call for
// an alert of our choice: docs/parity.md.
TEST_P(RawPeerTest, MixedRecordsWithoutContentAreALimitWithAnAlertWhereThereIsACallForOne) {
  Start(Version::kTls13);
  World& w = *world_;
  for (int i = 0; i <= kEmptyRecordsAllowed; ++i) {
    if (i % 10 == 9) {
      EXPECT_EQ(gnutls_session_key_update(raw_->session(), 0), 0);
    } else {
      raw_->SayNothing();
    }
  }
  w.Equal(ours_->ReadAll(), Status::kError, "Read()");
  const bool tells = ClientBackend().name() == "gnutls";
  w.Fails(*ours_, {.kind = ErrorKind::kLimit,
                   .sent = tells ? std::optional(Alert::kUnexpectedMessage) : std::nullopt});
}

// Each request is answered by an alert. A peer that asks, sends data in between so that it does not
// look idle, and never reads, would have us keep answers without end.
TEST_P(RawServerTest, PeerThatAsksAndDoesNotReadIsALimit) {
  constexpr std::size_t output_limit = std::size_t{1} << 20;
  constexpr std::size_t answer = 5 + 8 + 2 + 16;
  Start(Version::kTls12);
  World& w = *world_;
  to_peer_->knobs.send_quota = 0;
  std::size_t asked = 0;
  for (Status status = Status::kWantRead; status == Status::kWantRead; ++asked) {
    ASSERT_LE(asked * answer, 2 * output_limit) << "the answers are kept without end";
    EXPECT_EQ(gnutls_rehandshake(raw_->session()), 0);
    raw_->Say("x");
    status = ours_->ReadAll();
  }
  w.Fails(*ours_, {.kind = ErrorKind::kLimit});
  w.Equal(asked, output_limit / answer + 1, "requests that were answered");
  const std::size_t said = to_peer_->sent();
  to_peer_->knobs.send_quota = LinkKnobs::kUnlimited;
  w.Equal(ours_->Flush(), Status::kError, "Flush()");
  w.That(to_peer_->sent() - said <= output_limit + answer, "more was kept than the limit");
}

INSTANTIATE_TEST_SUITE_P(, RawServerTest, testing::Values(true),
                         [](const auto&) { return "OursIsClient"; });

INSTANTIATE_TEST_SUITE_P(, RawPeerTest, testing::Bool(), [](const auto& ours_is_client) {
  return ours_is_client.param ? "OursIsClient" : "OursIsServer";
});

}  // namespace
}  // namespace tandem::conformance
