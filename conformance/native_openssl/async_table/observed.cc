#include "conformance/native_openssl/async_table/observed.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace tandem::conformance {
namespace {

// A row that hangs ends here instead.
constexpr unsigned kSecondsLimit = 20;

void Append(std::string& text, std::string_view piece) {
  if (!text.empty()) text += "; ";
  text += piece;
}

[[noreturn]] void Tell(int fd, const std::function<void(Observed&)>& see) {
  // A crash is what some rows look for: no report of a sanitizer's, and no core.
  for (const int fatal : {SIGSEGV, SIGBUS, SIGABRT, SIGILL}) signal(fatal, SIG_DFL);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDERR_FILENO);
  alarm(kSecondsLimit);
  bool first = true;
  Observed observed([&](std::string_view piece) {
    std::string text;
    if (!first) text = "; ";
    text += piece;
    first = false;
    if (write(fd, text.data(), text.size()) < 0) _exit(EXIT_FAILURE);
  });
  see(observed);
  _exit(EXIT_SUCCESS);
}

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 512> buffer{};
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

std::string SeenHere(const std::function<void(Observed&)>& see) {
  std::string text;
  Observed observed([&text](std::string_view piece) { Append(text, piece); });
  see(observed);
  return text;
}

std::string SeenInChild(const std::function<void(Observed&)>& see) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return "no pipe";
  const pid_t child = fork();
  if (child < 0) return "no process";
  if (child == 0) Tell(ends[1], see);
  close(ends[1]);
  std::string text = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  const bool hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  if (hung) Append(text, "it hangs");
  // A sanitizer ends the process by itself where a signal would.
  if (!hung && status != 0) Append(text, "**it crashes**");
  return text;
}

}  // namespace tandem::conformance
