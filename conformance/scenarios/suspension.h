// What scenarios of suspended calls have in common.

#ifndef TANDEM_CONFORMANCE_SCENARIOS_SUSPENSION_H_
#define TANDEM_CONFORMANCE_SCENARIOS_SUSPENSION_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "conformance/scenarios/questions.h"
#include "conformance/world/world.h"

namespace tandem::conformance {

/// Plays it once for each way in which programs wait.
void EachWay(World& w, const std::function<void()>& play);

/// Returns the end at which `point` is, or the one across from it.
End& EndOf(World& w, Point point);
End& PeerOf(World& w, Point point);

/// Opens a connection in which everything is asked, and answers all but the question number `nth`
/// (0 is the first), which it returns once nobody has anything else to do. Nothing: there are not
/// so many.
std::optional<Question> WaitForQuestion(World& w, const std::shared_ptr<Questions>& desk,
                                        const ExchangeConfigs& configs, std::size_t nth);

/// As WaitForQuestion(), for the first one of `point`; fails if there is none.
std::optional<Question> WaitForPoint(World& w, const std::shared_ptr<Questions>& desk,
                                     const ExchangeConfigs& configs, Point point,
                                     Here here = Here::Now());

/// Plays a handshake by `configs`, checks that it is done, and that data flow.
bool ConnectAndTalk(World& w, const ExchangeConfigs& configs, Here here = Here::Now());

/// Has both ends something to say, runs until nobody has anything to do, and checks that the end of
/// `point` has failed as `own` says, that its peer was told by that alert, and that nobody got a
/// byte.
void FailsAt(World& w, Point point, const Expected& own, Here here = Here::Now());

/// Checks that `end` is neither done nor over, and waits for an answer.
bool IsSuspended(World& w, End& end, Here here = Here::Now());

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_SUSPENSION_H_
