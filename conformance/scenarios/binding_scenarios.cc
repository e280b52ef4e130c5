// What ties a connection to what is said in it: channel bindings and the key log.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

std::optional<Bytes> BindingOf(World& w, const End& end, ChannelBinding type) {
  auto binding = end.session().Binding(type);
  if (binding.ok()) return *std::move(binding);
  w.Equal(binding.error().kind, ErrorKind::kUnsupported, end.name() + "'s error");
  return std::nullopt;
}

// Returns what both ends have, which must be the same.
std::optional<Bytes> BothHave(World& w, ChannelBinding type) {
  const auto of_client = BindingOf(w, w.client(), type);
  const auto of_server = BindingOf(w, w.server(), type);
  w.That(of_client == of_server, "the two ends' bindings differ");
  return of_client;
}

void BindingsAreTheSameAtBothEnds(World& w) {
  if (!w.Connect()) return;
  const auto unique = BothHave(w, ChannelBinding::kUnique);
  const auto end_point = BothHave(w, ChannelBinding::kServerEndPoint);
  const auto exporter = BothHave(w, ChannelBinding::kExporter);
  w.Equal(unique.has_value(), !w.tls13(), "tls-unique is for TLS 1.2 alone");
  if (unique.has_value()) w.Equal(unique->size(), std::size_t{12}, "bytes of a Finished");
  if (!w.That(end_point.has_value() && exporter.has_value(), "a binding is missing")) return;
  w.Equal(end_point->size(), std::size_t{32}, "bytes of a SHA-256");
  w.Equal(exporter->size(), std::size_t{32}, "bytes of tls-exporter");

  if (!w.Connect()) return;
  w.That(BothHave(w, ChannelBinding::kServerEndPoint) == end_point, "another server end point");
  w.That(BothHave(w, ChannelBinding::kExporter) != exporter, "two connections have one exporter");
  if (!w.tls13()) w.That(BothHave(w, ChannelBinding::kUnique) != unique, "tls-unique is not");
}

void BindingHashFollowsTheCertificate(World& w) {
  // Ed25519 certificates signed by ECDSA with SHA-256, and RSA ones likewise: the issuer decides.
  for (const std::string_view identity : {"server_rsa", "server_ed25519", "server_chained"}) {
    if (!w.Connect(w.ClientRules(), w.ServerRules(identity))) return;
    const auto binding = BothHave(w, ChannelBinding::kServerEndPoint);
    const auto& leaf = w.client().session().info()->peer_chain.front();
    w.That(binding == w.client_backend().Digest(Hash::kSha256, leaf), std::string(identity));
    w.That(binding == w.server_backend().Digest(Hash::kSha256, leaf), std::string(identity));
  }
}

void BindingTooEarlyIsMisuse(World& w) {
  w.Open();
  for (End* end : {&w.client(), &w.server()}) {
    const auto binding = end->session().Binding(ChannelBinding::kExporter);
    if (w.That(!binding.ok(), "there is one")) {
      w.Equal(binding.error().kind, ErrorKind::kMisuse, "the error");
    }
  }
}

void KeyLogsOfBothEndsAgree(World& w) {
  std::vector<std::string> of_client;
  std::vector<std::string> of_server;
  const auto into = [](std::vector<std::string>& lines) {
    return [&lines](std::string_view line) { lines.emplace_back(line); };
  };
  if (!w.Connect(w.ClientRules().DangerKeyLog(into(of_client)),
                 w.ServerRules().DangerKeyLog(into(of_server)))) {
    return;
  }
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
  std::sort(of_client.begin(), of_client.end());
  std::sort(of_server.begin(), of_server.end());
  w.Equal(of_client.empty(), false, "there is no line");
  w.That(of_client == of_server, "the two logs differ");
  std::vector<std::string> labels;
  for (const std::string& line : of_client) labels.push_back(line.substr(0, line.find(' ')));
  const std::vector<std::string> tls12 = {"CLIENT_RANDOM"};
  const std::vector<std::string> tls13 = {
      "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "EXPORTER_SECRET",
      "SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"};
  w.That(labels == (w.tls13() ? tls13 : tls12), "the labels are not those of SSLKEYLOGFILE");
  for (const std::string& line : of_client) {
    w.That(
        line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789abcdef ") == std::string::npos,
        "not a line of a key log: " + line);
  }
}

constexpr Scenario kScenarios[] = {
    {"ChannelBindingsAreTheSameAtBothEnds", kEach, BindingsAreTheSameAtBothEnds},
    {"ServerEndPointIsTheHashOfTheLeaf", kEach, BindingHashFollowsTheCertificate},
    {"BindingBeforeTheHandshakeIsMisuse", kEach, BindingTooEarlyIsMisuse},
    {"KeyLogsOfBothEndsAgree", kEach, KeyLogsOfBothEndsAgree},
};

}  // namespace

std::span<const Scenario> BindingScenarios() { return kScenarios; }

}  // namespace tandem::conformance
