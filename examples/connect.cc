// Connects with TLS, shows the facts, and carries stdin and stdout: for people who want to know
// what a server does, and for scripts. After `openssl s_client` and `gnutls-cli`, with either
// library or with both side by side.
//
//     ConnectOptions   flags, and the Config that comes of them (connect_options.h)
//     Visit            one connection: socket, STARTTLS (starttls.h), handshake
//     Facts            what is known of it (facts.h)
//     Pump             stdin and stdout (pump.h)
//     Outcome          the last line, and the exit status (outcome.h)
//
// It does badly: no proxies, no resumption, no renegotiation, no key update by hand, and the name
// is looked up with a call that blocks.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "examples/connect_options.h"
#include "examples/facts.h"
#include "examples/flags.h"
#include "examples/net.h"
#include "examples/outcome.h"
#include "examples/pump.h"
#include "examples/starttls.h"
#include "tandem/config.h"
#include "tandem/session.h"
#include "tandem/stream_socket.h"

namespace {

using tandem::Error;
using tandem::ErrorKind;
using tandem::Status;
using tandem_examples::BeginTls;
using tandem_examples::Connect;
using tandem_examples::ConnectOptions;
using tandem_examples::Deadline;
using tandem_examples::DescribeChain;
using tandem_examples::DescribeError;
using tandem_examples::DescribeSession;
using tandem_examples::Descriptor;
using tandem_examples::Endpoint;
using tandem_examples::Fact;
using tandem_examples::FactLines;
using tandem_examples::Facts;
using tandem_examples::Flags;
using tandem_examples::kExitLocal;
using tandem_examples::kExitOk;
using tandem_examples::kExitUsage;
using tandem_examples::LibraryText;
using tandem_examples::Outcome;
using tandem_examples::OutcomeOf;
using tandem_examples::ParseEndpoint;
using tandem_examples::PeerEndpoint;
using tandem_examples::PlainProtocol;
using tandem_examples::Pump;
using tandem_examples::PumpRules;
using tandem_examples::WaitFor;

using Clock = std::chrono::steady_clock;

// The status of our own; the others are in examples/outcome.h.
constexpr int kExitDiffer = 10;

// How long a server may think about our certificate when it is the last thing that we want to know.
constexpr std::chrono::seconds kPartingTime{2};

constexpr char kAbout[] = R"(usage: connect [flags] HOST[:PORT]

Connects to HOST with TLS. Prints the facts of the connection and of the server's certificates on
stderr, one "key: value" each; carries stdin to the server, and what the server says to stdout; and
ends with one line on stderr, "connect: " and the word of the exit status. Default port: 443.
)";

constexpr char kExitCodes[] = R"(Exit status, and the word that the last line begins with:
   0  clean         both sides said that it was over; with --facts: it was seen
   1  local         stdin could not be read or stdout not be written
   2  usage         a flag is wrong; or misuse: a file is, or flags contradict each other
   3  transport     no connection, or it broke
   4  untrusted     the server did not prove who it is
   5  incompatible  no common version, suite, group or protocol; no STARTTLS
   6  protocol      the server does not speak TLS (or SMTP, IMAP), or not rightly
   7  alert         the server gave up and said why: "alert NUMBER NAME"
   8  truncated     the connection ended without close_notify: bytes may be missing
   9  timed out     the server was silent for too long
  10  differ        --backend=both: the two libraries do not say the same
  12  unsupported   this backend cannot do what was asked for
  13  limit         the server asked for more than we allow
  14  internal      a defect in tandem or its library
)";

// One connection to the server, with one library.
class Visit {
 public:
  Visit(const ConnectOptions& options, const tandem::Backend& backend)
      : options_(options), backend_(backend) {}

  // Connects to `endpoint`, the server or an address of it. False: it failed; outcome() says why.
  bool Begin(const Endpoint& endpoint) {
    error_ = Open(endpoint);
    if (!error_.has_value()) error_ = Handshake();
    return !error_.has_value();
  }

  // Leaves after the handshake. With TLS 1.3 a client is done before the server has looked at its
  // certificate: what the server thinks of it is waited for.
  void Part() {
    session_->Shutdown();
    const Deadline deadline = Clock::now() + std::min(kPartingTime, Timeout());
    std::array<std::byte, 4096> unwanted;
    while (!Accepted()) {
      const auto result = session_->Read(unwanted);
      if (result.status == Status::kClosed) return;
      if (result.status == Status::kError) {
        // Whether it says goodbye to somebody who has gone is its own affair.
        if (session_->error()->kind == ErrorKind::kPeerAlert) error_ = *session_->error();
        return;
      }
      if (!WaitFor(socket_.number(), session_->interest(), deadline)) return;
    }
  }

  // Carries stdin and stdout until it is over.
  Outcome Carry() {
    PumpRules rules;
    rules.close = options_.tls.close;
    rules.patience = Timeout();
    const auto end = Pump(*session_, socket_.number(), rules).Run();
    if (options_.tls.verbose) {
      std::cerr << "sent: " << end.sent << " bytes\nreceived: " << end.received << " bytes\n";
    }
    if (!end.local.empty()) return {kExitLocal, "local: " + end.local};
    if (!end.error.has_value()) return {};
    std::cerr << FactLines(DescribeError(*end.error));
    return OutcomeOf(*end.error);
  }

  // What is known so far.
  Facts Describe() const {
    Facts facts;
    if (address_.has_value()) facts.push_back({"address", EndpointText(*address_)});
    if (session_.has_value() && session_->info() != nullptr) {
      Append(facts, DescribeSession(backend_, *session_, options_.tls.verbose));
      facts.push_back({"verdict", VerdictText()});
    }
    if (error_.has_value()) Append(facts, DescribeError(*error_));
    if (session_.has_value()) {
      Append(facts, DescribeChain(backend_, session_->refused_chain(), "unproved certificate"));
    }
    return facts;
  }

  // Where it went; nothing if nobody answered.
  const std::optional<Endpoint>& address() const { return address_; }

  Outcome outcome() const { return error_.has_value() ? OutcomeOf(*error_) : Outcome(); }

 private:
  std::optional<Error> Open(const Endpoint& endpoint) {
    const auto config = BuildClientConfig(options_, backend_);
    if (!config.ok()) return config.error();
    const auto name =
        tandem::ServerName::Parse(options_.name.empty() ? options_.server.host : options_.name);
    if (!name.ok()) return name.error();
    const Deadline deadline = Clock::now() + Timeout();
    auto socket = Connect(endpoint, deadline);
    if (!socket.ok()) return socket.error();
    socket_ = *std::move(socket);
    // Now: a connection that has been reset has no address.
    address_ = PeerEndpoint(socket_.number());
    auto error = BeginTls(options_.starttls, socket_.number(), deadline);
    if (error.has_value()) return error;
    transport_.emplace(socket_.number());
    auto session = tandem::Session::Client(*config, *name, *transport_);
    if (!session.ok()) return session.error();
    session_.emplace(*std::move(session));
    return std::nullopt;
  }

  std::optional<Error> Handshake() {
    while (true) {
      const Status status = session_->Handshake();
      if (status == Status::kOk) return std::nullopt;
      if (status == Status::kError) return *session_->error();
      // When the deadline passes, the next call says so: it is the session's own.
      WaitFor(socket_.number(), session_->interest(), *session_->event_timeout());
    }
  }

  bool Accepted() {
    bool accepted = false;
    while (const auto event = session_->NextEvent()) {
      accepted = accepted || event->type == tandem::Event::Type::kPeerAccepted;
    }
    return accepted;
  }

  std::string VerdictText() const {
    if (options_.danger_no_verify) return "not looked at";
    return options_.pins_only ? "trusted by its pin" : "trusted";
  }

  static void Append(Facts& facts, Facts more) {
    for (Fact& fact : more) facts.push_back(std::move(fact));
  }

  std::chrono::seconds Timeout() const { return std::chrono::seconds(options_.timeout); }

  const ConnectOptions& options_;
  const tandem::Backend& backend_;
  Descriptor socket_;
  std::optional<Endpoint> address_;
  std::optional<tandem::StreamSocket> transport_;
  std::optional<tandem::Session> session_;
  std::optional<Error> error_;
};

Outcome RunOne(const ConnectOptions& options) {
  const tandem::Backend& backend = *options.backends.front();
  std::cerr << FactLines({{"backend", LibraryText(backend)}});
  Visit visit(options, backend);
  const bool begun = visit.Begin(options.server);
  if (begun && options.facts_only) visit.Part();
  std::cerr << FactLines(visit.Describe());
  if (!begun || options.facts_only) return visit.outcome();
  return visit.Carry();
}

Outcome RunBoth(const ConnectOptions& options) {
  // A name may have several addresses, and another server behind each: the second library goes
  // where the first one went.
  Endpoint endpoint = options.server;
  std::array<Facts, 2> facts;
  Outcome outcome;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    Visit visit(options, *options.backends[i]);
    if (visit.Begin(endpoint)) visit.Part();
    endpoint = visit.address().value_or(endpoint);
    facts[i] = visit.Describe();
    outcome = visit.outcome();
  }
  const auto comparison = Compare(LibraryText(*options.backends[0]), facts[0],
                                  LibraryText(*options.backends[1]), facts[1]);
  std::cerr << comparison.text;
  if (comparison.different.empty()) return outcome;
  std::string keys;
  for (const std::string& key : comparison.different) keys += (keys.empty() ? "" : ", ") + key;
  return {kExitDiffer, "differ: " + keys};
}

Outcome Describe(const ConnectOptions& options) {
  for (const tandem::Backend* backend : options.backends) {
    const auto config = BuildClientConfig(options, *backend);
    if (!config.ok()) return OutcomeOf(config.error());
    if (backend != options.backends.front()) std::cout << "\n";
    std::cout << (*config)->Describe();
  }
  return {};
}

// A descriptor that was closed by who started us would be given to the next file or socket that is
// opened, and what is meant for stdout would go there.
void OpenStandardDescriptors() {
  int descriptor = 0;
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) {
    descriptor = ::open("/dev/null", O_RDWR);
  }
  if (descriptor > STDERR_FILENO) ::close(descriptor);
}

std::string_view DefaultPort(PlainProtocol protocol) {
  switch (protocol) {
    case PlainProtocol::kNone: return "443";
    case PlainProtocol::kSmtp: return "25";
    case PlainProtocol::kImap: return "143";
  }
  return "443";
}

// Returns a complaint, or nothing.
std::optional<std::string> TakeServer(const std::vector<std::string>& positional,
                                      ConnectOptions& options) {
  if (positional.empty() && options.describe) return std::nullopt;
  if (positional.size() != 1) return "give one HOST[:PORT]";
  const std::string& text = positional.front();
  auto server = ParseEndpoint(text, DefaultPort(options.starttls));
  if (!server.has_value()) return "'" + text + "' is not HOST[:PORT]";
  options.server = *std::move(server);
  return std::nullopt;
}

int End(const Outcome& outcome) {
  std::cout << std::flush;
  std::cerr << "connect: " << outcome.text << "\n";
  return outcome.code;
}

int Complain(const std::string& complaint) {
  return End({kExitUsage, "usage: " + complaint + " (see --help)"});
}

}  // namespace

int main(int argc, char** argv) {
  OpenStandardDescriptors();
  // A reader of stdout that has gone is an error of write(2), not the end of us.
  std::signal(SIGPIPE, SIG_IGN);
  ConnectOptions options;
  Flags flags(kAbout, kExitCodes);
  AddConnectFlags(flags, options);
  if (const auto complaint = flags.Parse({argv + 1, argv + argc})) return Complain(*complaint);
  if (flags.wants_help()) {
    std::cout << flags.Help();
    return kExitOk;
  }
  if (const auto complaint = TakeServer(flags.positional(), options)) return Complain(*complaint);
  if (const auto complaint = Contradiction(options)) return Complain(*complaint);
  if (options.describe) return End(Describe(options));
  return End(options.backends.size() > 1 ? RunBoth(options) : RunOne(options));
}
