#include "examples/storm_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace tandem_examples {
namespace {

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Pipe MakePipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::perror("pipe2");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// A machine may refuse, or have one processor only: then it is as it is.
void Place(const Placement& placement) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_TIMERSLACK, 1);  // Who measures microseconds cannot be woken 50 of them late.
  if (placement.nice != 0) ::setpriority(PRIO_PROCESS, 0, placement.nice);
  if (!placement.processor.has_value()) return;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  CPU_SET(static_cast<unsigned>(*placement.processor), &processors);
  ::sched_setaffinity(0, sizeof processors, &processors);
}

}  // namespace

std::string Channel::HearLine() const {
  std::string line;
  for (char letter = 0; ::read(in_.number(), &letter, 1) == 1 && letter != '\n';) line += letter;
  return line;
}

bool Channel::Send(std::span<const std::byte> bytes) const {
  // Far fewer than PIPE_BUF, so all or none.
  return ::write(out_.number(), bytes.data(), bytes.size()) == std::ssize(bytes);
}

bool Channel::Receive(std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got = ::read(in_.number(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

Process Process::Run(const std::function<int(const Channel&)>& body, const Placement& placement) {
  Pipe down = MakePipe();
  Pipe up = MakePipe();
  std::fflush(nullptr);
  const pid_t id = ::fork();
  if (id != 0) return {id, Channel(std::move(up.read), std::move(down.write))};
  down.write.Close();
  up.read.Close();
  Place(placement);
  ::_exit(body(Channel(std::move(down.read), std::move(up.write))));
}

Process Process::Execute(std::vector<std::string> command, const Placement& placement) {
  return Run(
      [&command](const Channel& parent) {
        std::vector<char*> arguments;
        for (std::string& argument : command) arguments.push_back(argument.data());
        arguments.push_back(nullptr);
        ::dup2(parent.outgoing(), STDOUT_FILENO);
        ::execv(arguments.front(), arguments.data());
        std::perror(arguments.front());
        return 127;
      },
      placement);
}

bool Process::Wait() {
  if (id_ <= 0) return false;
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
  id_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool Process::End() {
  if (id_ > 0) ::kill(id_, SIGTERM);
  return Wait();
}

}  // namespace tandem_examples
