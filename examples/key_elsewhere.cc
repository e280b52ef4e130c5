// A server whose private key works on another thread, while its loop goes on.
//
//     key_elsewhere openssl|gnutls CERTIFICATE KEY PORT
//
// Says hello to everybody, by HTTP. The loop waits for two kinds of things: sockets, and the
// answers of the key, which all come by the one descriptor of the Runtime.
//
// It does badly: whoever says nothing keeps its place, what a socket does not take at once is lost,
// and poll(2) looks at every socket each time. serve.cc does better (--key-threads), in ten times
// as many lines.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/engine/thread_pool.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"
#include "tandem/session.h"
#include "tandem/stream_socket.h"

namespace {

using tandem::Status;

constexpr std::string_view kHello =
    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";

struct Guest {
  explicit Guest(int fd) : socket(fd), transport(fd) {}
  ~Guest() { ::close(socket); }

  int socket;
  tandem::StreamSocket transport;
  std::optional<tandem::Session> session;
  bool answered = false;  // The key, since the last Serve().
};

int Complain(const tandem::Error& error) {
  std::fprintf(stderr, "key_elsewhere: %s\n", error.ToString().c_str());
  return 1;
}

// Does what can be done now. False: the guest can go.
bool Serve(Guest& guest) {
  guest.answered = false;
  std::array<std::byte, 4096> question;
  const auto heard = guest.session->Read(question);
  if (heard.status == Status::kOk) {
    static_cast<void>(guest.session->Write(std::as_bytes(std::span(kHello))));
    guest.session->Shutdown();
  }
  if (const tandem::Error* error = guest.session->error()) Complain(*error);
  return heard.status == Status::kWantRead || heard.status == Status::kWantWrite ||
         heard.status == Status::kWantAsync;
}

int ListenOn(const char* port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(std::atoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener, SOMAXCONN);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("READY 127.0.0.1:%d\n", ntohs(address.sin_port));
  return listener;
}

pollfd PollFor(const Guest& guest) {
  const tandem::Interest wait = guest.session->interest();
  return {guest.socket, short((wait.read ? POLLIN : 0) | (wait.write ? POLLOUT : 0)), 0};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const tandem::Backend& backend =
      std::string_view(argv[1]) == "gnutls" ? tandem::GnuTls() : tandem::OpenSsl();
  const auto keys = std::make_shared<tandem::engine::ThreadPool>();
  auto identity = tandem::Identity::FromPemFiles(backend, argv[2], argv[3]);
  if (identity.ok()) identity = tandem::Identity::OnEngine(*identity, keys);  // All it takes.
  if (!identity.ok()) return Complain(identity.error());
  const auto config = tandem::Config::ForServer(backend, *identity).Build();
  if (!config.ok()) return Complain(config.error());

  tandem::engine::Runtime runtime;
  std::list<Guest> guests;
  const int listener = ListenOn(argv[4]);
  for (std::vector<pollfd> polls;;) {
    std::printf("%zu guests, the key was used %zu times\n", guests.size(),
                keys->counters().completed);
    std::fflush(stdout);
    polls = {{listener, POLLIN, 0}, {runtime.fd(), POLLIN, 0}};
    for (const Guest& guest : guests) polls.push_back(PollFor(guest));
    if (::poll(polls.data(), polls.size(), -1) < 0) return 1;
    if (polls[1].revents != 0) runtime.RunReady();
    std::size_t i = 2;
    for (auto guest = guests.begin(); guest != guests.end(); ++i) {
      const bool stays = (polls[i].revents == 0 && !guest->answered) || Serve(*guest);
      guest = stays ? std::next(guest) : guests.erase(guest);
    }
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (socket < 0) continue;
    Guest& guest = guests.emplace_back(socket);
    auto session = tandem::Session::Server(*config, guest.transport, &runtime);
    if (!session.ok()) return Complain(session.error());
    guest.session.emplace(*std::move(session));
    guest.session->OnReady([&guest] { guest.answered = true; });
    if (!Serve(guest)) guests.pop_back();
  }
}
