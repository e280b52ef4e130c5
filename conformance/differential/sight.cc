#include "conformance/differential/sight.h"

#include <cstdint>
#include <cstdio>
#include <optional>
#include <vector>

#include "tandem/algorithms.h"
#include "tandem/channel_binding.h"
#include "tandem/connection_info.h"
#include "tandem/verdict.h"

namespace tandem::conformance {
namespace {

using Material = Result<std::vector<std::byte>>;

constexpr std::size_t kBindingTypes = 3;

// FNV-1a: equal for equal bytes, and that is all that is asked of it.
std::uint64_t HashOf(std::span<const std::byte> bytes) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const std::byte byte : bytes) {
    hash ^= std::to_integer<std::uint64_t>(byte);
    hash *= 0x100000001B3;
  }
  return hash;
}

std::string SightOfError(const Error& error, bool in_handshake) {
  std::string text = " error(" + Show(error.kind);
  if (error.verdict) text += ", " + std::string(VerdictName(*error.verdict));
  if (error.alert_sent) text += ", sent " + Show(*error.alert_sent);
  if (error.alert_received) text += ", received " + Show(*error.alert_received);
  if (!in_handshake && !error.alert_authenticated) text += ", not authenticated";
  if (error.system_error != 0) text += ", errno " + std::to_string(error.system_error);
  if (error.what.empty()) text += ", without a word";
  return text + ")";
}

std::string SightOfFacts(const ConnectionInfo& info) {
  std::string text = " done(" + Show(info.version) + " " + CipherSuiteName(info.cipher_suite) +
                     " " + GroupName(info.group) + " " + SignatureSchemeName(info.peer_signature);
  if (!info.extended_master_secret) text += ", no extended_master_secret";
  if (!info.alpn.empty()) text += ", alpn " + info.alpn;
  if (!info.server_name.empty()) text += ", name " + info.server_name;
  text += ", chain";
  for (const Bytes& certificate : info.peer_chain) text += " " + SightOfBytes(certificate);
  return text + ")";
}

bool CanDerive(const Side& side) { return side.end.started() && side.end.handshake_done(); }

std::string Compared(const Material& one, const std::optional<Material>& other) {
  if (!one.ok()) return Show(one.error().kind);
  std::string text = std::to_string(one->size()) + " bytes";
  if (!other.has_value()) return text + ", the peer cannot tell";
  if (!other->ok()) return text + ", the peer has " + Show(other->error().kind);
  return text + (*one == **other ? ", the same at both ends" : ", NOT THE SAME AT BOTH ENDS");
}

}  // namespace

std::string SightOfBytes(std::span<const std::byte> bytes) {
  char hash[20];
  std::snprintf(hash, sizeof(hash), "#%08x", static_cast<unsigned>(HashOf(bytes) >> 32));
  return std::to_string(bytes.size()) + (bytes.empty() ? "" : hash);
}

std::string SightOfCall(IoResult result, std::span<const std::byte> got) {
  std::string text = Show(result.status);
  if (result.bytes > 0) text += " " + std::to_string(result.bytes);
  if (!got.empty()) text += " got " + SightOfBytes(got);
  return text;
}

std::string SightOfSent(std::size_t bytes, bool open) {
  if (bytes == 0) return "";
  return open ? " sent " + std::to_string(bytes) : " sent some";
}

std::string SightOfState(Side& side) {
  if (!side.end.started()) return " gone";
  const Session& session = side.end.session();
  std::string text = " " + Show(session.interest());
  if (session.pending() > 0) text += " pending " + std::to_string(session.pending());
  if (session.refusal() != nullptr) text += " refusal " + Show(session.refusal()->kind);
  if (session.info() != nullptr && !side.told_done) {
    side.told_done = true;
    text += SightOfFacts(*session.info());
  }
  if (session.error() != nullptr && !side.told_error) {
    side.told_error = true;
    text += SightOfError(*session.error(), session.info() == nullptr);
  }
  return text;
}

std::string SightOfEvents(Side& side) {
  const std::vector<Event::Type>& all = side.end.events();
  const auto fresh = all.begin() + static_cast<std::ptrdiff_t>(side.told_events);
  side.told_events = all.size();
  return Show(std::vector<Event::Type>(fresh, all.end()));
}

std::string SightOfInfo(const End& end, std::chrono::steady_clock::time_point now) {
  const Session& session = end.session();
  std::string text = session.info() != nullptr ? "done" : "not done";
  if (session.error() != nullptr) text += ", " + Show(session.error()->kind);
  if (const auto due = session.event_timeout()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*due - now);
    text += ", due in " + std::to_string(left.count());
  }
  for (const auto& certificate : session.refused_chain()) {
    text += ", refused " + SightOfBytes(certificate);
  }
  return text;
}

std::string SightOfExport(const Side& side, const Side& peer, std::size_t size) {
  const auto material = [size](const Session& session) {
    std::optional<std::span<const std::byte>> context;
    if (size % 2 == 0) context = std::span<const std::byte>();
    return session.Export("EXPORTER-tandem-script", context, size);
  };
  std::optional<Material> other;
  if (CanDerive(peer)) other = material(peer.end.session());
  return Compared(material(side.end.session()), other);
}

std::string SightOfBinding(const Side& side, const Side& peer, std::size_t type) {
  const auto binding = static_cast<ChannelBinding>(type % kBindingTypes);
  std::optional<Material> other;
  if (CanDerive(peer)) other = peer.end.session().Binding(binding);
  return Compared(side.end.session().Binding(binding), other);
}

}  // namespace tandem::conformance
