#include "conformance/native_openssl/vendor_sessions.h"

#include <poll.h>
#include <sched.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "conformance/pki/pki.h"
#include "tandem/openssl.h"

namespace tandem::conformance {
namespace {

// When the certificates of make_pki are good.
constexpr std::chrono::sys_days kToday{std::chrono::year{2030} / 6 / 15};

// More than any device takes; who waits longer waits for ever.
constexpr int kPatienceMs = 20'000;

// More flights than any handshake has.
constexpr int kSteps = 20;

template <typename T>
T Must(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::cerr << result.error().ToString() << "\n";
  std::abort();
}

std::string NameFor(Role role, const std::string& key_type) {
  if (role == Role::kServer) return key_type == "rsa" ? "server_rsa" : "server_p256";
  return key_type == "rsa" ? "client_rsa" : "client_good";
}

using SharedIdentity = std::shared_ptr<const Identity>;

SharedIdentity Ordinary(const Backend& backend, const std::string& name) {
  return Must(Identity::FromPem(backend, PkiText(name), PkiText(name + ".key")));
}

SharedIdentity OfTheVendor(const Vendor& vendor, const VendorCase& what) {
  const std::string name = NameFor(what.holder, what.key_type);
  const KeyPointer key = vendor.Import(name, what.mode);
  return Must(Identity::FromExternalKey(what.backend, PkiText(name), OpenSslKey(key.get())));
}

Config::Builder& WithVersion(Config::Builder& rules, Version version) {
  return rules.Versions(version, version).ReplaceWallClock([] { return kToday; });
}

void PollFds(const std::vector<int>& fds) {
  std::vector<pollfd> waiting;
  for (const int fd : fds) waiting.push_back({fd, POLLIN, 0});
  if (poll(waiting.data(), waiting.size(), kPatienceMs) > 0) return;
  std::cerr << "nothing is ever readable of " << fds.size() << " wait fds\n";
  std::abort();
}

}  // namespace

VendorSessions::VendorSessions(const Vendor& vendor, engine::Runtime& runtime,
                               const VendorCase& what)
    : vendor_(vendor), runtime_(runtime), wait_by_(what.wait_by) {
  const Trust roots = Must(Trust::FromPem(PkiText("root_a")));
  const bool by_server = what.holder == Role::kServer;
  const SharedIdentity vendors = OfTheVendor(vendor, what);
  auto server_rules =
      Config::ForServer(what.backend, by_server ? vendors : Ordinary(what.backend, "server_p256"));
  auto client_rules = Config::ForClient(what.backend, roots);
  if (!by_server) {
    client_rules.ClientIdentity(vendors);
    server_rules.ClientCertificates(ClientCertificate::kRequired, roots);
  }
  auto& server = by_server ? holder_ : peer_;
  auto& client = by_server ? peer_ : holder_;
  server.emplace(Must(Session::Server(Must(WithVersion(server_rules, what.version).Build()),
                                      server_end_, &runtime)));
  client.emplace(
      Must(Session::Client(Must(WithVersion(client_rules, what.version).Build()),
                           Must(ServerName::Parse("server.test")), client_end_, &runtime)));
  holder().OnReady([this] { ready_ = true; });
  if (wait_by_ != WaitBy::kCallback) return;
  holder().SetAsyncCallback([this](std::uintptr_t) {
    ++calls_;
    calls_.notify_all();
  });
}

Status VendorSessions::Start() {
  Status status = Status::kWantRead;
  for (int i = 0; i < kSteps && status == Status::kWantRead; ++i) {
    static_cast<void>(peer().Handshake());
    status = holder().Handshake();
  }
  return status;
}

bool VendorSessions::Finish() {
  for (;;) {
    const Status status = Start();
    if (status != Status::kWantAsync)
      return status == Status::kOk && peer().Handshake() == Status::kOk;
    statuses_.push_back(holder().async_status());
    if (statuses_.back() == engine::AsyncStatus::kOk) vendor_.Hold(false);
    Wait();
  }
}

void VendorSessions::Wait() {
  switch (wait_by_) {
    case WaitBy::kRuntime:
      for (ready_ = false; !ready_; runtime_.RunReady()) PollFds({runtime_.fd()});
      return;
    case WaitBy::kCallback:
      calls_.wait(calls_seen_);
      calls_seen_ = calls_;
      return;
    case WaitBy::kWaitFds: PollFds(holder().wait_fds()); return;
    case WaitBy::kPolling:
      while (vendor_.pending() > 0) sched_yield();
      return;
  }
}

bool VendorSessions::Exchange() {
  const std::vector<std::byte> text(5, std::byte{'x'});
  std::vector<std::byte> got(5);
  return holder().Write(text).bytes == text.size() && peer().Read(got).bytes == got.size() &&
         peer().Write(text).bytes == text.size() && holder().Read(got).bytes == got.size();
}

}  // namespace tandem::conformance
