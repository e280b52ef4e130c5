#include "conformance/suite/signals.h"

#include <sys/signalfd.h>

namespace tandem::conformance {
namespace {

constexpr int kEnding[] = {SIGINT, SIGTERM, SIGHUP};

// As under nohup(1): what is ignored must not be seen only because it is held back.
bool IsIgnored(int number) {
  struct sigaction action;
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals() {
  sigset_t ending;
  ::sigemptyset(&ending);
  for (const int number : kEnding) {
    if (!IsIgnored(number)) ::sigaddset(&ending, number);
  }
  ::sigprocmask(SIG_BLOCK, &ending, &before_);
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &usual, &child_before_);
  descriptor_ = Descriptor(::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
}

Signals::~Signals() {
  ::sigaction(SIGCHLD, &child_before_, nullptr);
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool Signals::Came() const {
  sigset_t pending;
  ::sigpending(&pending);
  for (const int number : kEnding) {
    if (::sigismember(&pending, number) == 1 && ::sigismember(&before_, number) == 0) return true;
  }
  return false;
}

}  // namespace tandem::conformance
