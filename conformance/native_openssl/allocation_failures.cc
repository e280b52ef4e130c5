#include "conformance/native_openssl/allocation_failures.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

#include <dlfcn.h>
#include <execinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "conformance/memory/exchange.h"
#include "conformance/pki/pki.h"
#include "tandem/openssl.h"

namespace tandem::conformance {
namespace {

// A run takes some milliseconds; one that takes this long never ends.
constexpr unsigned kHangSeconds = 20;

// Frames that are looked at for the place of a crash.
constexpr int kFrames = 32;

// The allocation that never fails: for counting.
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

constexpr std::string_view kFault = "FAULT: ";

// --- OpenSSL's memory ----------------------------------------------------------------------------

struct Supply {
  bool counting = false;
  bool lasting = false;
  std::uint64_t nth = 0;
  std::uint64_t counted = 0;
};

Supply& TheSupply() {
  static Supply supply;
  return supply;
}

bool IsOut() {
  Supply& supply = TheSupply();
  if (!supply.counting) return false;
  ++supply.counted;
  return supply.counted == supply.nth || (supply.lasting && supply.counted > supply.nth);
}

void* OnAllocate(std::size_t size, const char* /*file*/, int /*line*/) noexcept {
  return IsOut() ? nullptr : std::malloc(size);
}

void* OnReallocate(void* memory, std::size_t size, const char* /*file*/, int /*line*/) noexcept {
  if (size == 0) {
    std::free(memory);
    return nullptr;
  }
  return IsOut() ? nullptr : std::realloc(memory, size);
}

void OnFree(void* memory, const char* /*file*/, int /*line*/) noexcept { std::free(memory); }

// While it lives, the allocations count.
class Counting {
 public:
  Counting(std::uint64_t nth, bool lasting) { TheSupply() = {true, lasting, nth, 0}; }
  ~Counting() { TheSupply().counting = false; }
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;
};

// --- One run -------------------------------------------------------------------------------------

using Outcomes = std::set<std::string>;

constexpr const char* kWell = "all goes well";

void NoteError(const Error* error, const char* what, Outcomes& outcomes) {
  if (error == nullptr) return;
  outcomes.insert(std::string(what) + " " + std::string(ErrorKindName(error->kind)));
}

std::string FaultsOf(World& world) {
  std::string text(kFault);
  for (const CheckFailure& failure : world.checks().failures()) text += failure.text + "; ";
  return text;
}

std::string Joined(const Outcomes& outcomes) {
  std::string text;
  for (const std::string& outcome : outcomes) text += outcome + "\n";
  return text;
}

// Says what came of it, whether that is as it must be, and what comes of the next.
std::string Judge(Exchange& exchange) {
  World& w = exchange.world();
  Outcomes outcomes;
  exchange.GotWhatWasSent(w.client());
  exchange.GotWhatWasSent(w.server());
  NoteError(exchange.ErrorOf(w.client()), "an end is over, as", outcomes);
  NoteError(exchange.ErrorOf(w.server()), "an end is over, as", outcomes);
  w.That(outcomes.empty() == exchange.EndedWell(), "no error, and it did not end well");
  const bool struck = TheSupply().counted >= TheSupply().nth;
  w.That(struck || outcomes.empty(), "an error, and nothing was wanting");
  exchange.Play();
  if (!exchange.EndedWell()) outcomes.insert("with memory enough, the next exchange fails too");
  if (outcomes.empty()) outcomes.insert(kWell);
  return w.failed() ? FaultsOf(w) : Joined(outcomes);
}

std::string RunExchange(Exchange& exchange, std::uint64_t nth, bool lasting) {
  if (!exchange.ready()) return FaultsOf(exchange.world());
  {
    const Counting counting(nth, lasting);
    exchange.Play();
  }
  return Judge(exchange);
}

// As a program begins: whatever OpenSSL needs to get going is allocated here.
std::string RunLoading(std::uint64_t nth, bool lasting) {
  const Counting counting(nth, lasting);
  Outcomes outcomes;
  const auto identity =
      Identity::FromPem(OpenSsl(), PkiText("server_rsa"), PkiText("server_rsa.key"));
  const auto client = Config::ForClient(OpenSsl(), World::Roots()).Build();
  NoteError(identity.ok() ? nullptr : &identity.error(), "an identity fails, as", outcomes);
  NoteError(client.ok() ? nullptr : &client.error(), "a config fails, as", outcomes);
  if (identity.ok()) {
    const auto server = Config::ForServer(OpenSsl(), *identity).Build();
    NoteError(server.ok() ? nullptr : &server.error(), "a config fails, as", outcomes);
  }
  if (outcomes.empty()) outcomes.insert(kWell);
  return Joined(outcomes);
}

WorldParts PartsFor(Version version) { return {OpenSsl(), OpenSsl(), version, 1}; }

// --- Processes -----------------------------------------------------------------------------------

// Returns "library function" for the function that `address` is in; empty if it has no name there.
std::string PlaceOf(void* address) {
  Dl_info info{};
  if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) return {};
  if (info.dli_sname == nullptr) return {};
  const std::string_view file = info.dli_fname;
  return std::string(file.substr(file.rfind('/') + 1)) + " " + info.dli_sname;
}

int report_to = -1;

// Tells where, and dies of it all the same. What it calls is not safe in a handler, and nothing is
// left to be unsafe for.
void OnCrash(int signal) {
  std::array<void*, kFrames> frames{};
  const int count = backtrace(frames.data(), kFrames);
  std::string place;
  for (int i = 2; i < count && place.empty(); ++i) {  // Behind this handler and who calls it.
    place = PlaceOf(frames[static_cast<std::size_t>(i)]);
  }
  const bool theirs = place.starts_with("libssl") || place.starts_with("libcrypto");
  std::string text(theirs ? "" : kFault);
  text += std::string("a crash (") + strsignal(signal) + ") below `" + place + "`";
  static_cast<void>(!write(report_to, text.data(), text.size()));
  _exit(0);
}

// Runs `run` in a child and returns what it returns, or how it ended.
template <typename Run>
std::string InChild(Run run) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) return std::string(kFault) + "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    report_to = pipe_ends[1];
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) {
      static_cast<void>(std::signal(signal, OnCrash));
    }
    alarm(kHangSeconds);
    const std::string outcome = run();
    static_cast<void>(!write(report_to, outcome.data(), outcome.size()));
    _exit(0);
  }
  close(pipe_ends[1]);
  std::string outcome;
  std::array<char, 4096> piece{};
  for (ssize_t size = 0; (size = read(pipe_ends[0], piece.data(), piece.size())) > 0;) {
    outcome.append(piece.data(), static_cast<std::size_t>(size));
  }
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    return std::string(kFault) + (WTERMSIG(status) == SIGALRM ? "it hangs" : "killed by a signal");
  }
  return outcome;
}

}  // namespace

std::vector<Setting> AllSettings() {
  std::vector<Setting> settings;
  // First, while this process has made no use of OpenSSL.
  for (const bool lasting : {false, true}) {
    settings.push_back({Doing::kLoading, Version::kTls13, lasting});
  }
  for (const Version version : {Version::kTls12, Version::kTls13}) {
    for (const bool lasting : {false, true}) {
      settings.push_back({Doing::kExchange, version, lasting});
    }
  }
  return settings;
}

std::string NameOf(const Setting& setting) {
  const std::string what = setting.doing == Doing::kLoading
                               ? std::string("loading")
                               : std::string(VersionName(setting.version));
  return what + (setting.lasting ? ", all from one on" : ", one");
}

std::uint64_t RunsOr(std::uint64_t usual) {
  const char* wish = std::getenv("TANDEM_LONG");
  const bool all = wish != nullptr && std::string_view(wish) == "1";
  return all ? std::numeric_limits<std::uint64_t>::max() : usual;
}

bool TakeAllocations() { return CRYPTO_set_mem_functions(OnAllocate, OnReallocate, OnFree) == 1; }

Record Measure(const Setting& setting, std::uint64_t most) {
  std::optional<Exchange> exchange;
  const auto run = [&](std::uint64_t nth) -> std::string {
    if (setting.doing == Doing::kLoading) return RunLoading(nth, setting.lasting);
    return RunExchange(*exchange, nth, setting.lasting);
  };
  Record record;
  record.setting = setting;
  const auto count = [&] {
    static_cast<void>(run(kNever));
    return std::to_string(TheSupply().counted);
  };
  // OpenSSL's first steps are part of loading, so this process never takes them there.
  record.allocations = std::strtoull(InChild([&] {
                                       if (setting.doing == Doing::kExchange) {
                                         exchange.emplace(PartsFor(setting.version));
                                       }
                                       return count();
                                     }).c_str(),
                                     nullptr, 10);
  if (setting.doing == Doing::kExchange) exchange.emplace(PartsFor(setting.version));
  const std::uint64_t stride = std::max<std::uint64_t>(1, record.allocations / most);
  for (std::uint64_t nth = 1; nth <= record.allocations; nth += stride) {
    const std::string outcome = InChild([&] { return run(nth); });
    ++record.runs;
    if (outcome.empty() || outcome.starts_with(kFault)) {
      record.faults.push_back(NameOf(setting) + ", number " + std::to_string(nth) + ": " + outcome);
      continue;
    }
    std::istringstream lines(outcome);
    for (std::string line; std::getline(lines, line);) ++record.outcomes[line];
  }
  return record;
}

std::string RunHere(const Setting& setting, std::uint64_t nth) {
  if (setting.doing == Doing::kLoading) return RunLoading(nth, setting.lasting);
  Exchange exchange(PartsFor(setting.version));
  return RunExchange(exchange, nth, setting.lasting);
}

}  // namespace tandem::conformance
