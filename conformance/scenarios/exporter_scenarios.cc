// Keying material that both ends derive alike (RFC 5705, RFC 8446 section 7.5).

#include <optional>
#include <span>
#include <string>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

using Context = std::optional<std::span<const std::byte>>;

Bytes Derive(World& w, const End& end, std::string_view label, Context context,
             std::size_t length) {
  auto material = end.session().Export(label, context, length);
  if (!material.ok()) {
    w.That(false, end.name() + "'s Export(): " + material.error().ToString());
    return {};
  }
  w.Equal(material->size(), length, end.name() + "'s bytes");
  return *std::move(material);
}

Bytes DeriveBoth(World& w, std::string_view label, Context context, std::size_t length) {
  Bytes material = Derive(w, w.client(), label, context, length);
  w.Equal(material, Derive(w, w.server(), label, context, length), "the two ends' material");
  return material;
}

void BothEndsDeriveTheSame(World& w) {
  if (!w.Connect()) return;
  const Bytes some = BytesOf("context");
  const Bytes empty;
  const std::string label = "EXPERIMENTAL-tandem";
  const Bytes absent = DeriveBoth(w, label, std::nullopt, 32);
  const Bytes with_empty = DeriveBoth(w, label, Context(empty), 32);
  const Bytes with_some = DeriveBoth(w, label, Context(some), 32);
  w.Equal(absent == with_empty, w.tls13(), "no context is the same as an empty one");
  w.That(absent != with_some && with_empty != with_some, "the context makes no difference");
  w.That(absent != DeriveBoth(w, "EXPERIMENTAL-other", std::nullopt, 32),
         "the label makes no difference");
  w.That(absent != Bytes(32), "the material is all zero");
  for (const std::size_t length :
       {std::size_t{1}, std::size_t{20}, std::size_t{255}, Session::kExportLimit}) {
    DeriveBoth(w, label, Context(some), length);
  }
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
  w.Equal(DeriveBoth(w, label, std::nullopt, 32), absent, "the material, later");
}

void ConnectionsDiffer(World& w) {
  if (!w.Connect()) return;
  const Bytes first = DeriveBoth(w, "EXPERIMENTAL-tandem", std::nullopt, 32);
  if (!w.Connect()) return;
  w.That(first != DeriveBoth(w, "EXPERIMENTAL-tandem", std::nullopt, 32),
         "two connections have the same material");
}

void IsMisuse(World& w, const End& end, std::size_t length) {
  const auto material = end.session().Export("EXPERIMENTAL-tandem", std::nullopt, length);
  if (!w.That(!material.ok(), end.name() + "'s Export() of " + std::to_string(length))) return;
  w.Equal(material.error().kind, ErrorKind::kMisuse, "the error");
}

void MisuseIsNamed(World& w) {
  w.Open();
  IsMisuse(w, w.client(), 32);
  IsMisuse(w, w.server(), 32);
  if (!w.Handshake()) return;
  IsMisuse(w, w.client(), Session::kExportLimit + 1);
  IsMisuse(w, w.server(), Session::kExportLimit + 1);
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

constexpr Scenario kScenarios[] = {
    {"BothEndsDeriveTheSameKeyingMaterial", kEach, BothEndsDeriveTheSame},
    {"ConnectionsDeriveDifferentKeyingMaterial", kEach, ConnectionsDiffer},
    {"ExportTooEarlyOrTooMuchIsMisuse", kEach, MisuseIsNamed},
};

}  // namespace

std::span<const Scenario> ExporterScenarios() { return kScenarios; }

}  // namespace tandem::conformance
