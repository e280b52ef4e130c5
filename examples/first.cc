// The program of the README: a client on a socket that is connected already.
//
// It does badly: it waits for ever for a silent server, and what goes wrong before the connection
// goes unreported. get.cc does better, and is ten times as long.

#include <poll.h>
#include <array>
#include <cstdio>

#include "tandem/openssl.h"  // Or "tandem/gnutls.h" and tandem::GnuTls(): nothing else changes.
#include "tandem/session.h"
#include "tandem/stream_socket.h"

// Sends `request` to `host` over a connected socket and prints the answer.
bool Ask(int socket, std::string_view host, std::string_view request) {
  auto server = tandem::ServerName::Parse(host);
  auto config = tandem::Config::ForClient(tandem::OpenSsl(), tandem::Trust::System()).Build();
  if (!server.ok() || !config.ok()) return false;
  tandem::StreamSocket transport(socket);
  auto session = tandem::Session::Client(*config, *server, transport);
  if (!session.ok()) return false;
  auto unsent = std::as_bytes(std::span(request));
  for (std::array<std::byte, 4096> answer;;) {
    auto io = unsent.empty() ? session->Read(answer) : session->Write(unsent);
    if (io.status == tandem::Status::kClosed) return true;
    if (io.status == tandem::Status::kError) break;
    if (unsent.empty()) std::fwrite(answer.data(), 1, io.bytes, stdout);
    unsent = unsent.subspan(unsent.empty() ? 0 : io.bytes);
    if (io.status == tandem::Status::kOk) continue;
    const tandem::Interest wait = session->interest();
    pollfd poll{socket, short((wait.read ? POLLIN : 0) | (wait.write ? POLLOUT : 0)), 0};
    ::poll(&poll, 1, -1);
  }
  std::fprintf(stderr, "%s\n", session->error()->ToString().c_str());
  return false;
}
