#include "tandem/session.h"

#include <utility>

#include "api/session_core.h"
#include "tandem/datagram_listener.h"
#include "tandem/out_of_memory.h"

namespace tandem {
namespace {

std::optional<Error> Check(const Config* config, Role role, const Transport& transport) {
  if (config == nullptr) return MakeError(ErrorKind::kMisuse, "a session needs a config");
  const bool datagrams = config->settings().datagrams.has_value();
  if (datagrams != (transport.kind() == TransportKind::kDatagram)) {
    return MakeError(ErrorKind::kMisuse,
                     datagrams ? "the config speaks DTLS, and the transport moves a stream"
                               : "the config speaks TLS, and the transport moves datagrams");
  }
  if (config->settings().role == role) return std::nullopt;
  return MakeError(ErrorKind::kMisuse, role == Role::kClient
                                           ? "Session::Client() was given a server's config"
                                           : "Session::Server() was given a client's config");
}

}  // namespace

void Session::Retire::operator()(SessionCore* core) const noexcept {
  SessionCore::Retire(std::unique_ptr<SessionCore>(core));
}

Session::Session(std::unique_ptr<SessionCore> core) : core_(core.release()) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::Client(std::shared_ptr<const Config> config, const ServerName& server,
                                Transport& transport, engine::Runtime* runtime) {
  return UnlessOutOfMemory([&]() -> Result<Session> {
    if (auto error = Check(config.get(), Role::kClient, transport)) return std::move(*error);
    auto core =
        std::make_unique<SessionCore>(std::move(config), server, nullptr, transport, runtime);
    if (auto error = core->Start(nullptr)) return std::move(*error);
    return Session(std::move(core));
  });
}

Result<Session> Session::Server(std::shared_ptr<const Config> config, Transport& transport,
                                engine::Runtime* runtime) {
  return StartServer(std::move(config), nullptr, transport, runtime);
}

Result<Session> Session::Server(std::shared_ptr<const Config> config, const AcceptedHello& hello,
                                Transport& transport, engine::Runtime* runtime) {
  return StartServer(std::move(config), &hello, transport, runtime);
}

Result<Session> Session::StartServer(std::shared_ptr<const Config> config,
                                     const AcceptedHello* hello, Transport& transport,
                                     engine::Runtime* runtime) {
  return UnlessOutOfMemory([&]() -> Result<Session> {
    if (auto error = Check(config.get(), Role::kServer, transport)) return std::move(*error);
    if (hello != nullptr && !config->settings().datagrams.has_value()) {
      return MakeError(ErrorKind::kMisuse, "a listener accepts for configs of DTLS alone");
    }
    auto core =
        std::make_unique<SessionCore>(std::move(config), std::nullopt, hello, transport, runtime);
    if (auto error = core->Start(hello)) return std::move(*error);
    return Session(std::move(core));
  });
}

Status Session::Handshake() {
  return core_->Attempt([this] { return core_->Handshake(); });
}

IoResult Session::Read(std::span<std::byte> plaintext) {
  return core_->Attempt([&] { return core_->Read(plaintext); });
}

IoResult Session::Write(std::span<const std::byte> plaintext) {
  return core_->Attempt([&] { return core_->Write(plaintext); });
}

Status Session::Shutdown() {
  return core_->Attempt([this] { return core_->Shutdown(); });
}

Status Session::Flush() {
  return core_->Attempt([this] { return core_->Flush(); });
}

Status Session::HandleEvents() {
  return core_->Attempt([this] { return core_->HandleEvents(); });
}

Status Session::SetMaxPayload(std::size_t bytes) {
  return core_->Attempt([&] { return core_->SetMaxPayload(bytes); });
}

std::size_t Session::max_datagram() const { return core_->max_datagram(); }

std::uint64_t Session::datagrams_discarded() const { return core_->datagrams_discarded(); }

Status Session::Rekey(bool both) {
  return core_->Attempt([&] { return core_->Rekey(both); });
}

void Session::OnReady(std::function<void()> handler) { core_->job().OnReady(std::move(handler)); }

void Session::SetAsyncCallback(engine::AsyncCallback callback) {
  core_->job().SetCallback(std::move(callback));
}

void Session::SetAsyncArgument(std::uintptr_t argument) { core_->job().SetArgument(argument); }
engine::AsyncStatus Session::async_status() const { return core_->job().status(); }
std::vector<int> Session::wait_fds() { return core_->job().wait_fds(); }

engine::ChangedFds Session::changed_wait_fds() { return core_->job().changed_wait_fds(); }

Interest Session::interest() const { return core_->interest(); }
std::size_t Session::pending() const { return core_->pending(); }
std::optional<Event> Session::NextEvent() { return core_->NextEvent(); }
const Error* Session::error() const { return core_->error(); }
const Error* Session::refusal() const { return core_->refusal(); }
const ConnectionInfo* Session::info() const { return core_->info(); }

std::optional<std::chrono::steady_clock::time_point> Session::event_timeout() const {
  return core_->event_timeout();
}

Result<std::vector<std::byte>> Session::Export(std::string_view label,
                                               std::optional<std::span<const std::byte>> context,
                                               std::size_t length) const {
  return UnlessOutOfMemory([&] { return core_->Export(label, context, length); });
}

std::span<const Der> Session::refused_chain() const { return core_->refused_chain(); }

Result<SrtpKeys> Session::ExportSrtpKeys() const {
  return UnlessOutOfMemory([&] { return core_->ExportSrtpKeys(); });
}

Result<std::vector<std::byte>> Session::Binding(ChannelBinding type) const {
  return UnlessOutOfMemory([&] { return core_->Binding(type); });
}

}  // namespace tandem
