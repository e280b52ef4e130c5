// The configs of both programs of a script.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_PROGRAMS_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_PROGRAMS_H_

#include "conformance/differential/setup.h"
#include "conformance/world/world.h"
#include "tandem/config.h"
#include "tandem/result.h"

namespace tandem::conformance {

/// Sets the world's date as `setup` says.
void SetDate(const Setup& setup, World& world);

/// Builds the config of the client, or of the server, that `setup` describes. Fails as
/// Config::Builder::Build() does. `world` must outlive the result.
Result<World::SharedConfig> BuildClient(const Setup& setup, World& world);
Result<World::SharedConfig> BuildServer(const Setup& setup, World& world);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_PROGRAMS_H_
