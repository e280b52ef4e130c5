#include "conformance/chains/judged.h"

#include <optional>
#include <utility>

#include "tandem/config.h"
#include "tandem/handshake_policy.h"
#include "tandem/server_name.h"

namespace tandem::conformance {
namespace {

Config::Builder RulesFor(const ChainCase& c, const Backend& backend) {
  if (c.of_server()) return Config::ForClient(backend, c.MakeTrust());
  const ChooseIdentity nobody = [](const ClientHello&, auto) {};
  return Config::ForServer(backend, nobody)
      .ClientCertificates(ClientCertificate::kRequired, c.MakeTrust());
}

}  // namespace

Judged Judge(const ChainCase& c, const Backend& backend) {
  auto config = RulesFor(c, backend).ReplaceWallClock([at = c.at] { return at; }).Build();
  if (!config.ok()) return {"no config", config.error().ToString()};
  std::optional<ServerName> asked;
  if (c.of_server()) {
    auto name = ServerName::Parse(c.asked);
    if (!name.ok()) return {"no name", name.error().ToString()};
    asked = *std::move(name);
  }
  HandshakePolicy policy((*config)->settings(), backend, asked.has_value() ? &*asked : nullptr);
  const auto alert = policy.JudgePeer(c.sent, (*config)->compiled(), Version::kTls13);
  if (!alert.has_value()) return {"ok", {}};
  const std::optional<Error>& refusal = policy.refusal();
  if (!refusal.has_value() || !refusal->verdict.has_value()) return {"no verdict", {}};
  if (*alert != AlertFor(*refusal->verdict, Version::kTls13)) return {"another alert", {}};
  return {std::string(VerdictName(*refusal->verdict)), refusal->native};
}

}  // namespace tandem::conformance
