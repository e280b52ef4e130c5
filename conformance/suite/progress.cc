#include "conformance/suite/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace tandem::conformance {
namespace {

// Often enough to see that it moves.
constexpr std::chrono::milliseconds kInterval{100};

std::size_t ColumnsOf(std::FILE* terminal) {
  constexpr std::size_t usual = 80;
  winsize size{};
  if (::ioctl(::fileno(terminal), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return size.ws_col;
}

}  // namespace

std::string ProgressLine(const Stand& stand, std::size_t columns) {
  std::string line = std::to_string(stand.done) + " of " + std::to_string(stand.total) + ", " +
                     std::to_string(stand.failed) + " failed, " +
                     std::to_string(stand.elapsed.count()) + " s";
  if (!stand.running.empty()) line += ": " + stand.running;
  // The last column stays free: some terminals begin a new line when it is written.
  if (line.size() >= columns) line.resize(columns > 0 ? columns - 1 : 0);
  return line;
}

Progress::Progress(std::FILE* terminal)
    : terminal_(terminal != nullptr && ::isatty(::fileno(terminal)) == 1 ? terminal : nullptr) {}

Progress::~Progress() {
  if (terminal_ == nullptr || shown_ == std::chrono::steady_clock::time_point{}) return;
  std::fputs("\r\x1b[K", terminal_);
  std::fflush(terminal_);
}

void Progress::Show(const Stand& stand) {
  const auto now = std::chrono::steady_clock::now();
  if (terminal_ == nullptr || now - shown_ < kInterval) return;
  shown_ = now;
  std::fprintf(terminal_, "\r%s\x1b[K", ProgressLine(stand, ColumnsOf(terminal_)).c_str());
  std::fflush(terminal_);
}

}  // namespace tandem::conformance
