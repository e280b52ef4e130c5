// Echoes datagrams over DTLS 1.2: the server, with --listen, and the client, with --connect.
//
//     main --> Serve   --> DtlsEchoServer (dtls_echo_server.h)   many peers on one socket
//         `--> Connect --> DtlsEchoClient (dtls_echo_client.h)   one session
//
// It does badly: one loop, keys are used on it, and the name is looked up with a call that blocks.

#include <sys/signalfd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "examples/dtls_echo_client.h"
#include "examples/dtls_echo_server.h"
#include "examples/dtls_echo_socket.h"
#include "examples/flags.h"
#include "examples/net.h"
#include "examples/outcome.h"
#include "examples/tls_flags.h"
#include "tandem/config.h"
#include "tandem/datagram_listener.h"
#include "tandem/datagram_socket.h"
#include "tandem/default_backend.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"
#include "tandem/server_name.h"
#include "tandem/session.h"
#include "tandem/trust.h"

namespace {

using tandem::Result;
using tandem_examples::Descriptor;
using tandem_examples::Endpoint;
using tandem_examples::Outcome;
using tandem_examples::OutcomeOf;

using ConfigPointer = std::shared_ptr<const tandem::Config>;

constexpr char kAbout[] = R"(usage: dtls_echo --listen=ADDRESS:PORT --cert=FILE [flags]
       dtls_echo --connect=ADDRESS:PORT [--name=NAME] [--ca=FILE] [flags]

With --listen, says every datagram back, over DTLS 1.2, to many peers on one UDP socket. Prints
`READY address:port` when it can be reached, and runs until SIGINT or SIGTERM. Name one address if
the machine has several: answers leave from the one that the kernel chooses.

With --connect, sends each line of stdin, with its end, as one datagram, and prints what comes back.
)";

constexpr char kExitCodes[] = R"(Exit status of the server: 0 after a signal, else as a client's.
   0  all lines came back
   1  local: something could not be read or written here
   2  usage: a flag or a file is wrong, or a line is too large for a datagram
   3  transport: nobody listens there, or there is no way
   4  untrusted: the server did not prove who it is
   5  incompatible: no common version, suite or group
   6  protocol: the server does not speak DTLS rightly
   7  alert: the server gave up and said why
   8  the server has closed before all had come back
   9  timed_out: the handshake was not done in time
  10  lost: not all lines came back
  12  unsupported: this backend cannot do what was asked for
  13  limit: the server asked for more than we allow
  14  internal: a defect in tandem or its library
)";

struct Options {
  const tandem::Backend* backend = &tandem::DefaultBackend();
  std::string listen;
  std::string connect;
  std::string cert;
  std::string key;
  std::string ca;
  std::string name;
  int max_peers = 1000;
  int idle = 60;
  int max_payload = 1200;
  int first_timeout = 1000;
  int handshake_timeout = 20;
  int wait = 3000;
  bool verbose = false;
};

Outcome UsageError(const std::string& what) {
  return {tandem_examples::kExitUsage, "usage: " + what + " (see --help)"};
}

// What both ends have in common.
Result<ConfigPointer> Build(tandem::Config::Builder builder, const Options& options) {
  tandem::DatagramRules rules;
  rules.max_payload = static_cast<std::size_t>(options.max_payload);
  rules.first_timeout = std::chrono::milliseconds(options.first_timeout);
  builder.Datagrams(rules);
  builder.HandshakeTimeout(std::chrono::seconds(options.handshake_timeout));
  return builder.Build();
}

Result<std::shared_ptr<const tandem::Identity>> OurIdentity(const Options& options) {
  return tandem_examples::LoadIdentity(*options.backend, options.cert, options.key);
}

// --- Server --------------------------------------------------------------------------------------

Result<ConfigPointer> ServerConfig(const Options& options) {
  auto identity = OurIdentity(options);
  if (!identity.ok()) return identity.error();
  return Build(tandem::Config::ForServer(*options.backend, *std::move(identity)), options);
}

// Signals as something to read: a handler could only set a flag, and the loop could miss it.
Descriptor TakeSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

Outcome Serve(const Options& options, const Endpoint& endpoint) {
  if (options.cert.empty()) return UsageError("a server needs --cert");
  const Descriptor signals = TakeSignals();
  auto config = ServerConfig(options);
  if (!config.ok()) return OutcomeOf(config.error());
  auto listener = tandem::DatagramListener::Make(*options.backend);
  if (!listener.ok()) return OutcomeOf(listener.error());
  auto socket = tandem_examples::BindDatagrams(endpoint);
  if (!socket.ok()) return OutcomeOf(socket.error());
  std::cout << "READY " << EndpointText(tandem_examples::LocalEndpoint(socket->number()))
            << std::endl;
  tandem_examples::DtlsEchoServer server(
      *std::move(socket), *std::move(listener),
      {*std::move(config), static_cast<std::size_t>(options.max_peers),
       std::chrono::seconds(options.idle), options.verbose});
  const auto failure = server.Run(signals);
  if (options.verbose) std::cerr << "dtls_echo: " << server.Summary() << "\n";
  if (failure.has_value()) return {tandem_examples::kExitLocal, *failure};
  return {};
}

// --- Client --------------------------------------------------------------------------------------

Result<ConfigPointer> ClientConfig(const Options& options) {
  auto trust = options.ca.empty() ? Result<tandem::Trust>(tandem::Trust::System())
                                  : tandem::Trust::FromPemFile(options.ca);
  if (!trust.ok()) return trust.error();
  auto builder = tandem::Config::ForClient(*options.backend, *std::move(trust));
  if (!options.cert.empty()) {
    auto identity = OurIdentity(options);
    if (!identity.ok()) return identity.error();
    builder.ClientIdentity(*std::move(identity));
  }
  return Build(std::move(builder), options);
}

Outcome Connect(const Options& options, const Endpoint& endpoint) {
  auto config = ClientConfig(options);
  if (!config.ok()) return OutcomeOf(config.error());
  const auto name = tandem::ServerName::Parse(options.name.empty() ? endpoint.host : options.name);
  if (!name.ok()) return OutcomeOf(name.error());
  const auto socket = tandem_examples::ConnectDatagrams(endpoint);
  if (!socket.ok()) return OutcomeOf(socket.error());
  tandem::DatagramSocket transport(socket->number());
  auto session = tandem::Session::Client(*config, *name, transport);
  if (!session.ok()) return OutcomeOf(session.error());
  tandem_examples::DtlsEchoClient client(*session, socket->number(),
                                         std::chrono::milliseconds(options.wait), options.verbose);
  Outcome outcome = client.Run();
  if (options.verbose && session->error() != nullptr) {
    std::cerr << "dtls_echo: " << session->error()->ToString() << "\n";
  }
  return outcome;
}

// --- Flags ---------------------------------------------------------------------------------------

void DeclareFlags(tandem_examples::Flags& flags, Options& options) {
  flags.AddText("listen", "ADDRESS:PORT", options.listen,
                "Be a server there; port 0 takes a free one.");
  flags.AddText("connect", "ADDRESS:PORT", options.connect, "Be a client of the server there.");
  flags.AddChoice<const tandem::Backend*>(
      "backend", {{"openssl", &tandem::OpenSsl()}, {"gnutls", &tandem::GnuTls()}}, options.backend,
      "Which library speaks DTLS. Default: " + std::string(options.backend->name()) + ".");
  flags.AddText("cert", "FILE", options.cert, "Our certificate, then its intermediates, in PEM.");
  flags.AddText("key", "FILE", options.key,
                "The private key of --cert, in PEM. Default: it is in the same file.");
  flags.AddText("ca", "FILE", options.ca,
                "Believe the certificates in this PEM file, and no others.\n"
                "Default: those that this machine believes.");
  flags.AddText("name", "NAME", options.name,
                "Ask for NAME and verify NAME. Default: the address.");
  flags.AddSwitch("verbose", options.verbose, "Report the facts of connections on stderr.");
}

void DeclareLimitFlags(tandem_examples::Flags& flags, Options& options) {
  flags.AddNumber("max-peers", 1, 1'000'000, options.max_peers,
                  "Peers at once; others are not answered. Default: 1000.");
  flags.AddNumber("idle", 1, 86400, options.idle,
                  "Part from a peer after N seconds of silence. Default: 60.");
  flags.AddNumber("max-payload", 256, 65507, options.max_payload,
                  "Bytes of UDP payload that no datagram of ours exceeds.\nDefault: 1200.");
  flags.AddNumber("first-timeout", 50, 60000, options.first_timeout,
                  "Milliseconds until an unanswered flight is sent again. It\n"
                  "doubles each time. Default: 1000.");
  flags.AddNumber("handshake-timeout", 1, 86400, options.handshake_timeout,
                  "Give up a handshake after N seconds. Default: 20.");
  flags.AddNumber("wait", 1, 86'400'000, options.wait,
                  "Take for lost what has not come back after N milliseconds\n"
                  "in which nothing came. Default: 3000.");
}

Outcome Run(const Options& options) {
  if (options.listen.empty() == options.connect.empty()) {
    return UsageError("give either --listen or --connect");
  }
  const bool listens = !options.listen.empty();
  const std::string& where = listens ? options.listen : options.connect;
  const auto endpoint = tandem_examples::ParseEndpoint(where);
  if (!endpoint.has_value()) return UsageError("'" + where + "' is not ADDRESS:PORT");
  return listens ? Serve(options, *endpoint) : Connect(options, *endpoint);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  tandem_examples::Flags flags(kAbout, kExitCodes);
  DeclareFlags(flags, options);
  DeclareLimitFlags(flags, options);
  Outcome outcome;
  if (const auto complaint = flags.Parse({argv + 1, argv + argc})) {
    outcome = UsageError(*complaint);
  } else if (flags.wants_help()) {
    std::cout << flags.Help();
  } else if (!flags.positional().empty()) {
    outcome = UsageError("what is '" + flags.positional().front() + "'?");
  } else {
    outcome = Run(options);
  }
  if (outcome.code != tandem_examples::kExitOk) {
    std::cerr << "dtls_echo: " << outcome.text << "\n";
  }
  return outcome.code;
}
