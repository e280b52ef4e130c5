// Backends that are wrong about what they tell of a connection.

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/mutant.h"

namespace tandem::conformance {
namespace {

using Context = std::optional<std::span<const std::byte>>;

template <void (*distort)(ConnectionInfo&)>
class Misdescribes final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  ConnectionInfo Describe() const override {
    ConnectionInfo info = inner().Describe();
    distort(info);
    return info;
  }
};

void AnotherVersion(ConnectionInfo& info) {
  info.version = info.version == Version::kTls13 ? Version::kTls12 : Version::kTls13;
}

void AnotherSuite(ConnectionInfo& info) {
  info.cipher_suite = info.cipher_suite == 0x1301 ? 0x1302 : 0x1301;
}

void NoGroup(ConnectionInfo& info) { info.group = 0; }

void NoSignature(ConnectionInfo& info) { info.peer_signature = 0; }

// In TLS 1.3 there is none to extend, and always as good as one.
void NoExtendedMasterSecret(ConnectionInfo& info) { info.extended_master_secret = false; }

void NoAlpn(ConnectionInfo& info) { info.alpn.clear(); }

void NoServerName(ConnectionInfo& info) { info.server_name.clear(); }

void NoChain(ConnectionInfo& info) { info.peer_chain.clear(); }

void LeafAlone(ConnectionInfo& info) {
  if (info.peer_chain.size() > 1) info.peer_chain.resize(1);
}

void ChainReversed(ConnectionInfo& info) {
  std::reverse(info.peer_chain.begin(), info.peer_chain.end());
}

class ExportsWithoutContext final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  bool Export(std::string_view label, Context /*context*/,
              std::span<std::byte> material) const override {
    return inner().Export(label, std::nullopt, material);
  }
};

class TakesAnEmptyContextForNone final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  bool Export(std::string_view label, Context context,
              std::span<std::byte> material) const override {
    if (context.has_value() && context->empty()) context.reset();
    return inner().Export(label, context, material);
  }
};

class ExportsByRole final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  bool Export(std::string_view label, Context context,
              std::span<std::byte> material) const override {
    const bool done = inner().Export(label, context, material);
    if (parts().role == Role::kServer) std::reverse(material.begin(), material.end());
    return done;
  }
};

// Each end's own, that is.
class GivesItsOwnFinished final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  std::vector<std::byte> FirstFinished() const override {
    std::vector<std::byte> finished = inner().FirstFinished();
    if (parts().role == Role::kServer) std::reverse(finished.begin(), finished.end());
    return finished;
  }
};

// Passes on all events but one type.
template <Event::Type forgotten>
class Forgets final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  ~Forgets() override { DropInner(); }

  SessionParts PartsOfInner() override {
    return {parts().role, parts().server, parts().wire, parts().policy, events_};
  }
  Step Handshake() override { return Passing(inner().Handshake()); }
  Step Read(std::span<std::byte> plaintext) override { return Passing(inner().Read(plaintext)); }

 private:
  Step Passing(Step step) {
    while (const auto event = events_.Next()) {
      if (event->type != forgotten) parts().events.Add(*event);
    }
    return step;
  }

  EventQueue events_;
};

constexpr Bug kBugs[] = {
    {"names-another-version",
     "Describes TLS 1.3 as TLS 1.2 and the other way round.",
     {"Tls13/HandshakeWithP256IdentitySucceeds", Role::kClient},
     MakeSession<Misdescribes<AnotherVersion>>},
    {"names-another-suite",
     "Describes a cipher suite that is not spoken.",
     {"Tls13/HandshakeWithP256IdentitySucceeds", Role::kClient},
     MakeSession<Misdescribes<AnotherSuite>>},
    {"names-no-group",
     "Does not know in which group keys were exchanged.",
     {"Tls13/HandshakeWithP256IdentitySucceeds", Role::kClient},
     MakeSession<Misdescribes<NoGroup>>},
    {"names-no-signature",
     "Does not know how the peer has signed.",
     {"Tls13/EachNamedSchemeSignsAlone", Role::kClient},
     MakeSession<Misdescribes<NoSignature>>},
    {"denies-the-extended-master-secret",
     "Says that keying material is not bound.",
     {"Tls13/ChannelBindingsAreTheSameAtBothEnds", Role::kClient},
     MakeSession<Misdescribes<NoExtendedMasterSecret>>},
    {"names-no-protocol",
     "Forgets what ALPN came to.",
     {"Tls13/AlpnFollowsTheServersOrder", Role::kServer},
     MakeSession<Misdescribes<NoAlpn>>},
    {"names-no-server",
     "Forgets the SNI.",
     {"Tls13/HandshakeWithP256IdentitySucceeds", Role::kServer},
     MakeSession<Misdescribes<NoServerName>>},
    {"shows-no-chain",
     "Forgets the peer's certificates.",
     {"Tls13/HandshakeWithP256IdentitySucceeds", Role::kClient},
     MakeSession<Misdescribes<NoChain>>},
    {"shows-the-leaf-alone",
     "Forgets the peer's intermediates.",
     {"Tls13/HandshakeThroughIntermediateSucceeds", Role::kClient},
     MakeSession<Misdescribes<LeafAlone>>},
    {"shows-the-chain-reversed",
     "Shows the peer's leaf last.",
     {"Tls13/HandshakeThroughIntermediateSucceeds", Role::kClient},
     MakeSession<Misdescribes<ChainReversed>>},
    {"exports-without-context",
     "Derives the same keying material for every context.",
     {"Tls13/BothEndsDeriveTheSameKeyingMaterial", Role::kClient},
     MakeSession<ExportsWithoutContext>},
    {"takes-an-empty-context-for-none",
     "Derives alike for an empty context and for none.",
     {"Tls12/BothEndsDeriveTheSameKeyingMaterial", Role::kClient},
     MakeSession<TakesAnEmptyContextForNone>},
    {"exports-by-role",
     "Derives other keying material on a server than on a client.",
     {"Tls13/BothEndsDeriveTheSameKeyingMaterial", Role::kServer},
     MakeSession<ExportsByRole>},
    {"gives-its-own-finished",
     "Gives another Finished on a server than on a client.",
     {"Tls12/ChannelBindingsAreTheSameAtBothEnds", Role::kServer},
     MakeSession<GivesItsOwnFinished>},
    {"forgets-that-the-peer-rekeyed",
     "Does not tell of the peer's new key.",
     {"Tls13/RekeyKeepsTheStream", Role::kClient},
     MakeSession<Forgets<Event::Type::kRekeyedByPeer>>},
    {"forgets-warnings",
     "Does not tell of the peer's warnings.",
     {"Tls13/WarningInTheHandshakeIsAnEventAndNoMore", Role::kClient},
     MakeSession<Forgets<Event::Type::kWarningAlert>>},
};

}  // namespace

std::span<const Bug> FactBugs() { return kBugs; }

}  // namespace tandem::conformance
