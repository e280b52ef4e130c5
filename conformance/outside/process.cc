#include "conformance/outside/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace tandem::conformance {
namespace {

constexpr int kNoSuchProgram = 127;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

// Closed by exec on both sides; what the child keeps, it duplicates.
std::optional<Pipe> MakePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Ours alone: the two ends of a pipe have flags of their own, and the program expects to block.
void StopBlocking(const Descriptor& end) {
  fcntl(end.number(), F_SETFL, fcntl(end.number(), F_GETFL) | O_NONBLOCK);
}

[[noreturn]] void BecomeProgram(const std::vector<std::string>& command, pid_t parent,
                                const Pipe& input, const Pipe& output, const Pipe& complaints,
                                const Pipe& failure) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kNoSuchProgram);  // It was gone before the line above.
  std::signal(SIGPIPE, SIG_DFL);
  dup2(input.read.number(), STDIN_FILENO);
  dup2(output.write.number(), STDOUT_FILENO);
  dup2(complaints.write.number(), STDERR_FILENO);
  setenv("LC_ALL", "C", 1);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words.front(), words.data());
  const char told = 1;
  static_cast<void>(!write(failure.write.number(), &told, 1));
  _exit(kNoSuchProgram);
}

// Reads what is there; closes `from` at its end. Says whether anything came.
bool Drain(Descriptor& from, std::string& into) {
  bool moved = false;
  std::array<char, 16384> buffer{};
  while (from.open()) {
    const ssize_t size = read(from.number(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    moved = true;
    if (size <= 0) {
      from.Close();
    } else {
      into.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }
  return moved;
}

}  // namespace

std::unique_ptr<Process> Process::Start(const std::vector<std::string>& command) {
  auto input = MakePipe();
  auto output = MakePipe();
  auto complaints = MakePipe();
  auto failure = MakePipe();
  if (!input || !output || !complaints || !failure) return nullptr;
  const pid_t parent = getpid();
  const pid_t id = fork();
  if (id < 0) return nullptr;
  if (id == 0) BecomeProgram(command, parent, *input, *output, *complaints, *failure);

  std::unique_ptr<Process> process(new Process());
  process->id_ = id;
  failure->write.Close();
  char told = 0;
  if (read(failure->read.number(), &told, 1) == 1) return nullptr;
  process->to_input_ = std::move(input->write);
  process->from_output_ = std::move(output->read);
  process->from_complaints_ = std::move(complaints->read);
  StopBlocking(process->to_input_);
  StopBlocking(process->from_output_);
  StopBlocking(process->from_complaints_);
  return process;
}

Process::~Process() {
  if (!ended()) Kill();
}

void Process::Say(std::string_view text) { input_.append(text); }

void Process::Kill() {
  if (id_ <= 0 || ended()) return;
  kill(id_, SIGKILL);
  to_input_.Close();
  Reap(0);
}

void Process::Reap(int options) {
  int status = 0;
  pid_t reaped = 0;
  do {
    reaped = waitpid(id_, &status, options);
  } while (reaped < 0 && errno == EINTR);
  if (reaped != id_) return;
  status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool Process::MoveInput() {
  bool moved = false;
  while (to_input_.open() && !all_said()) {
    const ssize_t size =
        write(to_input_.number(), input_.data() + input_taken_, input_.size() - input_taken_);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return moved;
    moved = true;
    if (size < 0) {
      to_input_.Close();
      return true;
    }
    input_taken_ += static_cast<std::size_t>(size);
  }
  if (input_ends_ && to_input_.open()) {
    to_input_.Close();
    moved = true;
  }
  return moved;
}

bool Process::Move() {
  bool moved = MoveInput();
  moved = Drain(from_output_, output_) || moved;
  moved = Drain(from_complaints_, complaints_) || moved;
  if (!lingers()) return moved;
  Reap(WNOHANG);
  return moved || ended();
}

void Process::AddTo(std::vector<pollfd>& waits) const {
  if (to_input_.open() && !all_said()) waits.push_back({to_input_.number(), POLLOUT, 0});
  if (from_output_.open()) waits.push_back({from_output_.number(), POLLIN, 0});
  if (from_complaints_.open()) waits.push_back({from_complaints_.number(), POLLIN, 0});
}

}  // namespace tandem::conformance
