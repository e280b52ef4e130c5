#include "conformance/suite/suite_fixture.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace tandem::conformance {
namespace {

void Passes(World&) {}

void Fails(World& w) { w.Equal(static_cast<int>(w.seed() % 2), 2, "the parity of the seed"); }

void WritesStrangeText(World& w) { w.That(false, kStrangeText); }

void Aborts(World&) {
  std::fputs("these are my last words\n", stderr);
  std::abort();
}

void EndsItsProcess(World&) {
  std::puts("no more of this");
  std::fflush(stdout);
  ::_exit(3);
}

void Throws(World&) { throw std::runtime_error("thrown away"); }

void Hangs(World&) {
  for (;;) ::pause();
}

void SpoilsTheEnd(World&) {
  std::atexit([] {
    std::fputs("spoiled\n", stderr);
    ::_exit(7);
  });
}

constexpr Scenario kScenarios[] = {
    {"Passes", kEach, Passes},     {"PassesInTls12", kTls12, Passes},
    {"Fails", kTls13, Fails},      {"WritesStrangeText", kMixed, WritesStrangeText},
    {"Aborts", kTls13, Aborts},    {"EndsItsProcess", kTls13, EndsItsProcess},
    {"Throws", kTls13, Throws},    {"Hangs", kTls12, Hangs},
    {"IsExcepted", kTls13, Fails}, {"IsExceptedForAnother", kTls13, Fails},
    {"IsStale", kTls13, Passes},   {"SpoilsTheEnd", kTls13, SpoilsTheEnd},
};

constexpr Exception kFixtureExceptions[] = {
    {"IsExcepted", "*", "*", Versions::kEach, "that is how it is", {"the parity of the seed"}},
    {"IsExceptedForAnother", "*", "*", Versions::kEach, "another one", {"the parity of the day"}},
    {"IsStale", "*", "*", Versions::kEach, "that is how it was"},
};

class IdleBackend : public Backend {
 public:
  explicit IdleBackend(std::string_view name) : name_(name) {
    capabilities_.versions = {Version::kTls12, Version::kTls13};
  }

  std::string_view name() const override { return name_; }
  std::string version() const override { return "no library"; }
  const Capabilities& capabilities() const override { return capabilities_; }
  Result<std::shared_ptr<const BackendIdentity>> LoadIdentity(
      const IdentityMaterial&) const override {
    return Refusal();
  }
  Result<Der> DecryptKey(std::span<const std::byte>, std::string_view) const override {
    return Refusal();
  }
  Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte>, std::string_view) const override {
    return Refusal();
  }
  std::vector<std::byte> Digest(Hash, std::span<const std::byte>) const override { return {}; }
  bool HasSigned(std::span<const std::byte>, std::span<const std::byte>) const override {
    return false;
  }
  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings&) const override {
    return Refusal();
  }

 private:
  static Error Refusal() {
    Error error;
    error.kind = ErrorKind::kUnsupported;
    error.what = "this backend does nothing";
    return error;
  }

  std::string_view name_;
  Capabilities capabilities_;
};

}  // namespace

std::span<const Scenario> FixtureScenarios() { return kScenarios; }

const Scenario& FixtureScenario(std::string_view name) {
  return *std::find_if(std::begin(kScenarios), std::end(kScenarios),
                       [&](const Scenario& scenario) { return scenario.name == name; });
}

std::span<const Exception> FixtureExceptions() { return kFixtureExceptions; }

const Backend& Red() {
  static const IdleBackend red("red");
  return red;
}

const Backend& Blue() {
  static const IdleBackend blue("blue");
  return blue;
}

const Backend& OtherRed() {
  static const IdleBackend red("red");
  return red;
}

}  // namespace tandem::conformance
