// What a session does differently over datagrams: DTLS, RFC 6347.

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "api/session_core.h"
#include "tandem/datagram_listener.h"
#include "tandem/datagram_wire.h"
#include "tandem/stream_wire.h"

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

// Datagrams that mean nothing and that one Read() looks at before others have a turn.
constexpr int kDatagramsPerRead = 64;

// A library that counts time otherwise may be early: it is not asked again at once.
constexpr std::chrono::milliseconds kShortestWait{1};

// Flights in a row without an answer after which they may have been too large for the path
// (RFC 6347 section 4.1.1.1), and what every IPv4 path carries: 576 bytes with 28 of headers.
constexpr unsigned kUnansweredFlights = 2;
constexpr std::size_t kSmallPayload = 548;

}  // namespace

std::unique_ptr<Wire> SessionCore::MakeWire(const Settings& settings, const AcceptedHello* hello,
                                            Transport& transport) {
  if (!settings.datagrams.has_value()) return std::make_unique<StreamWire>(transport);
  auto wire = std::make_unique<DatagramWire>(transport);
  if (hello != nullptr) wire->Hold(hello->datagram());
  return wire;
}

// --- Timers --------------------------------------------------------------------------------------

// Nothing: there is nothing to say.
std::optional<Status> SessionCore::RetransmitWhenDue() {
  const bool due = retransmission_.has_value() && Now() >= *retransmission_;
  if (!due || !handshaking() || job_.waiting()) return std::nullopt;
  if (const auto refused = RefuseElsewhere()) return *refused;
  retransmission_.reset();
  if (++unanswered_ > kUnansweredFlights) ShrinkPayload();
  wire_.BeginStep();
  if (backend_->HandleTimeout().outcome == Step::Outcome::kFailed) return FailWithLibrary();
  if (DriveHandshake() == Status::kError) return Status::kError;
  return std::nullopt;
}

// The library's clock may jump; ours does not.
void SessionCore::ArmRetransmission() {
  retransmission_.reset();
  if (!datagrams()) return;
  if (wire_.TakeTooLarge()) ShrinkPayload();
  if (const auto left = backend_->retransmit_in()) {
    retransmission_ = Now() + std::max(*left, kShortestWait);
  }
}

void SessionCore::ShrinkPayload() {
  max_payload_ = std::min(max_payload_, max_payload_ > kSmallPayload ? kSmallPayload : kMinPayload);
  backend_->SetMaxPayload(max_payload_);
}

Status SessionCore::SetMaxPayload(std::size_t bytes) {
  refusal_.reset();
  if (error_.has_value()) return Status::kError;
  if (const auto refused = RefuseElsewhere()) return *refused;
  if (!datagrams() || bytes < kMinPayload || bytes > kMaxPayload) {
    return Refuse(MakeError(ErrorKind::kMisuse,
                            "a payload's limit is for datagrams, and 256 to 65507 bytes"));
  }
  if (job_.waiting()) return Status::kWantAsync;
  max_payload_ = bytes;
  backend_->SetMaxPayload(bytes);
  return Status::kOk;
}

std::size_t SessionCore::max_datagram() const {
  const bool open = datagrams() && !handshaking() && !error_.has_value();
  return open ? std::min(backend_->max_datagram(), BackendSession::kRecordBytes) : 0;
}

// --- Reading and writing -------------------------------------------------------------------------

// A library that has too little room would give the rest with the next call.
IoResult SessionCore::ReadDatagram(std::span<std::byte> plaintext) {
  if (plaintext.size() >= BackendSession::kRecordBytes) return ReadWhole(plaintext);
  const auto room = std::make_unique_for_overwrite<std::byte[]>(BackendSession::kRecordBytes);
  IoResult result = ReadWhole({room.get(), BackendSession::kRecordBytes});
  if (result.status != Status::kOk) return result;
  result.truncated = result.bytes > plaintext.size();
  result.bytes = std::min(result.bytes, plaintext.size());
  std::memcpy(plaintext.data(), room.get(), result.bytes);
  return result;
}

IoResult SessionCore::ReadWhole(std::span<std::byte> plaintext) {
  has_more_ = false;
  for (int looked_at = 0; looked_at < kDatagramsPerRead; ++looked_at) {
    const std::uint32_t warnings = events_.added(Event::Type::kWarningAlert);
    wire_.BeginStep();
    const Step step = backend_->Read(plaintext);
    switch (step.outcome) {
      case Step::Outcome::kDone:
        has_more_ = true;  // Behind it in the same datagram there may be another record.
        return {Status::kOk, step.bytes};
      case Step::Outcome::kClosed: read_closed_ = true; return {Status::kClosed};
      case Step::Outcome::kFailed: return {FailWithLibrary()};
      case Step::Outcome::kAgain: break;
    }
    const bool warned = events_.added(Event::Type::kWarningAlert) != warnings;
    if (wire_.pulled_content() && !warned) wire_.CountDiscarded();
    if (wire_.send_failure().has_value()) return {FailWithSend()};
    if (wire_.input_was_empty()) return {Status::kWantRead};
  }
  has_more_ = true;
  return {Status::kWantRead};
}

IoResult SessionCore::WriteDatagram(std::span<const std::byte> plaintext) {
  if (plaintext.size() > max_datagram()) return {RefuseSize(plaintext.size())};
  wire_.BeginStep();
  const Step step = backend_->Write(plaintext);
  if (step.outcome == Step::Outcome::kFailed) return {FailWithLibrary()};
  if (step.outcome != Step::Outcome::kDone || step.bytes != plaintext.size()) {
    return {Fail(MakeError(ErrorKind::kInternal, "the library refused to take a datagram"))};
  }
  if (!wire_.TakeTooLarge()) return {Status::kOk, plaintext.size()};
  ShrinkPayload();
  return {RefuseSize(plaintext.size())};
}

Status SessionCore::RefuseSize(std::size_t bytes) {
  return Refuse(MakeError(ErrorKind::kMisuse, "a datagram of " + std::to_string(bytes) +
                                                  " bytes is too large; max_datagram() is " +
                                                  std::to_string(max_datagram()) +
                                                  " here and now"));
}

}  // namespace tandem
