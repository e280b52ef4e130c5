// Backends whose error table is wrong.

#include "conformance/mutants/bug.h"
#include "conformance/mutants/mutant.h"

namespace tandem::conformance {
namespace {

template <void (*distort)(Error&)>
class Misreports final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  Failure TakeFailure() override {
    Failure failure = inner().TakeFailure();
    distort(failure.error);
    return failure;
  }
};

void AllIsProtocol(Error& error) {
  error.kind = ErrorKind::kProtocol;
  error.alert_received.reset();
}

void GarbageIsOurFault(Error& error) {
  if (error.kind == ErrorKind::kProtocol) error.kind = ErrorKind::kInternal;
}

void AllIsThePeersAlert(Error& error) {
  error.kind = ErrorKind::kPeerAlert;
  error.alert_received = Alert::kCloseNotify;
}

void WhatIsNotSharedIsBroken(Error& error) {
  if (error.kind == ErrorKind::kIncompatible) error.kind = ErrorKind::kProtocol;
}

void WhichAlertCame(Error& error) { error.alert_received.reset(); }

void SaysNothing(Error& error) { error.what.clear(); }

constexpr Bug kBugs[] = {
    {"takes-all-for-protocol",
     "Says kProtocol for whatever has happened.",
     {"Tls13/FlippedBitIsBadRecordMacAtBothEnds", Role::kServer},
     MakeSession<Misreports<AllIsProtocol>>},
    {"blames-us-for-garbage",
     "Says kInternal where the peer has broken the protocol.",
     {"Tls13/FlippedBitIsBadRecordMacAtBothEnds", Role::kClient},
     MakeSession<Misreports<GarbageIsOurFault>>},
    {"takes-all-for-the-peers-alert",
     "Says that the peer has closed, whatever has happened.",
     {"Tls13/FlippedBitIsBadRecordMacAtBothEnds", Role::kClient},
     MakeSession<Misreports<AllIsThePeersAlert>>},
    {"takes-nothing-shared-for-protocol",
     "Says kProtocol where two sides share nothing.",
     {"Tls12/SuiteForAnotherKindOfKeyIsIncompatible", Role::kServer},
     MakeSession<Misreports<WhatIsNotSharedIsBroken>>},
    {"loses-the-alert-that-came",
     "Does not say which alert the peer has sent.",
     {"Tls13/FlippedBitIsBadRecordMacAtBothEnds", Role::kServer},
     MakeSession<Misreports<WhichAlertCame>>},
    {"says-nothing-of-what-went-wrong",
     "Leaves the sentence of an error empty.",
     {"Tls13/FlippedBitIsBadRecordMacAtBothEnds", Role::kClient},
     MakeSession<Misreports<SaysNothing>>},
};

}  // namespace

std::span<const Bug> ErrorBugs() { return kBugs; }

}  // namespace tandem::conformance
