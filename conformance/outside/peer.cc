#include "conformance/outside/peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

namespace tandem::conformance {
namespace {

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Descriptor NewSocket() { return Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

// Listens at a port of the kernel's choice; not open if that fails.
Descriptor Listen() {
  Descriptor listener = NewSocket();
  const sockaddr_in address = Loopback(0);
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);
  if (bind(listener.number(), plain, sizeof(address)) != 0 || listen(listener.number(), 1) != 0) {
    listener.Close();
  }
  return listener;
}

std::uint16_t PortOf(const Descriptor& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(listener.number(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// Small records leave at once, and no call waits.
void Tune(const Descriptor& connected) {
  const int on = 1;
  setsockopt(connected.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  fcntl(connected.number(), F_SETFL, fcntl(connected.number(), F_GETFL) | O_NONBLOCK);
}

// Returns the numbers of the sockets that a process has open, as the kernel counts them.
std::set<std::string> SocketsOf(pid_t id) {
  std::set<std::string> sockets;
  std::error_code error;
  const std::string folder = "/proc/" + std::to_string(id) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string target = std::filesystem::read_symlink(entry, error).string();
    constexpr std::string_view prefix = "socket:[";
    if (!target.starts_with(prefix)) continue;
    sockets.insert(target.substr(prefix.size(), target.size() - prefix.size() - 1));
  }
  return sockets;
}

// Returns the IPv4 port at which a process listens. A tool that takes the port 0 does not always
// say what it came to.
std::optional<std::uint16_t> ListeningPort(pid_t id) {
  constexpr std::string_view listening = "0A";
  const std::set<std::string> sockets = SocketsOf(id);
  std::ifstream table("/proc/net/tcp");
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream words(line);
    std::array<std::string, 10> word;
    for (std::string& next : word) words >> next;
    const std::string& local = word[1];
    if (word[3] != listening || !sockets.contains(word[9])) continue;
    return static_cast<std::uint16_t>(std::stoul(local.substr(local.find(':') + 1), nullptr, 16));
  }
  return std::nullopt;
}

}  // namespace

bool Deadline::Wait(std::vector<pollfd>& waits, std::chrono::milliseconds most) const {
  if (over()) return false;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      end_ - std::chrono::steady_clock::now());
  const auto wait = std::max(std::min(left, most), std::chrono::milliseconds(0));
  poll(waits.data(), waits.size(), static_cast<int>(wait.count()));
  return true;
}

std::unique_ptr<Peer> Peer::Connect(const Tool& tool, const PeerRules& rules, PkiFolder& pki,
                                    std::string& failure) {
  std::unique_ptr<Peer> peer(new Peer());
  Launch launch{rules, pki, ""};
  if (tool.role == Role::kServer) {
    if (!peer->Launches(tool, launch, failure) || !peer->ConnectsTo(tool, failure)) return nullptr;
  } else {
    const Descriptor listener = Listen();
    launch.port = std::to_string(PortOf(listener));
    if (!peer->Launches(tool, launch, failure) || !peer->Accepts(listener, failure)) return nullptr;
  }
  Tune(peer->socket_);
  return peer;
}

bool Peer::Launches(const Tool& tool, const Launch& launch, std::string& failure) {
  process_ = Process::Start(tool.command(launch));
  if (process_ != nullptr) return true;
  failure = "there is no " + std::string(tool.program) + " in PATH: Debian's package " +
            std::string(tool.package) + " brings it, and tools/setup installs that";
  return false;
}

bool Peer::ConnectsTo(const Tool& tool, std::string& failure) {
  const Deadline deadline;
  std::vector<pollfd> waits;
  std::optional<std::uint16_t> port;
  // Nothing tells when a program begins to listen, and not every one prints it.
  while (!(port = ListeningPort(process_->id()))) {
    waits.clear();
    process_->AddTo(waits);
    deadline.Wait(waits, Deadline::kTick);
    process_->Move();
    if (process_->ended() || deadline.over()) {
      failure = std::string(tool.name) + " does not listen; it printed:\n" + Printed();
      return false;
    }
  }
  const sockaddr_in address = Loopback(*port);
  socket_ = NewSocket();
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);
  if (connect(socket_.number(), plain, sizeof(address)) == 0) return true;
  failure = "cannot connect to " + std::string(tool.name) + "; it printed:\n" + Printed();
  return false;
}

bool Peer::Accepts(const Descriptor& listener, std::string& failure) {
  const Deadline deadline;
  std::vector<pollfd> waits;
  for (;;) {
    waits.assign(1, {listener.number(), POLLIN, 0});
    process_->AddTo(waits);
    if (!deadline.Wait(waits, process_->lingers() ? Deadline::kTick : Deadline::kPatience)) break;
    process_->Move();
    if ((waits.front().revents & POLLIN) != 0) {
      socket_ = Descriptor(accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (socket_.open()) return true;
    }
    if (process_->ended()) break;
  }
  failure = "nobody connects; the client printed:\n" + Printed();
  return false;
}

std::string Peer::Printed() const { return process_->output() + process_->complaints(); }

}  // namespace tandem::conformance
