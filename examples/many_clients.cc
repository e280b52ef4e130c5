// Opens many connections at once, holds them all, and then talks on each of them: shows that a
// server loses none. With --echo it talks to `serve --echo`, else it fetches one path on each.
//
// It does badly: everything is in step, which real clients are not, and poll(2) looks at every
// socket each time. It is a tool for a test, not a benchmark.

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "examples/flags.h"
#include "examples/http.h"
#include "examples/net.h"
#include "examples/tls_flags.h"
#include "tandem/config.h"
#include "tandem/pem.h"
#include "tandem/session.h"
#include "tandem/stream_socket.h"

namespace {

using tandem::Status;
using tandem_examples::Deadline;
using tandem_examples::Descriptor;

using Clock = std::chrono::steady_clock;

constexpr char kAbout[] =
    R"(usage: many_clients --ca=FILE --expect=FILE [flags] https://host:port/path

Opens --count connections, holds them, and fetches the path on each; the content must be that of
--expect. With --echo it sends that content instead, and must get it back.
)";

struct Options {
  tandem_examples::TlsOptions tls;
  tandem_examples::Url url;
  std::string ca;
  std::string name = "server.test";
  std::string expect;
  bool echo = false;
  int count = 500;
  int timeout = 60;
};

// One connection: shakes hands, waits until it may talk, talks, and says how it went.
class Caller {
 public:
  enum class Phase { kHandshake, kReady, kTalk, kDone, kFailed };

  Caller(Descriptor socket, const std::shared_ptr<const tandem::Config>& config,
         const tandem::ServerName& server)
      : socket_(std::move(socket)), transport_(socket_.number()) {
    auto session = tandem::Session::Client(config, server, transport_);
    if (session.ok()) {
      session_.emplace(*std::move(session));
    } else {
      Fail(session.error().ToString());
    }
  }

  Phase phase() const { return phase_; }
  const std::string& failure() const { return failure_; }
  int socket() const { return socket_.number(); }
  tandem::Interest interest() const { return session_->interest(); }

  // From kReady on: send `request`, and then close our half if `half_close`.
  void Talk(std::string_view request, bool half_close) {
    unsent_ = std::as_bytes(std::span(request));
    half_close_ = half_close;
    phase_ = Phase::kTalk;
  }

  // Does what can be done without waiting. Returns false when it is over.
  bool Turn() {
    while (phase_ == Phase::kHandshake || phase_ == Phase::kTalk) {
      const Status status = phase_ == Phase::kHandshake ? ShakeHands() : Exchange();
      if (status == Status::kError) Fail(session_->error()->ToString());
      if (status != Status::kOk) break;
    }
    return phase_ == Phase::kHandshake || phase_ == Phase::kTalk;
  }

  const std::string& received() const { return received_; }

 private:
  Status ShakeHands() {
    const Status status = session_->Handshake();
    if (status == Status::kOk) phase_ = Phase::kReady;
    return status;
  }

  // Writes and reads in turn: a peer that answers while we still ask must not be kept waiting.
  Status Exchange() {
    bool wrote = false;
    if (!unsent_.empty()) {
      const auto result = session_->Write(unsent_);
      if (result.status == Status::kError) return result.status;
      unsent_ = unsent_.subspan(result.bytes);
      wrote = result.bytes > 0;
      if (unsent_.empty() && half_close_) session_->Shutdown();
    }
    std::array<std::byte, 16384> buffer;
    const auto result = session_->Read(buffer);
    received_.append(reinterpret_cast<const char*>(buffer.data()), result.bytes);
    if (result.status == Status::kClosed) {
      phase_ = Phase::kDone;
      return Status::kOk;
    }
    return wrote && result.status == Status::kWantRead ? Status::kOk : result.status;
  }

  void Fail(std::string why) {
    failure_ = std::move(why);
    phase_ = Phase::kFailed;
  }

  Descriptor socket_;
  tandem::StreamSocket transport_;
  std::optional<tandem::Session> session_;
  Phase phase_ = Phase::kHandshake;
  std::span<const std::byte> unsent_;
  bool half_close_ = false;
  std::string received_;
  std::string failure_;
};

using Callers = std::vector<std::unique_ptr<Caller>>;

// Gives turns until nobody has anything left to do. False when the deadline passes.
bool RunAll(Callers& callers, Deadline deadline) {
  std::vector<pollfd> polls;
  std::vector<Caller*> polled;
  for (const auto& caller : callers) {
    if (caller->Turn()) polled.push_back(caller.get());
  }
  while (!polled.empty()) {
    polls.clear();
    for (const Caller* caller : polled) {
      const tandem::Interest wait = caller->interest();
      const int events = (wait.read ? POLLIN : 0) | (wait.write ? POLLOUT : 0);
      polls.push_back({caller->socket(), static_cast<short>(events), 0});
    }
    if (Clock::now() >= deadline) return false;
    ::poll(polls.data(), polls.size(), 1000);
    std::vector<Caller*> left;
    for (std::size_t i = 0; i < polls.size(); ++i) {
      if (polls[i].revents == 0 || polled[i]->Turn()) left.push_back(polled[i]);
    }
    polled = std::move(left);
  }
  return true;
}

int Fail(const std::string& what) {
  std::cerr << "many_clients: " << what << "\n";
  return 1;
}

// Prints how many callers are not in `phase`, and why the first of them is not.
std::size_t CountLost(const Callers& callers, Caller::Phase phase, std::string_view what,
                      Clock::time_point since) {
  std::size_t lost = 0;
  for (const auto& caller : callers) {
    if (caller->phase() == phase) continue;
    if (lost++ == 0) {
      Fail(caller->failure().empty() ? "one did not come to an end" : caller->failure());
    }
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - since);
  std::cout << what << ": " << callers.size() - lost << " done, " << lost << " lost, "
            << took.count() << " ms" << std::endl;
  return lost;
}

int Run(const Options& options) {
  auto trust = tandem::Trust::FromPemFile(options.ca);
  if (!trust.ok()) return Fail(trust.error().ToString());
  const auto server = tandem::ServerName::Parse(options.name);
  if (!server.ok()) return Fail(server.error().ToString());
  const auto content = tandem::ReadTextFile(options.expect);
  if (!content.ok()) return Fail(content.error().ToString());
  const auto config = tandem::Config::ForClient(*options.tls.backend, *std::move(trust))
                          .Versions(options.tls.min, options.tls.max)
                          .Build();
  if (!config.ok()) return Fail(config.error().ToString());

  const Clock::time_point start = Clock::now();
  const Deadline deadline = start + std::chrono::seconds(options.timeout);
  Callers callers;
  for (int i = 0; i < options.count; ++i) {
    auto socket = tandem_examples::Connect(options.url.endpoint, deadline);
    if (!socket.ok()) return Fail(socket.error().ToString());
    callers.push_back(std::make_unique<Caller>(*std::move(socket), *config, *server));
  }
  RunAll(callers, deadline);
  std::size_t lost = CountLost(callers, Caller::Phase::kReady, "handshakes", start);

  const Clock::time_point talk = Clock::now();
  const std::string request =
      "GET " + options.url.target + " HTTP/1.1\r\nHost: server.test\r\nConnection: close\r\n\r\n";
  for (const auto& caller : callers) {
    if (caller->phase() != Caller::Phase::kReady) continue;
    caller->Talk(options.echo ? *content : request, options.echo);
  }
  RunAll(callers, deadline);
  lost += CountLost(callers, Caller::Phase::kDone, "talks", talk);
  std::size_t others = 0;
  for (const auto& caller : callers) {
    std::string body;
    tandem_examples::ResponseReader reader([&body](std::string_view piece) { body += piece; });
    if (!options.echo) reader.Feed(caller->received());
    if ((options.echo ? caller->received() : body) != *content) ++others;
  }
  if (others > 0) Fail("something else came back on " + std::to_string(others));
  return lost + others == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  tandem_examples::Flags flags(kAbout, "");
  flags.AddText("ca", "FILE", options.ca, "Believe the certificates in this PEM file.");
  flags.AddText("name", "NAME", options.name, "The server's name. Default: server.test.");
  flags.AddText("expect", "FILE", options.expect, "What is to come back.");
  flags.AddSwitch("echo", options.echo, "Send the content, and get it back.");
  flags.AddNumber("count", 1, 100'000, options.count, "Connections at once. Default: 500.");
  flags.AddNumber("timeout", 1, 3600, options.timeout, "Give up after N seconds. Default: 60.");
  tandem_examples::AddTlsFlags(flags, options.tls, "Not used.");
  if (const auto complaint = flags.Parse({argv + 1, argv + argc})) {
    return Fail(*complaint + " (see --help)");
  }
  if (flags.wants_help()) {
    std::cout << flags.Help();
    return 0;
  }
  auto url = flags.positional().size() == 1 ? tandem_examples::ParseUrl(flags.positional().front())
                                            : std::optional<tandem_examples::Url>();
  if (!url.has_value()) return Fail("give one URL (see --help)");
  options.url = *std::move(url);
  return Run(options);
}
