// Handshakes that succeed, what they establish, and the deadline of those that do not.

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "conformance/pki/pki.h"
#include "conformance/scenarios/raw_hello.h"
#include "conformance/scenarios/scenario.h"
#include "tandem/memory_transport.h"
#include "tandem/pem.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;
using Type = Event::Type;

std::vector<Bytes> Chain(std::string_view name) {
  std::vector<Bytes> chain;
  const auto blocks = ReadPem(PkiText(name));
  if (!blocks.ok()) return chain;
  for (const PemBlock& block : *blocks) chain.push_back(block.der);
  return chain;
}

void FactsAgree(World& w, std::string_view identity, std::string_view sni) {
  const ConnectionInfo& client = *w.client().session().info();
  const ConnectionInfo& server = *w.server().session().info();
  w.Equal(client.version, w.version(), "the client's version");
  w.Equal(server.version, w.version(), "the server's version");
  w.Equal(client.cipher_suite, server.cipher_suite, "the suite");
  w.Equal(client.group, server.group, "the group");
  w.Equal(client.alpn, server.alpn, "the protocol");
  w.Equal(client.server_name, sni, "the client's SNI");
  w.Equal(server.server_name, sni, "the server's SNI");
  w.Equal(client.peer_chain, Chain(identity), "the server's chain, as the client sees it");
  w.Equal(server.peer_chain, std::vector<Bytes>(), "the client's chain");
  const auto& suites = kDefaultCipherSuites;
  w.That(std::find(suites.begin(), suites.end(), client.cipher_suite) != suites.end(),
         "the suite was not offered: " + CipherSuiteName(client.cipher_suite));
  const auto& groups = kDefaultGroups;
  w.That(std::find(groups.begin(), groups.end(), client.group) != groups.end(),
         "the group was not offered: " + GroupName(client.group));
}

void HandshakeWith(World& w, std::string_view identity) {
  if (!w.Connect(w.ClientRules(), w.ServerRules(identity))) return;
  FactsAgree(w, identity, "server.test");
  w.Exchange(Pattern(100, 1), Pattern(200, 2));
  w.Lives(w.client());
  w.Lives(w.server());
}

void EventsComeInOrder(World& w) {
  if (!w.Connect()) return;
  const std::vector<Type> done = {Type::kHandshakeDone};
  const std::vector<Type> accepted = {Type::kHandshakeDone, Type::kPeerAccepted};
  w.Happened(w.server(), accepted);
  // Only a TLS 1.3 client is done before its peer has looked at what it sent.
  w.Happened(w.client(), w.tls13() ? done : accepted);
  w.Exchange({}, Pattern(1, 1));
  w.Happened(w.client(), accepted);
  w.Happened(w.server(), accepted);
}

void HandshakeAfterDoneSendsNothing(World& w) {
  if (!w.Connect()) return;
  const std::size_t to_server = w.to_server().sent();
  const std::size_t to_client = w.to_client().sent();
  for (int i = 0; i < 3; ++i) {
    w.Equal(w.client().Handshake(), Status::kOk, "the client's Handshake()");
    w.Equal(w.server().Handshake(), Status::kOk, "the server's Handshake()");
  }
  w.Equal(w.to_server().sent(), to_server, "bytes from the client");
  w.Equal(w.to_client().sent(), to_client, "bytes from the server");
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

void ReadAndWriteDriveTheHandshake(World& w) {
  w.Open();
  const Bytes greeting = BytesOf("hello");
  IoResult written{Status::kWantRead};
  for (int i = 0; i < 20 && written.status != Status::kOk; ++i) {
    w.Equal(w.client().ReadSome(100).status, Status::kWantRead, "the client's Read()");
    written = w.server().Write(greeting);
  }
  w.Equal(written.status, Status::kOk, "the server's Write()");
  w.Equal(w.client().ReadSome(100).status, Status::kOk, "the client's Read() at last");
  w.Got(w.client(), greeting);

  w.Open();
  written = {Status::kWantRead};
  for (int i = 0; i < 20 && written.status != Status::kOk; ++i) {
    written = w.client().Write(greeting);
    static_cast<void>(w.server().ReadSome(100));
  }
  w.Equal(written.status, Status::kOk, "the client's Write()");
  w.RunUntilQuiet();
  w.Got(w.server(), greeting);
}

// What Session says a call does: one turn at most, ending where the peer must speak.
void OneCallTakesOneTurn(World& w) {
  w.Open();
  w.Equal(w.client().session().interest(), Interest{.now = true}, "interest() of a fresh client");
  w.Equal(w.server().session().interest(), Interest{.read = true}, "interest() of a fresh server");
  w.Equal(w.server().Handshake(), Status::kWantRead, "a server speaks second");
  w.Equal(w.to_client().sent(), std::size_t{0}, "bytes from a server that was not spoken to");
  w.Equal(w.client().Handshake(), Status::kWantRead, "the client's first turn");
  w.That(w.to_server().sent() > 0, "the client said nothing");
  const std::size_t hello = w.to_server().sent();
  w.Equal(w.client().Handshake(), Status::kWantRead, "the client, with nothing to read");
  w.Equal(w.to_server().sent(), hello, "bytes from a client that must wait");
  w.Equal(w.server().Handshake(), Status::kWantRead, "the server's first turn");
  w.Handshake();
}

template <typename Drive>
void TimesOut(World& w, End& end, Drive drive) {
  const std::string name = end.name();
  w.Equal(end.Handshake(), Status::kWantRead, name + "'s Handshake()");
  const auto deadline = end.session().event_timeout();
  if (!w.That(deadline.has_value(), name + " has no event_timeout()")) return;
  w.That(*deadline == w.now() + 5s, name + "'s event_timeout() is not the deadline");
  w.Advance(4999ms);
  w.Equal(end.HandleEvents(), Status::kOk, name + "'s HandleEvents() before the deadline");
  w.Lives(end);
  w.Advance(1ms);
  const std::size_t sent = w.to_server().sent() + w.to_client().sent();
  w.Equal(drive(end), Status::kError, name + "'s call at the deadline");
  w.Fails(end, {ErrorKind::kTimedOut});
  w.Equal(w.to_server().sent() + w.to_client().sent(), sent, "bytes sent at the deadline");
  w.That(!end.session().event_timeout().has_value(), name + "'s timer still runs");
  w.Happened(end, {});
}

void HandshakeTimesOut(World& w) {
  const auto client = w.Build(w.ClientRules().HandshakeTimeout(5s));
  const auto server = w.Build(w.ServerRules().HandshakeTimeout(5s));
  const auto by_timer = [](End& end) { return end.HandleEvents(); };
  const auto by_handshake = [](End& end) { return end.Handshake(); };
  const auto by_read = [](End& end) { return end.ReadSome(10).status; };
  w.Open(client, nullptr);
  TimesOut(w, w.client(), by_timer);
  w.Open(client, nullptr);
  TimesOut(w, w.client(), by_handshake);
  w.Open(client, nullptr);
  TimesOut(w, w.client(), by_read);
  w.Open(nullptr, server);
  TimesOut(w, w.server(), by_timer);
  w.Open(nullptr, server);
  TimesOut(w, w.server(), by_handshake);
}

void NoDeadlineRunsAfterTheHandshake(World& w) {
  if (!w.Connect()) return;
  w.That(!w.client().session().event_timeout().has_value(), "the client's timer runs");
  w.That(!w.server().session().event_timeout().has_value(), "the server's timer runs");
  w.Advance(1000h);
  w.Equal(w.client().HandleEvents(), Status::kOk, "the client's HandleEvents()");
  w.Equal(w.server().HandleEvents(), Status::kOk, "the server's HandleEvents()");
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

void NewestCommonVersionIsSpoken(World& w) {
  constexpr Version tls12 = Version::kTls12;
  constexpr Version tls13 = Version::kTls13;
  struct {
    Version client_min, client_max, server_min, server_max, spoken;
  } const cases[] = {
      {tls12, tls13, tls12, tls13, tls13}, {tls12, tls13, tls12, tls12, tls12},
      {tls12, tls12, tls12, tls13, tls12}, {tls13, tls13, tls12, tls13, tls13},
      {tls12, tls13, tls13, tls13, tls13},
  };
  for (const auto& c : cases) {
    if (!w.Connect(w.ClientRules().Versions(c.client_min, c.client_max),
                   w.ServerRules().Versions(c.server_min, c.server_max))) {
      return;
    }
    w.Equal(w.client().session().info()->version, c.spoken, "the client's version");
    w.Equal(w.server().session().info()->version, c.spoken, "the server's version");
    w.Exchange(Pattern(10, 1), Pattern(10, 2));
  }
}

void DnsNamesAreSentAsSniAndAddressesAreNot(World& w) {
  const auto says = [&w](std::string_view text) {
    const Bytes needle = BytesOf(text);
    const Bytes& wire = w.to_server().history();
    return std::search(wire.begin(), wire.end(), needle.begin(), needle.end()) != wire.end();
  };
  struct {
    std::string_view name, sni;
  } const cases[] = {{"server.test", "server.test"},
                     {"Server.Test.", "server.test"},
                     {"127.0.0.1", ""},
                     {"::1", ""}};
  for (const auto& c : cases) {
    if (!w.Connect(w.ClientRules(), w.ServerRules(), c.name)) return;
    FactsAgree(w, "server_p256", c.sni);
    w.That(c.sni.empty() ? !says(c.name) : says(c.sni),
           "the ClientHello does not say what it should, for " + std::string(c.name));
    w.That(!says("server.test."), "the ClientHello has a trailing dot in its SNI");
  }
}

// RFC 6066 section 8: nobody here looks at a stapled answer.
constexpr std::uint16_t kStatusRequest = 5;

void ClientAsksForNoStapledStatus(World& w) {
  w.Open(w.Build(w.ClientRules()), nullptr);
  static_cast<void>(w.client().Handshake());
  const auto types = ExtensionTypes(w.to_server().history());
  w.That(!types.empty(), "the ClientHello has no extensions");
  w.That(std::find(types.begin(), types.end(), kStatusRequest) == types.end(),
         "the ClientHello asks for a stapled OCSP response");
}

void Carry(MemoryTransport& from, MemoryTransport& to) {
  to.Feed(from.output());
  from.Consume(from.output().size());
}

void SessionsTalkOverMemoryTransports(World& w) {
  MemoryTransport client_side;
  MemoryTransport server_side;
  auto client =
      Session::Client(w.Build(w.ClientRules()), *ServerName::Dns("server.test"), client_side);
  auto server = Session::Server(w.Build(w.ServerRules()), server_side);
  if (!w.That(client.ok() && server.ok(), "a session does not start")) return;
  Status client_done = Status::kWantRead;
  Status server_done = Status::kWantRead;
  for (int i = 0; i < 10 && (client_done != Status::kOk || server_done != Status::kOk); ++i) {
    client_done = client->Handshake();
    Carry(client_side, server_side);
    server_done = server->Handshake();
    Carry(server_side, client_side);
  }
  w.Equal(client_done, Status::kOk, "the client's Handshake()");
  w.Equal(server_done, Status::kOk, "the server's Handshake()");

  const Bytes sent = Pattern(3000, 1);
  Session moved = *std::move(server);  // It may be moved whenever it is idle.
  w.Equal(moved.Write(sent).bytes, sent.size(), "bytes taken");
  w.Equal(moved.Shutdown(), Status::kOk, "Shutdown()");
  Carry(server_side, client_side);
  client_side.FeedEnd();
  Bytes got(sent.size());
  w.Equal(client->Read(got).bytes, sent.size(), "bytes read");
  w.That(got == sent, "other bytes came than were sent");
  w.Equal(client->Read(got).status, Status::kClosed, "Read() at the end");
}

constexpr Scenario kScenarios[] = {
    {"HandshakeWithRsaIdentitySucceeds", kEach, [](World& w) { HandshakeWith(w, "server_rsa"); }},
    {"HandshakeWithP256IdentitySucceeds", kEach, [](World& w) { HandshakeWith(w, "server_p256"); }},
    {"HandshakeWithEd25519IdentitySucceeds", kEach,
     [](World& w) { HandshakeWith(w, "server_ed25519"); }},
    {"HandshakeThroughIntermediateSucceeds", kEach,
     [](World& w) { HandshakeWith(w, "server_chained"); }},
    {"HandshakeEventsComeInOrder", kEach, EventsComeInOrder},
    {"HandshakeAfterDoneIsOkAndSendsNothing", kEach, HandshakeAfterDoneSendsNothing},
    {"ReadAndWriteDriveTheHandshake", kEach, ReadAndWriteDriveTheHandshake},
    {"HandshakeTakesOneTurnPerCall", kEach, OneCallTakesOneTurn},
    {"HandshakeTimesOutByTheSteadyClock", kEach, HandshakeTimesOut},
    {"NoDeadlineRunsAfterTheHandshake", kEach, NoDeadlineRunsAfterTheHandshake},
    {"NewestCommonVersionIsSpoken", kBothVersions, NewestCommonVersionIsSpoken},
    {"DnsNamesAreSentAsSniAndAddressesAreNot", kEach, DnsNamesAreSentAsSniAndAddressesAreNot},
    {"ClientAsksForNoStapledStatus", kEach, ClientAsksForNoStapledStatus},
    {"SessionsTalkOverMemoryTransports", kEach, SessionsTalkOverMemoryTransports},
};

}  // namespace

std::span<const Scenario> HandshakeScenarios() { return kScenarios; }

}  // namespace tandem::conformance
