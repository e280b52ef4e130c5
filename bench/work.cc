// A fixed amount of work, for instructions.sh to count the instructions of.
//
//     work openssl|gnutls with|without HANDSHAKES RECORDS
//
// Does so many full handshakes, and sends so many records over each connection. Both ends have a
// hook that answers at once, the same with and without a Runtime: only with one can the handshakes
// be suspended, so what differs is what it costs to be able to.

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "conformance/pki/pki.h"
#include "tandem/engine/runtime.h"
#include "tandem/gnutls.h"
#include "tandem/memory_transport.h"
#include "tandem/openssl.h"
#include "tandem/session.h"

namespace {

using tandem::Config;
using tandem::MemoryTransport;
using tandem::Session;
using tandem::Status;
using tandem::conformance::PkiText;

using Configs = std::pair<std::shared_ptr<const Config>, std::shared_ptr<const Config>>;

// Small, so that the allocator serves all of it from its cache: what it does otherwise depends on
// the neighbours in memory, and is not the same in any two programs.
constexpr std::size_t kRecordBytes = 256;

// A client's and a server's. Ed25519, whose work is the same for every message.
Configs MakeConfigs(const tandem::Backend& backend) {
  auto trust = *tandem::Trust::FromPem(PkiText("root_a"));
  trust.FurtherVerifier([](const tandem::PeerCertificates&, auto reply) { reply.Answer({}); });
  const auto identity =
      *tandem::Identity::FromPem(backend, PkiText("server_ed25519"), PkiText("server_ed25519.key"));
  const auto choose = [identity](const tandem::ClientHello&, auto reply) {
    reply.Answer(identity);
  };
  return {*Config::ForClient(backend, trust).Build(), *Config::ForServer(backend, choose).Build()};
}

void Move(MemoryTransport& from, MemoryTransport& to) {
  const auto bytes = from.output();
  to.Feed(bytes);
  from.Consume(bytes.size());
}

// False: somebody failed.
bool ShakeHands(Session& client, MemoryTransport& at_client, Session& server,
                MemoryTransport& at_server) {
  for (;;) {
    const Status there = client.Handshake();
    Move(at_client, at_server);
    const Status here = server.Handshake();
    Move(at_server, at_client);
    if (there == Status::kError || here == Status::kError) return false;
    if (there == Status::kOk && here == Status::kOk) return true;
  }
}

}  // namespace

// These two have names that instructions.sh can give to callgrind.
namespace tandem::bench {

// A pair of connected sessions.
struct Pair {
  MemoryTransport at_client;
  MemoryTransport at_server;
  std::optional<Session> client;
  std::optional<Session> server;
};

// Makes both ends and has them shake hands. False: somebody failed.
[[gnu::noinline]] bool Connect(Pair& pair, const Configs& configs, engine::Runtime* runtime) {
  const auto name = ServerName::Parse("server.test");
  auto client = Session::Client(configs.first, *name, pair.at_client, runtime);
  auto server = Session::Server(configs.second, pair.at_server, runtime);
  if (!client.ok() || !server.ok()) return false;
  pair.client.emplace(*std::move(client));
  pair.server.emplace(*std::move(server));
  return ShakeHands(*pair.client, pair.at_client, *pair.server, pair.at_server);
}

// Writes and reads so many records. False: one of them did not come through.
[[gnu::noinline]] bool ExchangeRecords(Pair& pair, int records) {
  std::array<std::byte, kRecordBytes> record{};
  for (int i = 0; i < records; ++i) {
    if (pair.client->Write(record).bytes != kRecordBytes) return false;
    Move(pair.at_client, pair.at_server);
    if (pair.server->Read(record).bytes != kRecordBytes) return false;
  }
  return true;
}

}  // namespace tandem::bench

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const bool gnutls = std::string_view(argv[1]) == "gnutls";
  const Configs configs = MakeConfigs(gnutls ? tandem::GnuTls() : tandem::OpenSsl());
  std::optional<tandem::engine::Runtime> runtime;
  if (std::string_view(argv[2]) == "with") runtime.emplace();
  for (int i = 0; i < std::atoi(argv[3]); ++i) {
    tandem::bench::Pair pair;
    const bool connected =
        tandem::bench::Connect(pair, configs, runtime.has_value() ? &*runtime : nullptr);
    if (connected && tandem::bench::ExchangeRecords(pair, std::atoi(argv[4]))) continue;
    std::fprintf(stderr, "work: handshake %d failed\n", i);
    return 1;
  }
  return 0;
}
