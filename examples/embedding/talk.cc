#include "embedding/talk.h"

#include <array>
#include <cstddef>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tandem/config.h"
#include "tandem/memory_transport.h"
#include "tandem/session.h"

namespace embedding {
namespace {

using tandem::Status;

constexpr std::string_view kGreeting = "hello";

int Fail(const tandem::Error& error) {
  std::cerr << error.ToString() << "\n";
  return 1;
}

// Carries what one side has said to the other. A program with a network would send it instead.
void Carry(tandem::MemoryTransport& from, tandem::MemoryTransport& to) {
  const auto records = from.output();
  to.Feed(records);
  from.Consume(records.size());
}

// A client and a server, and the two queues between them.
struct Pair {
  tandem::MemoryTransport client_wire;
  tandem::MemoryTransport server_wire;
  std::unique_ptr<tandem::Session> client;
  std::unique_ptr<tandem::Session> server;

  void CarryBoth() {
    Carry(client_wire, server_wire);
    Carry(server_wire, client_wire);
  }
};

int ShakeHands(Pair& pair) {
  // Two round trips are the most that TLS 1.2 and 1.3 need; a bound beats an endless loop.
  for (int round = 0; round < 8; ++round) {
    const Status client = pair.client->Handshake();
    Carry(pair.client_wire, pair.server_wire);
    const Status server = pair.server->Handshake();
    Carry(pair.server_wire, pair.client_wire);
    if (client == Status::kError) return Fail(*pair.client->error());
    if (server == Status::kError) return Fail(*pair.server->error());
    if (client == Status::kOk && server == Status::kOk) return 0;
  }
  std::cerr << "the handshake does not come to an end\n";
  return 1;
}

int Greet(Pair& pair) {
  const auto sent = pair.client->Write(std::as_bytes(std::span(kGreeting)));
  pair.client->Shutdown();
  pair.CarryBoth();
  std::array<std::byte, 64> buffer{};
  const auto heard = pair.server->Read(buffer);
  const std::string_view text(reinterpret_cast<const char*>(buffer.data()), heard.bytes);
  if (sent.bytes != kGreeting.size() || text != kGreeting) {
    std::cerr << "the greeting was lost\n";
    return 1;
  }
  if (pair.server->Read(buffer).status != Status::kClosed) {
    std::cerr << "the goodbye was lost\n";
    return 1;
  }
  return 0;
}

}  // namespace

int Talk(const tandem::Backend& backend, const std::string& pem_path) {
  auto identity = tandem::Identity::FromPemFiles(backend, pem_path, pem_path);
  if (!identity.ok()) return Fail(identity.error());
  auto trust = tandem::Trust::FromPemFile(pem_path);
  if (!trust.ok()) return Fail(trust.error());
  const auto name = tandem::ServerName::Parse("server.test");
  const auto client = tandem::Config::ForClient(backend, *std::move(trust)).Build();
  const auto server = tandem::Config::ForServer(backend, *std::move(identity)).Build();
  if (!name.ok()) return Fail(name.error());
  if (!client.ok()) return Fail(client.error());
  if (!server.ok()) return Fail(server.error());

  Pair pair;
  auto client_session = tandem::Session::Client(*client, *name, pair.client_wire);
  auto server_session = tandem::Session::Server(*server, pair.server_wire);
  if (!client_session.ok()) return Fail(client_session.error());
  if (!server_session.ok()) return Fail(server_session.error());
  pair.client = std::make_unique<tandem::Session>(*std::move(client_session));
  pair.server = std::make_unique<tandem::Session>(*std::move(server_session));
  if (ShakeHands(pair) != 0 || Greet(pair) != 0) return 1;
  std::cout << "backend=" << backend.name() << " library=" << backend.version()
            << " suite=" << tandem::CipherSuiteName(pair.client->info()->cipher_suite) << "\n";
  return 0;
}

}  // namespace embedding
