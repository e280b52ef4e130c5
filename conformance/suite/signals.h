// The signals that matter to one who has children: those that ask to end, held back until there is
// time for them, and the one of a child that has ended.

#ifndef TANDEM_CONFORMANCE_SUITE_SIGNALS_H_
#define TANDEM_CONFORMANCE_SUITE_SIGNALS_H_

#include <signal.h>

#include "conformance/suite/descriptor.h"

namespace tandem::conformance {

/// While it lives, SIGINT, SIGTERM and SIGHUP do not end this process; they can be read here. And
/// SIGCHLD is not ignored, even if it was when this process began: then the system would forget how
/// children end.
class Signals {
 public:
  Signals();

  /// Lets them through again: one that came and was not taken ends the process now.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Returns where poll(2) sees that one came.
  int descriptor() const { return descriptor_.number(); }

  /// Says whether one came; it stays for the destructor.
  bool Came() const;

 private:
  sigset_t before_;
  struct sigaction child_before_;
  Descriptor descriptor_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_SIGNALS_H_
