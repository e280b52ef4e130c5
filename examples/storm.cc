// Storms a server with full handshakes, and looks how long it keeps an old client waiting.
//
//     storm --serve=PATH/TO/serve --cert=FILE --key=FILE --ca=FILE
//
//     this process --+--> serve     a server of one loop: what is measured
//                    +--> a crowd   (crowd.h) full handshakes, many at once, all the time
//                    `--> a meter   (echo_meter.h) talks to the server, idle first, then in the
//                    storm
//
// All arrangements of the server take turns, several rounds of it, and the table shows medians: on
// a machine that others use too, numbers of one run can be compared and numbers of two runs cannot.
// The server and its key threads share one processor, the clients another (--everywhere: no), and
// the crowd has the lowest priority, so that it stands in the way of the server alone.
//
// It does badly: both ends are on one machine, so a network's delays are missing.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "examples/crowd.h"
#include "examples/echo_meter.h"
#include "examples/flags.h"
#include "examples/net.h"
#include "examples/storm_process.h"
#include "tandem/config.h"
#include "tandem/openssl.h"

namespace {

using tandem::Result;
using tandem_examples::Channel;
using tandem_examples::Crowd;
using tandem_examples::Deadline;
using tandem_examples::EchoMeter;
using tandem_examples::EchoTimes;
using tandem_examples::Endpoint;
using tandem_examples::Process;

using Clock = std::chrono::steady_clock;

constexpr char kAbout[] = R"(usage: storm --serve=PROGRAM --cert=FILE --key=FILE --ca=FILE [flags]

Measures how long PROGRAM (examples/serve) takes to echo a message on an old connection, first
alone, then while a crowd does full handshakes. Compares both libraries, keys on the loop and on a
thread, and loops that give a round many handshakes or one. Prints one table.
)";

constexpr int kServerProcessor = 0;
constexpr int kClientProcessor = 1;
constexpr int kLowestPriority = 19;

constexpr char kExitCodes[] = R"(Exit status: 0 if every handshake and every message came through.
)";

struct Options {
  std::string serve;
  std::string cert;
  std::string key;
  std::string ca;
  std::string name = "server.test";
  int crowd = 32;
  int rate = 500;
  int milliseconds = 1000;
  int rounds = 5;
  bool everywhere = false;
};

// One way to run the server, and what was seen of it, round by round.
struct Arrangement {
  std::string backend;
  int key_threads = 0;
  int handshakes_per_turn = 1;

  std::vector<EchoTimes> idle;
  std::vector<EchoTimes> storm;
  std::vector<double> handshakes;  // In a second.
};

// What the crowd tells of itself.
struct CrowdCount {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  double seconds = 0;
};

int Fail(const std::string& what) {
  std::cerr << "storm: " << what << "\n";
  return 1;
}

tandem_examples::Placement PlaceOn(const Options& options, int processor, int nice = 0) {
  if (options.everywhere) return {std::nullopt, nice};
  return {processor, nice};
}

// What a child is told by its parent.
enum class Word : std::uint8_t { kBegin, kEnd };

// --- The processes -------------------------------------------------------------------------------

Result<std::shared_ptr<const tandem::Config>> ClientConfig(const Options& options) {
  auto trust = tandem::Trust::FromPemFile(options.ca);
  if (!trust.ok()) return trust.error();
  // The cheaper of the two: the crowd is not what is measured.
  return tandem::Config::ForClient(tandem::OpenSsl(), *std::move(trust)).Build();
}

Process StartServer(const Options& options, const Arrangement& arrangement) {
  return Process::Execute(
      {options.serve, "--backend=" + arrangement.backend, "--listen=127.0.0.1:0", "--echo",
       "--cert=" + options.cert, "--key=" + options.key,
       "--key-threads=" + std::to_string(arrangement.key_threads),
       "--handshakes-per-turn=" + std::to_string(arrangement.handshakes_per_turn)},
      PlaceOn(options, kServerProcessor));
}

// Measures once for each time that it is told to.
int RunMeter(const Options& options, const Endpoint& server, const Channel& parent) {
  const auto config = ClientConfig(options);
  if (!config.ok()) return Fail(config.error().ToString());
  const auto name = tandem::ServerName::Parse(options.name);
  if (!name.ok()) return Fail(name.error().ToString());
  auto meter = EchoMeter::Open(server, *name, *config, Clock::now() + std::chrono::seconds(10));
  if (!meter.ok()) return Fail(meter.error().ToString());
  while (parent.Hear<Word>() == Word::kBegin) {
    const auto times =
        (*meter)->Measure(std::chrono::milliseconds(options.milliseconds), options.rate);
    if (!times.ok()) return Fail(times.error().ToString());
    if (!parent.Tell(*times)) return 1;
  }
  return 0;
}

// Storms until it is told to stop. The count begins when the storm has built up.
int RunCrowd(const Options& options, const Endpoint& server, const Channel& parent) {
  const auto config = ClientConfig(options);
  if (!config.ok()) return Fail(config.error().ToString());
  const auto name = tandem::ServerName::Parse(options.name);
  if (!name.ok()) return Fail(name.error().ToString());
  Crowd crowd({server, *name, *config, options.crowd});
  const auto warm_up = std::chrono::milliseconds(options.milliseconds / 4);
  bool well = crowd.Run(Clock::now() + warm_up, parent.incoming());
  const std::uint64_t before = crowd.done();
  const Clock::time_point start = Clock::now();
  const bool told = parent.Tell(CrowdCount{});
  well = well && told && crowd.Run(Deadline::max(), parent.incoming());
  const std::chrono::duration<double> took = Clock::now() - start;
  if (crowd.failed() > 0) Fail("a handshake: " + crowd.failure());
  parent.Tell(CrowdCount{crowd.done() - before, crowd.failed(), took.count()});
  return well && crowd.failed() == 0 ? 0 : 1;
}

// --- The measurement -----------------------------------------------------------------------------

// False: something did not come through; it has been said what.
bool RunOnce(const Options& options, Arrangement& arrangement) {
  Process server = StartServer(options, arrangement);
  const std::string line = server.channel().HearLine();
  const auto address = tandem_examples::ParseEndpoint(line.substr(line.find(' ') + 1));
  if (!line.starts_with("READY ") || !address.has_value()) return false;
  Process meter =
      Process::Run([&](const Channel& parent) { return RunMeter(options, *address, parent); },
                   PlaceOn(options, kClientProcessor));
  meter.channel().Tell(Word::kBegin);
  const auto idle = meter.channel().Hear<EchoTimes>();
  Process crowd =
      Process::Run([&](const Channel& parent) { return RunCrowd(options, *address, parent); },
                   PlaceOn(options, kClientProcessor, kLowestPriority));
  const bool stormy = crowd.channel().Hear<CrowdCount>().has_value();
  meter.channel().Tell(Word::kBegin);
  const auto storm = meter.channel().Hear<EchoTimes>();
  crowd.channel().Tell(Word::kEnd);
  const auto count = crowd.channel().Hear<CrowdCount>();
  const bool all_came_through = crowd.Wait();
  meter.channel().Tell(Word::kEnd);
  if (!meter.Wait() || !idle || !storm || !stormy || !count) return false;
  arrangement.idle.push_back(*idle);
  arrangement.storm.push_back(*storm);
  arrangement.handshakes.push_back(static_cast<double>(count->done) / count->seconds);
  return server.End() && all_came_through;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double MedianOf(const std::vector<EchoTimes>& times, double EchoTimes::*part) {
  std::vector<double> values;
  for (const EchoTimes& one : times) values.push_back(one.*part);
  return Median(std::move(values));
}

// Each round's storm is compared with its own idle time.
double SlowDown(const Arrangement& arrangement) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < arrangement.idle.size(); ++i) {
    ratios.push_back(arrangement.storm[i].p99 / arrangement.idle[i].p99);
  }
  return Median(std::move(ratios));
}

// Each round's rate is compared with that of the arrangement `base` in the same round.
double RateRatio(const Arrangement& arrangement, const Arrangement& base) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < arrangement.handshakes.size(); ++i) {
    ratios.push_back(arrangement.handshakes[i] / base.handshakes[i]);
  }
  return Median(std::move(ratios));
}

void PrintTable(const std::vector<Arrangement>& arrangements) {
  std::printf("%-8s %-9s %7s | %9s %9s | %9s %9s %8s | %9s %7s\n", "backend", "keys", "a turn",
              "idle p50", "p99 us", "storm p50", "p99 us", "x idle", "handsh/s", "x loop");
  const Arrangement* base = nullptr;
  for (const Arrangement& one : arrangements) {
    // The first of a backend has its keys on the loop.
    if (base == nullptr || base->backend != one.backend) base = &one;
    const std::string keys =
        one.key_threads == 0 ? "loop" : std::to_string(one.key_threads) + " thread";
    std::printf("%-8s %-9s %7d | %9.0f %9.0f | %9.0f %9.0f %8.2f | %9.0f %7.2f\n",
                one.backend.c_str(), keys.c_str(), one.handshakes_per_turn,
                MedianOf(one.idle, &EchoTimes::median), MedianOf(one.idle, &EchoTimes::p99),
                MedianOf(one.storm, &EchoTimes::median), MedianOf(one.storm, &EchoTimes::p99),
                SlowDown(one), Median(one.handshakes), RateRatio(one, *base));
  }
}

std::vector<Arrangement> AllArrangements() {
  constexpr int kAll = 1000;
  std::vector<Arrangement> all;
  for (const char* backend : {"openssl", "gnutls"}) {
    for (const int threads : {0, 1}) {
      for (const int per_turn : {kAll, 1}) all.push_back({backend, threads, per_turn, {}, {}, {}});
    }
  }
  return all;
}

int Run(const Options& options) {
  std::vector<Arrangement> arrangements = AllArrangements();
  for (int round = 0; round < options.rounds; ++round) {
    for (Arrangement& arrangement : arrangements) {
      if (RunOnce(options, arrangement)) continue;
      return Fail("with " + arrangement.backend + " not all came through");
    }
  }
  std::printf("%d handshakes at once, %d messages/s, medians of %d rounds of %d ms each\n",
              options.crowd, options.rate, options.rounds, options.milliseconds);
  PrintTable(arrangements);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  tandem_examples::Flags flags(kAbout, kExitCodes);
  flags.AddText("serve", "PROGRAM", options.serve, "The server's program.");
  flags.AddText("cert", "FILE", options.cert, "The server's certificate, and its issuers.");
  flags.AddText("key", "FILE", options.key, "Its private key.");
  flags.AddText("ca", "FILE", options.ca, "Believe the certificates in this PEM file.");
  flags.AddText("name", "NAME", options.name, "The server's name. Default: server.test.");
  flags.AddNumber("crowd", 1, 1000, options.crowd, "Handshakes at once. Default: 32.");
  flags.AddNumber("rate", 1, 10'000, options.rate, "Messages per second. Default: 500.");
  flags.AddNumber("time", 10, 60'000, options.milliseconds,
                  "Milliseconds of each measurement. Default: 1000.");
  flags.AddNumber("rounds", 1, 100, options.rounds, "Turns of each arrangement. Default: 5.");
  flags.AddSwitch("everywhere", options.everywhere,
                  "Let the kernel choose processors: ratios are less stable then.");
  if (const auto complaint = flags.Parse({argv + 1, argv + argc})) {
    return Fail(*complaint + " (see --help)");
  }
  if (flags.wants_help()) {
    std::cout << flags.Help();
    return 0;
  }
  std::signal(SIGPIPE, SIG_IGN);  // A child that has failed does not listen any more.
  return Run(options);
}
