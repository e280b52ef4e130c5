// What a backend does for tandem itself, beside connections: hashes, the signatures of revocation
// lists, paths over what the rules name.

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/pki/pki.h"
#include "conformance/scenarios/scenario.h"
#include "tandem/backend.h"
#include "tandem/pem.h"

namespace tandem::conformance {
namespace {

// An authority and an empty revocation list of its own, ECDSA with SHA-256.
constexpr std::string_view kAuthority =
    "308201863082012ba003020102021418f30ee39034586e908273631ee06ccc3b93627f300a06082a8648ce3d"
    "0403023010310e300c06035504030c054c69737473301e170d3236313132313130353734365a170d34363131"
    "31363130353734365a3010310e300c06035504030c054c697374733059301306072a8648ce3d020106082a86"
    "48ce3d03010703420004453690991a224bcc7ca6a2a796f34c7e783c909021447118ccd63ab0e22d1b2cbec2"
    "52b17d6e83851d98a7e54cf9a2dce516172ddc91fd8d5bcc1c714950d291a3633061301d0603551d0e041604"
    "14251d0534dcea8f37f9d16dfa35d5ac863aa4d25d301f0603551d23041830168014251d0534dcea8f37f9d1"
    "6dfa35d5ac863aa4d25d300e0603551d0f0101ff040403020106300f0603551d130101ff040530030101ff30"
    "0a06082a8648ce3d0403020349003046022100a6c4f023df9b0bb1a6e080e82af68e6adb02c457b8e3eb8162"
    "de05efd2f71b2f0221009009186c4b321a3b023319bd23c6c81066bfa5026017e6fd270aa3195179afa2";

constexpr std::string_view kList =
    "308195303c300a06082a8648ce3d0403023010310e300c06035504030c054c69737473170d32363131323131"
    "30353734365a170d3436313131363130353734365a300a06082a8648ce3d0403020349003046022100b031cd"
    "21039b79ab077f9e287fbca4fe18314c7e7daa0baf5f3942da19e6a125022100f5275f86af9f28ed9a69c0b0"
    "905de2fa3347b781c44367ba5d48dc74143f2e78";

Bytes FromHex(std::string_view hex) {
  constexpr std::string_view digits = "0123456789abcdef";
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(digits.find(hex[i]) * 16 + digits.find(hex[i + 1])));
  }
  return bytes;
}

Der FirstOf(std::string_view name) { return (*ReadPem(PkiText(name))).front().der; }

// FIPS 180-4's own example.
void HashesAreThoseOfTheStandard(World& w) {
  const std::pair<Hash, std::string_view> cases[] = {
      {Hash::kSha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {Hash::kSha384,
       "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca1"
       "34c825a7"},
      {Hash::kSha512,
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23"
       "a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
  };
  const Bytes content = BytesOf("abc");
  for (const Backend* backend : {&w.client_backend(), &w.server_backend()}) {
    for (const auto& [hash, digest] : cases) {
      const Note note(w.checks(), std::string(backend->name()));
      w.Equal(backend->Digest(hash, content), FromHex(digest), "the hash of \"abc\"");
    }
  }
}

void ListsAreBelievedOfWhoeverHasSignedThem(World& w) {
  const Bytes authority = FromHex(kAuthority);
  const Bytes list = FromHex(kList);
  for (const Backend* backend : {&w.client_backend(), &w.server_backend()}) {
    const Note note(w.checks(), std::string(backend->name()));
    w.That(backend->HasSigned(authority, list), "its own list is not believed");
    w.That(!backend->HasSigned(FirstOf("root_a"), list), "another's list is believed");
    for (const std::size_t at : {std::size_t{30}, list.size() - 1}) {
      Bytes damaged = list;
      damaged[at] ^= std::byte{1};
      w.That(!backend->HasSigned(authority, damaged),
             "believed, with another byte at " + std::to_string(at));
    }
    w.That(!backend->HasSigned(authority, std::span(list).first(list.size() / 2)),
           "half of a list is believed");
    w.That(!backend->HasSigned(authority, {}), "nothing is believed");
    w.That(!backend->HasSigned({}, list), "a list of nobody is believed");
  }
}

// A server that forgets its intermediate, and a client that knows it.
void KnownIntermediatesLeadToARoot(World& w) {
  const auto leaf = Identity::FromPem(w.server_backend(), PkiLeafText("server_chained"),
                                      PkiText("server_chained.key"));
  if (!w.That(leaf.ok(), "the leaf alone cannot be loaded")) return;
  Trust trust = World::Roots();
  trust.Intermediates({FirstOf("intermediate")});
  if (!w.Connect(w.ClientRules(std::move(trust)), w.ServerRules(*leaf))) return;
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

constexpr Scenario kScenarios[] = {
    {"HashesAreThoseOfTheStandard", kMixed, HashesAreThoseOfTheStandard},
    {"ListsAreBelievedOfWhoeverHasSignedThem", kMixed, ListsAreBelievedOfWhoeverHasSignedThem},
    {"KnownIntermediatesLeadToARoot", kEach, KnownIntermediatesLeadToARoot},
};

}  // namespace

std::span<const Scenario> ServiceScenarios() { return kScenarios; }

}  // namespace tandem::conformance
