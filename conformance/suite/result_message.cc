#include "conformance/suite/result_message.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

namespace tandem::conformance {
namespace {

void PutNumber(std::string& message, std::uint64_t number) {
  const auto bytes = std::bit_cast<std::array<char, sizeof(number)>>(number);
  message.append(bytes.data(), bytes.size());
}

void PutText(std::string& message, std::string_view text) {
  PutNumber(message, text.size());
  message.append(text);
}

// Takes what was put from the front; once something is missing, all that follows is zero or empty.
class Reader {
 public:
  explicit Reader(std::string_view message) : rest_(message) {}

  std::uint64_t Number() {
    std::uint64_t number = 0;
    const std::string_view bytes = Take(sizeof(number));
    if (whole_) std::memcpy(&number, bytes.data(), sizeof(number));
    return number;
  }

  std::string Text() { return std::string(Take(Number())); }

  bool whole() const { return whole_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view Take(std::uint64_t size) {
    whole_ = whole_ && size <= rest_.size();
    if (!whole_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool whole_ = true;
};

}  // namespace

std::string Pack(const RunResult& result) {
  std::string message;
  PutNumber(message, static_cast<std::uint64_t>(result.outcome));
  PutNumber(message, result.schedules);
  PutNumber(message, static_cast<std::uint64_t>(result.duration.count()));
  PutText(message, result.reason);
  for (const CheckFailure& failure : result.failures) {
    PutText(message, failure.file);
    PutNumber(message, static_cast<std::uint64_t>(failure.line));
    PutText(message, failure.text);
  }
  return message;
}

std::optional<RunResult> Unpack(std::string_view message) {
  Reader reader(message);
  RunResult result;
  result.outcome = static_cast<Outcome>(reader.Number());
  result.schedules = reader.Number();
  result.duration = std::chrono::microseconds(reader.Number());
  result.reason = reader.Text();
  while (reader.whole() && !reader.at_end()) {
    CheckFailure failure;
    failure.file = reader.Text();
    failure.line = static_cast<int>(reader.Number());
    failure.text = reader.Text();
    result.failures.push_back(std::move(failure));
  }
  if (!reader.whole()) return std::nullopt;
  return result;
}

}  // namespace tandem::conformance
