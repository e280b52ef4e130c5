#include "conformance/suite/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "conformance/suite/result_message.h"

namespace tandem::conformance {
namespace {

// What a worker prints is kept up to this: more than any sanitizer's report.
constexpr std::size_t kPrintedLimit = std::size_t{256} * 1024;

// Read at once of one worker; a pipe and a socket hold less.
constexpr std::size_t kDrainLimit = std::size_t{1024} * 1024;

// A longer answer is garbage: a dozen failures take some kilobytes.
constexpr std::uint64_t kAnswerLimit = std::uint64_t{64} * 1024 * 1024;

// Lines that a report shows of what a worker printed last, and of a sanitizer's report.
constexpr int kLastLines = 20;
constexpr int kReportLines = 60;

bool SendAll(int channel, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(channel, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string NumberBytes(std::uint64_t number) {
  std::string bytes(sizeof(number), '\0');
  std::memcpy(bytes.data(), &number, sizeof(number));
  return bytes;
}

bool ReceiveNumber(int channel, std::uint64_t& number) {
  std::array<char, sizeof(number)> bytes{};
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(channel, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  std::memcpy(&number, bytes.data(), bytes.size());
  return true;
}

// Is all that the child does. It ends through exit(), where LeakSanitizer waits. What a run throws
// must not reach a handler of the parent's, which would go on with the parent's work.
[[noreturn]] void Serve(int channel, const Worker::Perform& perform) noexcept {
  std::uint64_t place = 0;
  while (ReceiveNumber(channel, place)) {
    const std::string answer = Pack(perform(static_cast<std::size_t>(place)));
    // What was printed must be there before the answer, or it would be taken for the next run's.
    std::fflush(nullptr);
    if (!SendAll(channel, NumberBytes(answer.size()) + answer)) break;
  }
  std::exit(EXIT_SUCCESS);
}

// A group of its own, so that ^C reaches the parent alone, which then ends the whole group; and no
// longer life than the parent's, however that ends.
void LeaveHome(pid_t parent, int output) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(EXIT_FAILURE);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Appends what can be read now; closes `from` at its end.
void Drain(Descriptor& from, std::string& to) {
  std::array<char, 16384> bytes;
  // One that prints without end must not keep us here.
  for (std::size_t had = to.size(); from.number() >= 0 && to.size() - had < kDrainLimit;) {
    const ssize_t got = ::read(from.number(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0) return from.Close();
    to.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

std::size_t BeginOfLastLines(std::string_view text, int lines) {
  std::size_t begin = text.size();
  if (begin > 0 && text.back() == '\n') --begin;
  while (begin > 0) {
    if (text[begin - 1] == '\n' && --lines == 0) break;
    --begin;
  }
  return begin;
}

std::string_view FirstLines(std::string_view text, int lines) {
  std::size_t end = 0;
  while (lines-- > 0 && end < text.size()) {
    const std::size_t line_end = text.find('\n', end);
    end = line_end == text.npos ? text.size() : line_end + 1;
  }
  return text.substr(0, end);
}

}  // namespace

std::unique_ptr<Worker> Worker::Start(const Perform& perform,
                                      std::span<const std::unique_ptr<Worker>> others) {
  std::array<int, 2> channel{};
  std::array<int, 2> output{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel.data()) != 0) return nullptr;
  Descriptor ours(channel[0]);
  Descriptor theirs(channel[1]);
  if (::pipe2(output.data(), O_CLOEXEC) != 0) return nullptr;
  Descriptor output_end(output[0]);
  Descriptor output_begin(output[1]);
  // What lies in a buffer would be printed by both.
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t process = ::fork();
  if (process < 0) return nullptr;
  if (process == 0) {
    // A copy of ours would keep a dismissed neighbour waiting for us to close it.
    for (const auto& other : others) {
      other->channel_.Close();
      other->output_.Close();
    }
    ours.Close();
    output_end.Close();
    LeaveHome(parent, output_begin.number());
    output_begin.Close();
    Serve(theirs.number(), perform);
  }
  // As the child does: whoever is first, the group is there when it is to be killed.
  ::setpgid(process, process);
  for (const int number : {ours.number(), output_end.number()}) {
    ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
  }
  return std::unique_ptr<Worker>(new Worker(process, std::move(ours), std::move(output_end)));
}

Worker::Worker(pid_t process, Descriptor channel, Descriptor output)
    : process_(process), channel_(std::move(channel)), output_(std::move(output)) {}

Worker::~Worker() { Kill(); }

void Worker::Give(std::size_t place, TimePoint deadline) {
  place_ = place;
  deadline_ = deadline;
  began_ = std::chrono::steady_clock::now();
  printed_.clear();
  // Eight bytes always fit. If nobody reads them, that is noticed as a death.
  SendAll(channel_.number(), NumberBytes(place));
}

void Worker::Dismiss(TimePoint deadline) {
  deadline_ = deadline;
  printed_.clear();
  channel_.Close();
}

void Worker::Listen() {
  Drain(channel_, incoming_);
  Drain(output_, printed_);
  if (printed_.size() > kPrintedLimit) printed_.erase(0, printed_.size() - kPrintedLimit);
}

std::optional<RunResult> Worker::TakeResult() {
  std::uint64_t size = 0;
  if (!place_ || incoming_.size() < sizeof(size)) return std::nullopt;
  std::memcpy(&size, incoming_.data(), sizeof(size));
  if (size > kAnswerLimit) Kill();
  if (size > incoming_.size() - sizeof(size)) return std::nullopt;
  std::optional<RunResult> result =
      Unpack(std::string_view(incoming_).substr(sizeof(size), static_cast<std::size_t>(size)));
  incoming_.clear();
  if (result) place_.reset();
  return result;
}

bool Worker::Ended() {
  if (ended_) return true;
  Reap(WNOHANG);
  // What it started and left behind.
  if (ended_) ::kill(-process_, SIGKILL);
  return ended_;
}

void Worker::Reap(int options) {
  int status = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(process_, &status, options);
  } while (got < 0 && errno == EINTR);
  if (got > 0) exit_status_ = status;
  ended_ = got != 0;
}

void Worker::Kill() {
  if (ended_) return;
  ::kill(-process_, SIGKILL);
  ::kill(process_, SIGKILL);
  Reap(0);
}

std::string Worker::LastWords() const {
  const std::string shown = WorthShowing(printed_);
  return shown.empty() ? "" : "; it printed:\n" + shown;
}

std::string Worker::Ending() const {
  if (!exit_status_) return "how the process ended cannot be told" + LastWords();
  if (WIFSIGNALED(*exit_status_)) {
    const int number = WTERMSIG(*exit_status_);
    return "the process died of signal " + std::to_string(number) + " (" + ::strsignal(number) +
           ")" + LastWords();
  }
  const int code = WEXITSTATUS(*exit_status_);
  if (code == EXIT_SUCCESS && !place_) return {};
  return "the process ended with exit status " + std::to_string(code) + LastWords();
}

std::string WorthShowing(std::string_view printed) {
  std::size_t begin = printed.npos;
  for (const std::string_view mark :
       {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer",
        "runtime error: ", "terminate called"}) {
    begin = std::min(begin, printed.find(mark));
  }
  if (begin == printed.npos)
    return std::string(printed.substr(BeginOfLastLines(printed, kLastLines)));
  const std::size_t line_end = printed.rfind('\n', begin);
  const std::size_t line = line_end == printed.npos ? 0 : line_end + 1;
  return std::string(FirstLines(printed.substr(line), kReportLines));
}

}  // namespace tandem::conformance
