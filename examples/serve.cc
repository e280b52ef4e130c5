// Serves files over HTTPS, or says everything back (--echo), to many clients on one thread.
//
//     main --> ServerLoop (server_loop.h)   who has a turn, and when
//                 `--> Client (client.h)    one session and its end
//                         `--> Dialogue     what is said inside: FileDialogue, EchoDialogue
//
// Private keys are used on the loop, a few per round, or on threads of their own (--key-threads):
// then the loop only waits for them, by the one descriptor of its Runtime.
//
// It does badly: one loop; files are read on it in bounded pieces; no logs, no limits per address,
// no privileges to drop.

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "examples/client.h"
#include "examples/dialogue.h"
#include "examples/file_dialogue.h"
#include "examples/flags.h"
#include "examples/net.h"
#include "examples/server_loop.h"
#include "examples/tls_flags.h"
#include "tandem/config.h"
#include "tandem/engine/runtime.h"
#include "tandem/engine/thread_pool.h"
#include "tandem/identity.h"
#include "tandem/identity_store.h"

namespace {

using tandem::ClientCertificate;
using tandem::Result;
using tandem_examples::Descriptor;

using Entries = std::vector<tandem::IdentityEntry>;
using Keys = std::shared_ptr<tandem::engine::ThreadPool>;  // Null: keys are used on the loop.

constexpr char kAbout[] = R"(usage: serve --cert=FILE [--key=FILE] [--root=DIR | --echo] [flags]

Serves the files below DIR over HTTPS, or says everything back over TLS. Prints `READY host:port`
when it can be reached, and runs until SIGINT or SIGTERM. SIGHUP has it read its certificates
anew: who is connected stays, who comes sees the new ones; files that are wrong change nothing.
)";

constexpr char kExitCodes[] =
    R"(Exit status: 0 after a signal, 1 if it could not serve, 2 if a flag is wrong.
)";

// A server's further certificate: for clients that ask for `name`, or for a name in it.
struct Also {
  std::string name;
  std::string cert;
  std::string key;
};

struct Options {
  tandem_examples::TlsOptions tls;
  tandem_examples::LoopRules loop;
  tandem_examples::Endpoint listen{"127.0.0.1", "4433"};
  std::vector<Also> also;
  std::string client_ca;
  ClientCertificate client_cert = ClientCertificate::kNone;
  bool client_cert_given = false;
  std::string root = ".";
  bool echo = false;
  bool until_close = false;
  int key_threads = 0;
  int max_clients = 10'000;
  int idle_timeout = 60;
  int handshake_timeout = 20;
};

int Fail(int status, const std::string& what) {
  std::cerr << "serve: " << what << "\n";
  return status;
}

Keys StartKeys(const Options& options) {
  if (options.key_threads == 0) return nullptr;
  tandem::engine::ThreadPool::Options pool;
  pool.threads = static_cast<std::size_t>(options.key_threads);
  return std::make_shared<tandem::engine::ThreadPool>(pool);
}

Result<std::shared_ptr<const tandem::Identity>> Load(const Options& options, const Keys& keys,
                                                     const std::string& cert,
                                                     const std::string& key) {
  auto identity = tandem_examples::LoadIdentity(*options.tls.backend, cert, key);
  if (!identity.ok() || keys == nullptr) return identity;
  return tandem::Identity::OnEngine(*identity, keys);
}

// The first serves all that no other is for.
Result<Entries> LoadEntries(const Options& options, const Keys& keys) {
  auto first = Load(options, keys, options.tls.cert, options.tls.key);
  if (!first.ok()) return first.error();
  Entries entries{{*std::move(first)}};
  for (const Also& also : options.also) {
    auto identity = Load(options, keys, also.cert, also.key);
    if (!identity.ok()) return identity.error();
    entries.push_back({*std::move(identity)});
    if (!also.name.empty()) entries.back().names = {also.name};
  }
  return entries;
}

Result<std::shared_ptr<const tandem::Config>> BuildConfig(const Options& options,
                                                          tandem::IdentityStore& store) {
  const tandem_examples::TlsOptions& tls = options.tls;
  auto builder = tandem::Config::ForServer(*tls.backend, store.Chooser());
  builder.Versions(tls.min, tls.max);
  builder.HandshakeTimeout(std::chrono::seconds(options.handshake_timeout));
  if (!tls.alpn.empty()) {
    builder.Alpn(tls.alpn);
  } else if (!options.echo) {
    builder.Alpn({"http/1.1"});
  }
  if (!options.client_ca.empty()) {
    auto trust = tandem::Trust::FromPemFile(options.client_ca);
    if (!trust.ok()) return trust.error();
    // Whoever names a CA for clients wants to see their certificates.
    const auto mode =
        options.client_cert_given ? options.client_cert : ClientCertificate::kRequired;
    builder.ClientCertificates(mode, *std::move(trust));
  }
  return builder.Build();
}

// Signals as something to read: a handler could only set a flag, and the loop could
// miss it between looking at the flag and going to sleep.
Descriptor TakeSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Does what the signals that have come ask for. False: to stop.
bool HandleSignals(const Descriptor& signals, const Options& options, const Keys& keys,
                   tandem::IdentityStore& store) {
  signalfd_siginfo signal{};
  while (::read(signals.number(), &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo != SIGHUP) return false;
    auto entries = LoadEntries(options, keys);
    if (entries.ok()) {
      store.Replace(*std::move(entries));
      std::cerr << "serve: certificates read anew\n";
    } else {
      std::cerr << "serve: the old certificates stay: " << entries.error().ToString() << "\n";
    }
  }
  return true;
}

// Descriptors that are no client's: stdin and its like, the listener, the folder, epoll, the
// signals, the Runtime's.
constexpr rlim_t kOurOwn = 16;

// Returns how many clients there are descriptors for. The usual limit of 1024 is from another
// century, so it is raised as far as it goes.
std::size_t RoomForClients(bool with_files) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  // A client takes a socket, and a file: one that is let in must not find that there is no
  // descriptor for the file.
  const rlim_t room = limit.rlim_cur - std::min(limit.rlim_cur, kOurOwn);
  return std::max<std::size_t>(1, with_files ? room / 2 : room);
}

int Serve(const Options& options) {
  const Descriptor signals = TakeSignals();  // Threads inherit what is blocked.
  const Keys keys = StartKeys(options);
  auto entries = LoadEntries(options, keys);
  if (!entries.ok()) return Fail(1, entries.error().ToString());
  const auto store = tandem::IdentityStore::Make(*std::move(entries));
  auto config = BuildConfig(options, *store);
  if (!config.ok()) return Fail(1, config.error().ToString());
  std::optional<tandem_examples::FileTree> files;
  if (!options.echo) {
    auto opened = tandem_examples::FileTree::Open(options.root);
    if (!opened.ok()) return Fail(1, opened.error().ToString());
    files.emplace(*std::move(opened));
  }
  const tandem_examples::FileRules file_rules{options.until_close};
  const auto make_dialogue = [&]() -> std::unique_ptr<tandem_examples::Dialogue> {
    if (options.echo) return std::make_unique<tandem_examples::EchoDialogue>();
    return std::make_unique<tandem_examples::FileDialogue>(*files, file_rules);
  };
  tandem::engine::Runtime runtime;
  const tandem_examples::ClientRules client_rules{
      *std::move(config), options.tls.close, std::chrono::seconds(options.idle_timeout), &runtime};

  tandem_examples::LoopRules loop_rules = options.loop;
  loop_rules.max_clients =
      std::min(static_cast<std::size_t>(options.max_clients), RoomForClients(files.has_value()));
  auto listener = tandem_examples::Listen(options.listen);
  if (!listener.ok()) return Fail(1, listener.error().ToString());
  std::cout << "READY " << EndpointText(tandem_examples::LocalEndpoint(listener->number()))
            << std::endl;

  tandem_examples::ServerLoop loop(*std::move(listener), loop_rules, client_rules, make_dialogue);
  const auto failure =
      loop.Run(signals, [&] { return HandleSignals(signals, options, keys, *store); });
  const std::size_t elsewhere = keys == nullptr ? 0 : keys->counters().completed;
  if (options.tls.verbose) {
    std::cerr << "serve: " << loop.Summary() << " keys_used_elsewhere=" << elsewhere << "\n";
  }
  return failure.has_value() ? Fail(1, *failure) : 0;
}

void DeclareServerFlags(tandem_examples::Flags& flags, Options& options) {
  flags.AddValue("listen", "HOST:PORT",
                 "Where to listen; port 0 takes a free one.\n"
                 "Default: 127.0.0.1:4433.",
                 [&options](std::string_view value) {
                   auto endpoint = tandem_examples::ParseEndpoint(value);
                   if (!endpoint.has_value()) return std::string("is not HOST:PORT");
                   options.listen = *std::move(endpoint);
                   return std::string();
                 });
  flags.AddText("root", "DIR", options.root, "Serve the files below DIR. Default: this folder.");
  flags.AddSwitch("echo", options.echo, "Speak no HTTP: say everything back.");
  flags.AddSwitch("until-close", options.until_close,
                  "Leave out Content-Length: responses end with the connection.");
  flags.AddValue("also", "[NAME,]CERT,KEY",
                 "Show another certificate to who asks for NAME, or for a name\n"
                 "that is in it. Of several that fit, the first whose key the\n"
                 "client can verify is shown.",
                 [&options](std::string_view value) {
                   auto parts = tandem_examples::SplitList(value);
                   if (parts.size() == 2) parts.insert(parts.begin(), std::string());
                   if (parts.size() != 3) return std::string("is not [NAME,]CERT,KEY");
                   options.also.push_back({parts[0], parts[1], parts[2]});
                   return std::string();
                 });
  flags.AddText("client-ca", "FILE", options.client_ca,
                "Ask clients for a certificate of a CA in this PEM file.");
  flags.AddValue("client-cert", "none|optional|required",
                 "Serve clients without one? Default with --client-ca: required.",
                 [&options](std::string_view value) {
                   options.client_cert_given = true;
                   if (value == "none") options.client_cert = ClientCertificate::kNone;
                   if (value == "optional") options.client_cert = ClientCertificate::kOptional;
                   if (value == "required") options.client_cert = ClientCertificate::kRequired;
                   const bool good = value == "none" || value == "optional" || value == "required";
                   return std::string(good ? "" : "is not one of none|optional|required");
                 });
}

void DeclareLimitFlags(tandem_examples::Flags& flags, Options& options) {
  flags.AddNumber("max-clients", 1, 1'000'000, options.max_clients,
                  "Clients at once; the others wait. Default: 10000, or what there\n"
                  "are descriptors for (ulimit -n).");
  flags.AddNumber("handshakes-per-turn", 1, 1000, options.loop.handshakes_per_turn,
                  "Steps of handshakes per round of the loop. Default: 4. More\n"
                  "make a crowd of new clients quicker and all others slower:\n"
                  "each step may sign, which takes up to some milliseconds.");
  flags.AddNumber("key-threads", 0, 64, options.key_threads,
                  "Use private keys on N threads of lower priority, while the loop\n"
                  "goes on. Default: 0, on the loop.");
  flags.AddNumber("idle-timeout", 1, 86400, options.idle_timeout,
                  "Part from a client after N seconds of silence. Default: 60.");
  flags.AddNumber("handshake-timeout", 1, 86400, options.handshake_timeout,
                  "Give up a handshake after N seconds. Default: 20.");
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  tandem_examples::Flags flags(kAbout, kExitCodes);
  DeclareServerFlags(flags, options);
  DeclareLimitFlags(flags, options);
  tandem_examples::AddTlsFlags(flags, options.tls,
                               "How to part. notify (default): say close_notify, then close.\n"
                               "abrupt: close without a word. half: say close_notify and wait\n"
                               "for the client's.");
  if (const auto complaint = flags.Parse({argv + 1, argv + argc})) {
    return Fail(2, *complaint + " (see --help)");
  }
  if (flags.wants_help()) {
    std::cout << flags.Help();
    return 0;
  }
  if (!flags.positional().empty()) {
    return Fail(2, "what is '" + flags.positional().front() + "'? (see --help)");
  }
  if (options.tls.cert.empty()) return Fail(2, "a server needs --cert (see --help)");
  const bool asks = options.client_cert_given && options.client_cert != ClientCertificate::kNone;
  if (asks && options.client_ca.empty()) return Fail(2, "--client-cert needs --client-ca");
  options.loop.verbose = options.tls.verbose;
  return Serve(options);
}
