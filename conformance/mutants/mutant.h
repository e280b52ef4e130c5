// What all wrong backends have in common.

#ifndef TANDEM_CONFORMANCE_MUTANTS_MUTANT_H_
#define TANDEM_CONFORMANCE_MUTANTS_MUTANT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/decorated_backend.h"

namespace tandem::conformance {

/// A backend that is wrong and says so in its name.
class Mutant : public DecoratedBackend {
 public:
  Mutant(const Backend& inner, const Bug& bug)
      : DecoratedBackend(inner), name_(std::string(inner.name()) + ":" + std::string(bug.name)) {}

  std::string_view name() const override { return name_; }

 private:
  std::string name_;
};

/// Has sessions that are wrong: each is a `Session`, a DecoratedSession made of SessionParts.
template <typename Session>
class SessionMutant : public Mutant {
 public:
  using Mutant::Mutant;

  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const override {
    auto compiled = inner().Compile(settings);
    if (!compiled.ok()) return std::move(compiled).error();
    return std::shared_ptr<const BackendConfig>(
        std::make_shared<WrongConfig>(std::move(compiled).value()));
  }

 private:
  class WrongConfig final : public DecoratedConfig {
   public:
    using DecoratedConfig::DecoratedConfig;

    Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const override {
      return Start(std::make_unique<Session>(parts));
    }
  };
};

/// Makes a `Wrong`; for Bug::make.
template <typename Wrong>
std::unique_ptr<const Backend> Make(const Backend& inner, const Bug& bug) {
  return std::make_unique<Wrong>(inner, bug);
}

/// Makes a backend whose sessions are a `Session` each; for Bug::make.
template <typename Session>
std::unique_ptr<const Backend> MakeSession(const Backend& inner, const Bug& bug) {
  return std::make_unique<SessionMutant<Session>>(inner, bug);
}

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MUTANTS_MUTANT_H_
