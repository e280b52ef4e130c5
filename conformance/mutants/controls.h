// Backends that are decorated and right: what shows that it is the bug that is caught.

#ifndef TANDEM_CONFORMANCE_MUTANTS_CONTROLS_H_
#define TANDEM_CONFORMANCE_MUTANTS_CONTROLS_H_

#include <memory>
#include <span>
#include <string_view>

#include "tandem/backend.h"

namespace tandem::conformance {

/// One way to decorate a backend, without a bug.
struct Control {
  std::string_view name;

  /// Makes a backend that behaves as `inner`, has its name, and must not outlive it.
  std::unique_ptr<const Backend> (*make)(const Backend& inner);

  /// Its handshakes can wait for an answer. Where the policy is asked from inside a hook they
  /// cannot: a hook has no job to pause.
  bool can_wait;
};

/// Returns one for each way in which mutants are made.
std::span<const Control> Controls();

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MUTANTS_CONTROLS_H_
