// Fetches a URL over HTTPS: the shortest honest client. Read it from main() downwards... which in
// C++ means from the bottom up; the order of work is
//
//     BuildConfig   whom to trust, who we are, what to speak
//     Connect       a non-blocking socket (net.h; no TLS in it)
//     Fetch         one session: send the request, read the response, part
//     Explain       what went wrong, whose fault it was, what to do
//
// It does badly: one request per run, HTTP/1.1 only, no redirects, no proxies, no cookies, and the
// name is looked up with a call that blocks.

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "examples/flags.h"
#include "examples/http.h"
#include "examples/net.h"
#include "examples/outcome.h"
#include "examples/tls_flags.h"
#include "tandem/config.h"
#include "tandem/session.h"
#include "tandem/stream_socket.h"

namespace {

using tandem::Error;
using tandem::ErrorKind;
using tandem::Result;
using tandem::Status;
using tandem_examples::CloseStyle;
using tandem_examples::Deadline;
using tandem_examples::ResponseReader;

using Clock = std::chrono::steady_clock;

using tandem_examples::ExitCodeFor;
using tandem_examples::kExitLocal;
using tandem_examples::kExitOk;
using tandem_examples::kExitUsage;

// The statuses of our own; the others are in examples/outcome.h.
constexpr int kExitHttpStatus = 10;
constexpr int kExitNotHttp = 11;

constexpr char kAbout[] = R"(usage: get [flags] https://host[:port]/path

Fetches a URL over HTTPS and writes the body to stdout.
)";

constexpr char kExitCodes[] = R"(Exit status:
   0  the body is complete
   1  it could not be written here
   2  usage: a flag, a file or the URL is wrong
   3  transport: no connection, or it broke
   4  untrusted: the server did not prove who it is
   5  incompatible: no common version, suite, group or protocol
   6  protocol: the server does not speak TLS, or not rightly
   7  peer_alert: the server gave up and said why
   8  truncated: the connection ended before the response did
   9  timed_out: the server was silent for too long
  10  http_status: the server answered, and not with 2xx
  11  not_http: what came through TLS is not a response
  12  unsupported: this backend cannot do what was asked for
  13  limit: the server asked for more than we allow
  14  internal: a defect in tandem or its library
)";

struct Options {
  tandem_examples::TlsOptions tls;
  tandem_examples::Url url;
  std::string output;
  std::string ca;
  std::string name;     // Instead of the URL's host, for SNI and verification.
  std::string connect;  // Instead of the URL's host and port, for the connection.
  bool danger_no_verify = false;
  int timeout = 30;
};

// What the user had better do about a failure of each kind.
std::string_view AdviceFor(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kMisuse: return "The mistake is on this side: look at the flags and the files.";
    case ErrorKind::kUnsupported: return "Ask for something else, or try the other --backend.";
    case ErrorKind::kUntrusted:
      return "Nothing was sent. If you know who runs the server, tell them; if its certificate is\n"
             "  of a private CA that you believe, pass it with --ca.";
    case ErrorKind::kIncompatible:
      return "Neither side is wrong. Try without --tls, --min, --max and --alpn; if that fails\n"
             "  too, the server is too old or too new for this program.";
    case ErrorKind::kProtocol:
      return "The fault is the server's, or of something between. Is the port right?";
    case ErrorKind::kPeerAlert:
      return "The server refused us. It may want a client certificate (--cert), another name\n"
             "  (--name) or another version (--tls).";
    case ErrorKind::kTruncated:
      return "What was written is not all, or cannot be known to be. Try again; if it happens\n"
             "  again, the server or something between cuts connections.";
    case ErrorKind::kTransport: return "Is the server up, the name right, and the network there?";
    case ErrorKind::kTimedOut: return "Try again later, or with a larger --timeout.";
    case ErrorKind::kLimit: return "The server misbehaves in a way that would exhaust us.";
    case ErrorKind::kInternal:
      return "This is a defect in tandem or its library: please report it.";
  }
  return "";
}

int Explain(const Error& error) {
  std::cerr << "get: " << error.ToString() << "\n  " << AdviceFor(error.kind) << "\n";
  return ExitCodeFor(error.kind);
}

int Complain(int code, std::string_view kind, const std::string& what) {
  std::cerr << "get: " << kind << ": " << what << "\n";
  return code;
}

// Where the body goes: stdout, or a file that is created when the first byte is there.
class Output {
 public:
  explicit Output(std::string path) : path_(std::move(path)) {}
  ~Output() { Finish(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Write(std::string_view piece) {
    if (!Open() || std::fwrite(piece.data(), 1, piece.size(), file_) == piece.size()) return;
    Fail();
  }

  // Creates the file even if nothing was written to it. Returns what failed, or nothing.
  std::optional<std::string> Finish() {
    if (Open() && std::fflush(file_) != 0) Fail();
    if (file_ != nullptr && file_ != stdout && std::fclose(file_) != 0) Fail();
    file_ = nullptr;
    finished_ = true;
    return failure_;
  }

  bool failed() const { return failure_.has_value(); }

 private:
  bool Open() {
    if (file_ != nullptr) return true;
    if (finished_ || failed()) return false;
    file_ = path_.empty() ? stdout : std::fopen(path_.c_str(), "wb");
    if (file_ == nullptr) Fail();
    return file_ != nullptr;
  }

  void Fail() {
    if (failed()) return;
    failure_ = (path_.empty() ? "stdout" : path_) + ": " + std::strerror(errno);
  }

  std::string path_;
  std::FILE* file_ = nullptr;
  bool finished_ = false;
  std::optional<std::string> failure_;
};

// One request and its response on one session.
class Fetch {
 public:
  Fetch(tandem::Session& session, int socket, const Options& options, Output& output)
      : session_(session),
        socket_(socket),
        options_(options),
        output_(output),
        reader_([&output](std::string_view piece) { output.Write(piece); }) {
    Touch();
  }

  // Returns an exit code.
  int Run() {
    if (auto error = Handshake()) return Explain(*error);
    if (options_.tls.verbose) {
      std::cerr << "get: "
                << tandem_examples::DescribeConnection(*options_.tls.backend, *session_.info())
                << "\n";
    }
    if (auto error = SendRequest()) return Explain(*error);
    // Half a close: we have said all that we will, and still listen.
    if (options_.tls.close == CloseStyle::kHalf) session_.Shutdown();
    if (auto error = ReadResponse()) return Explain(*error);
    Part();
    return Judge();
  }

 private:
  std::optional<Error> Handshake() {
    while (true) {
      const Status status = session_.Handshake();
      if (status == Status::kOk) return std::nullopt;
      if (auto error = Wait(status)) return error;
    }
  }

  std::optional<Error> SendRequest() {
    const tandem_examples::Url& url = options_.url;
    const std::string host = url.endpoint.port == "443" ? HostText() : EndpointText(url.endpoint);
    const std::string request = "GET " + url.target + " HTTP/1.1\r\nHost: " + host +
                                "\r\nUser-Agent: tandem-get\r\nAccept: */*\r\n"
                                "Connection: close\r\n\r\n";
    auto unsent = std::as_bytes(std::span(request));
    while (!unsent.empty()) {
      const auto [status, bytes, truncated] = session_.Write(unsent);
      unsent = unsent.subspan(bytes);
      if (status == Status::kOk) continue;
      if (auto error = Wait(status)) return error;
    }
    return std::nullopt;
  }

  std::string HostText() const {
    const std::string& host = options_.url.endpoint.host;
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
  }

  std::optional<Error> ReadResponse() {
    using State = ResponseReader::State;
    std::array<std::byte, 16384> buffer;
    while (reader_.state() != State::kDone && reader_.state() != State::kBroken) {
      if (output_.failed()) return std::nullopt;
      const auto [status, bytes, truncated] = session_.Read(buffer);
      if (status == Status::kOk) {
        reader_.Feed({reinterpret_cast<const char*>(buffer.data()), bytes});
        Touch();
        // Output that the socket did not take is sent by the calls that follow.
        if (bytes > 0) continue;
      }
      if (status == Status::kClosed) {
        // The server's close_notify ends a body that has no other end. Without it a connection
        // that was cut looks just the same, and Read() says kTruncated instead.
        if (reader_.state() == State::kToEnd) return std::nullopt;
        return Truncated();
      }
      if (auto error = Wait(status)) return error;
    }
    return std::nullopt;
  }

  Error Truncated() const {
    std::string what = "the server ended the connection in the middle of its response";
    if (reader_.promised().has_value()) {
      what += ", after " + std::to_string(reader_.received()) + " of " +
              std::to_string(*reader_.promised()) + " bytes";
    }
    return tandem::MakeError(ErrorKind::kTruncated, what);
  }

  // Says goodbye as we were told to. Nobody waits for the outcome: all that was to come has come.
  void Part() {
    if (options_.tls.close == CloseStyle::kAbrupt) return;
    session_.Shutdown();
    Touch();
    while (session_.Flush() == Status::kWantWrite) {
      if (Wait(Status::kWantWrite).has_value()) return;
    }
  }

  int Judge() {
    if (const auto failure = output_.Finish()) return Complain(kExitLocal, "local", *failure);
    if (reader_.state() == ResponseReader::State::kBroken) {
      return Complain(kExitNotHttp, "not_http",
                      "the server did not send an HTTP response: " + reader_.complaint());
    }
    if (reader_.status() >= 200 && reader_.status() < 300) return kExitOk;
    return Complain(kExitHttpStatus, "http_status",
                    "the server answered with status " + std::to_string(reader_.status()));
  }

  // Deals with any status that is not kOk: waits for what is missing, or returns why not.
  std::optional<Error> Wait(Status status) {
    if (status == Status::kError) return *session_.error();
    if (status == Status::kRefused) return *session_.refusal();
    if (tandem_examples::WaitFor(socket_, session_.interest(), give_up_)) return std::nullopt;
    // Let the session say it, if the deadline was its own.
    if (session_.HandleEvents() == Status::kError) return *session_.error();
    return tandem::MakeError(ErrorKind::kTimedOut,
                             "nothing came for " + std::to_string(options_.timeout) + " s");
  }

  void Touch() { give_up_ = Clock::now() + std::chrono::seconds(options_.timeout); }

  tandem::Session& session_;
  const int socket_;
  const Options& options_;
  Output& output_;
  ResponseReader reader_;
  Deadline give_up_;
};

Result<std::shared_ptr<const tandem::Config>> BuildConfig(const Options& options) {
  auto trust = tandem::Trust::System();
  if (options.danger_no_verify) trust = tandem::Trust::DangerNone();
  if (!options.ca.empty()) {
    auto roots = tandem::Trust::FromPemFile(options.ca);
    if (!roots.ok()) return roots.error();
    trust = *std::move(roots);
  }
  const tandem_examples::TlsOptions& tls = options.tls;
  auto builder = tandem::Config::ForClient(*tls.backend, std::move(trust));
  builder.Versions(tls.min, tls.max);
  builder.HandshakeTimeout(std::chrono::seconds(options.timeout));
  if (!tls.alpn.empty()) builder.Alpn(tls.alpn);
  if (!tls.cert.empty()) {
    auto identity = tandem_examples::LoadIdentity(*tls.backend, tls.cert, tls.key);
    if (!identity.ok()) return identity.error();
    builder.ClientIdentity(*std::move(identity));
  }
  return builder.Build();
}

int Run(const Options& options) {
  const auto config = BuildConfig(options);
  if (!config.ok()) return Explain(config.error());
  const tandem_examples::Endpoint& endpoint = options.url.endpoint;
  const auto server =
      tandem::ServerName::Parse(options.name.empty() ? endpoint.host : options.name);
  if (!server.ok()) return Explain(server.error());
  tandem_examples::Endpoint address = endpoint;
  if (!options.connect.empty()) {
    address = tandem_examples::ParseEndpoint(options.connect, endpoint.port).value_or(endpoint);
  }
  const Deadline deadline = Clock::now() + std::chrono::seconds(options.timeout);
  const auto socket = tandem_examples::Connect(address, deadline);
  if (!socket.ok()) return Explain(socket.error());

  tandem::StreamSocket transport(socket->number());
  auto session = tandem::Session::Client(*config, *server, transport);
  if (!session.ok()) return Explain(session.error());
  Output output(options.output);
  return Fetch(*session, socket->number(), options, output).Run();
}

void DeclareFlags(tandem_examples::Flags& flags, Options& options) {
  flags.AddText("output", "FILE", options.output, "Write the body there.");
  flags.AddShort('o', "output");
  flags.AddText("ca", "FILE", options.ca,
                "Believe the certificates in this PEM file, and no others.\n"
                "Default: those that this machine believes.");
  flags.AddSwitch("danger-no-verify", options.danger_no_verify,
                  "Believe anybody. A man in the middle is not noticed.");
  flags.AddText("name", "NAME", options.name,
                "Ask for NAME and verify NAME, whatever the URL says.");
  flags.AddValue("connect", "HOST:PORT", "Connect to there, whatever the URL says.",
                 [&options](std::string_view value) {
                   options.connect = value;
                   const bool good = tandem_examples::ParseEndpoint(value, "443").has_value();
                   return std::string(good ? "" : "is not HOST:PORT");
                 });
  flags.AddNumber("timeout", 1, 86400, options.timeout,
                  "Give up after N seconds of silence. Default: 30.");
  tandem_examples::AddTlsFlags(flags, options.tls,
                               "How to part. notify (default): say close_notify when all has\n"
                               "come. abrupt: say nothing. half: say it behind the request, and\n"
                               "read the response after it.");
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  tandem_examples::Flags flags(kAbout, kExitCodes);
  DeclareFlags(flags, options);
  if (const auto complaint = flags.Parse({argv + 1, argv + argc})) {
    return Complain(kExitUsage, "usage", *complaint + " (see --help)");
  }
  if (flags.wants_help()) {
    std::cout << flags.Help();
    return kExitOk;
  }
  if (flags.positional().size() != 1) {
    return Complain(kExitUsage, "usage", "give one URL (see --help)");
  }
  auto url = tandem_examples::ParseUrl(flags.positional().front());
  if (!url.has_value()) {
    return Complain(kExitUsage, "usage",
                    "'" + flags.positional().front() + "' is not https://host[:port]/path");
  }
  options.url = *std::move(url);
  return Run(options);
}
