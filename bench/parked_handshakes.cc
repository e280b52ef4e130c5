// Many servers whose handshakes wait for their keys at once: the memory of each, and that all go
// on.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/process.h"
#include "bench/report.h"
#include "conformance/pki/pki.h"
#include "tandem/engine/runtime.h"
#include "tandem/engine/thread_pool.h"
#include "tandem/gnutls.h"
#include "tandem/memory_transport.h"
#include "tandem/openssl.h"
#include "tandem/session.h"

namespace {

using tandem::Session;
using tandem::Status;
using tandem::conformance::PkiText;
using tandem::engine::BlockingKey;
using tandem::engine::Operation;

// Keeps what it is asked until it is told to answer all of it.
class HoldingEngine final : public tandem::engine::KeyEngine {
 public:
  tandem::engine::Submission Submit(const std::shared_ptr<Operation>& operation) noexcept override {
    held_.push_back(operation);
    return tandem::engine::Submission::kPending;
  }

  void AnswerAll() {
    for (const auto& operation : std::exchange(held_, {})) {
      dynamic_cast<const BlockingKey&>(operation->key()).Answer(*operation);
    }
  }

  std::size_t held() const { return held_.size(); }

 private:
  std::vector<std::shared_ptr<Operation>> held_;
};

struct Server {
  tandem::MemoryTransport transport;
  std::optional<Session> session;
};

// The first flight of a client. Any number of servers can be shown the same.
std::vector<std::byte> ClientHello(const tandem::Backend& backend) {
  const auto name = tandem::ServerName::Parse("server.test");
  const auto config =
      tandem::Config::ForClient(backend, *tandem::Trust::FromPem(PkiText("root_a"))).Build();
  tandem::MemoryTransport transport;
  auto session = Session::Client(*config, *name, transport);
  session->Handshake();
  return {transport.output().begin(), transport.output().end()};
}

double BytesEach(std::size_t before, std::size_t count) {
  return static_cast<double>(tandem::bench::ResidentBytes() - before) / static_cast<double>(count);
}

// Suspends so many handshakes, counts what that takes, and has all of them go on.
void ParkHandshakes(benchmark::State& state, const tandem::Backend& backend) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const auto keys = std::make_shared<HoldingEngine>();
  const auto own =
      tandem::Identity::FromPem(backend, PkiText("server_p256"), PkiText("server_p256.key"));
  const auto identity = tandem::Identity::OnEngine(*own, keys);
  const auto config = tandem::Config::ForServer(backend, *identity).Build();
  const auto hello = ClientHello(backend);
  for (auto _ : state) {
    tandem::engine::Runtime runtime;
    std::list<Server> servers;
    const std::size_t before = tandem::bench::ResidentBytes();
    for (std::size_t i = 0; i < count; ++i) {
      Server& server = servers.emplace_back();
      server.session.emplace(*Session::Server(*config, server.transport, &runtime));
    }
    state.counters["bytes_fresh"] = BytesEach(before, count);
    std::size_t went_on = 0;
    for (Server& server : servers) {
      server.transport.Feed(hello);
      if (server.session->Handshake() != Status::kWantAsync) state.SkipWithError("not suspended");
      server.session->OnReady([&went_on, &session = *server.session] {
        if (session.Handshake() == Status::kWantRead) ++went_on;
      });
    }
    state.counters["suspended"] = static_cast<double>(keys->held());
    state.counters["bytes_each"] = BytesEach(before, count);
    state.counters["fds"] = static_cast<double>(tandem::bench::Descriptors());
    keys->AnswerAll();
    while (runtime.RunReady() > 0) continue;
    if (went_on != count) state.SkipWithError("not all of them went on");
    if (runtime.counters().jobs_in_flight != 0) state.SkipWithError("jobs are left over");
  }
}
BENCHMARK_CAPTURE(ParkHandshakes, openssl, tandem::OpenSsl())
    ->Arg(100)
    ->Arg(10'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ParkHandshakes, gnutls, tandem::GnuTls())
    ->Arg(100)
    ->Arg(10'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return tandem::bench::RunBenchmarks(argc, argv, {}); }
