#include "conformance/memory/exchange.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tandem::conformance {
namespace {

// What a wire holds: less than a record, so that some of one has to wait.
constexpr std::size_t kPipeBytes = 4'000;

}  // namespace

Exchange::Exchange(const WorldParts& parts, bool suspends) : world_(parts) {
  const auto log = [](std::string_view) {};
  World& w = world_;
  if (suspends) {
    w.loop().MakeRuntime();
    engine_ = w.loop().MakeEngine(parts.seed, {});
  }
  client_ = w.Build(w.ClientRules(World::Roots().FurtherVerifier(Agreeing()))
                        .ClientIdentity(Placed(w.ClientIdentity("client_good")))
                        .Alpn({"h2", "http/1.1"})
                        .DangerKeyLog(log));
  store_ = IdentityStore::Make({{Placed(w.ServerIdentity("server_rsa")), {"other.test"}, {}},
                                {Placed(w.ServerIdentity("server_chained")), {}, {}}});
  server_ = w.Build(w.ServerRules(Choosing(store_->Chooser()))
                        .ClientCertificates(ClientCertificate::kRequired, World::Roots())
                        .Alpn({"http/1.1"}, AlpnPolicy::kMustPresent)
                        .DangerKeyLog(log));
}

World::SharedIdentity Exchange::Placed(const World::SharedIdentity& identity) {
  return engine_ == nullptr ? identity : world_.OnEngine(identity, engine_);
}

VerifyPeer Exchange::Agreeing() {
  return [this](const PeerCertificates&, engine::Reply<PeerOpinion> reply) {
    if (engine_ == nullptr) return reply.Answer({});
    auto kept = std::make_shared<engine::Reply<PeerOpinion>>(std::move(reply));
    world_.loop().Later(1, [kept] { kept->Answer({}); });
  };
}

// A copy of what the client says outlives the hook, as it must where the answer comes later.
ChooseIdentity Exchange::Choosing(ChooseIdentity choose) {
  if (engine_ == nullptr) return choose;
  using Reply = engine::Reply<World::SharedIdentity>;
  return [this, choose = std::move(choose)](const ClientHello& hello, Reply reply) {
    auto kept = std::make_shared<std::pair<ClientHello, Reply>>(hello, std::move(reply));
    world_.loop().Later(1, [choose, kept] { choose(kept->first, std::move(kept->second)); });
  };
}

void Exchange::Play(std::string_view server) {
  Start(server);
  const auto send = [this] {
    world_.client().Send(Pattern(kClientBytes, 1));
    world_.server().Send(Pattern(kServerBytes, 2));
  };
  send();
  RunOn();
  for (End* end : {&world_.client(), &world_.server()}) {
    if (IsOver(*end) || !end->handshake_done()) continue;
    Derive(*end);
    if (world_.tls13()) Rekey(*end);
  }
  send();
  world_.client().CloseAfterSending();
  world_.server().CloseAfterSending();
  RunOn();
}

bool Exchange::EndedWell() {
  bool well = true;
  for (const End* end : {&world_.client(), &world_.server()}) {
    well = well && !IsOver(*end) && end->saw_close() && end->received() == SentTo(*end);
  }
  return well;
}

bool Exchange::Connect(World& world) const {
  if (engine_ != nullptr) return world.Connect();
  world.Open(client_, server_);
  return world.Handshake();
}

const Error* Exchange::ErrorOf(const End& end) const {
  if (end.started()) return end.error();
  const auto& failure = end.name() == "client" ? client_failure_ : server_failure_;
  return failure.has_value() ? &*failure : nullptr;
}

bool Exchange::GotWhatWasSent(const End& end) {
  const Bytes& got = end.received();
  const Bytes sent = SentTo(end);
  const bool begins_so =
      got.size() <= sent.size() && std::equal(got.begin(), got.end(), sent.begin());
  if (!world_.That(begins_so, "what the " + end.name() + " got was not sent so")) return false;
  return world_.That(!end.saw_close() || got.size() == sent.size(),
                     "the " + end.name() + " saw a close and got " + Show(got.size()) +
                         " bytes of " + Show(sent.size()));
}

void Exchange::Start(std::string_view server) {
  world_.Open(nullptr, nullptr);
  world_.to_server().knobs.capacity = kPipeBytes;
  world_.to_client().knobs.capacity = kPipeBytes;
  End& c = world_.client();
  End& s = world_.server();
  const ServerName name = *ServerName::Parse(server);
  engine::Runtime* runtime = world_.loop().runtime();
  Take(c, client_failure_, [&] { return Session::Client(client_, name, c.transport(), runtime); });
  Take(s, server_failure_, [&] { return Session::Server(server_, s.transport(), runtime); });
}

template <typename Make>
void Exchange::Take(End& end, std::optional<Error>& failure, Make make) {
  failure.reset();
  const CallHooks& hooks = world_.parts().hooks;
  if (hooks.before) hooks.before();
  Result<Session> session = make();
  if (hooks.after) static_cast<void>(hooks.after());
  if (!session.ok()) {
    failure = std::move(session).error();
    return;
  }
  end.Take(*std::move(session));
  if (engine_ != nullptr) end.WaitBy(world_.loop().waiting);
}

// Until nobody has anything to do.
void Exchange::RunOn() {
  world_.RunUntilQuiet();
  if (!IsOver(world_.client()) && !IsOver(world_.server())) return;
  if (IsOver(world_.client())) world_.to_server().End();
  if (IsOver(world_.server())) world_.to_client().End();
  world_.RunUntilQuiet();
}

// What cannot be derived is an Error of its own, and the session lives on.
void Exchange::Derive(const End& end) {
  const CallHooks& hooks = world_.parts().hooks;
  if (hooks.before) hooks.before();
  const auto material = end.session().Export("EXPORTER-test", std::nullopt, 32);
  const auto binding = end.session().Binding(ChannelBinding::kServerEndPoint);
  if (hooks.after) static_cast<void>(hooks.after());
  for (const auto* derived : {&material, &binding}) {
    if (derived->ok()) continue;
    world_.That(derived->error().kind == ErrorKind::kInternal, derived->error().ToString());
  }
  world_.Lives(end);
}

void Exchange::Rekey(End& end) { static_cast<void>(end.Rekey(true)); }

Bytes Exchange::SentTo(const End& end) {
  Bytes once = end.name() == "client" ? Pattern(kServerBytes, 2) : Pattern(kClientBytes, 1);
  Bytes twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  return twice;
}

}  // namespace tandem::conformance
