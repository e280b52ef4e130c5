// What a server says to one client, behind the TLS: bytes in, bytes out, no sockets.

#ifndef TANDEM_EXAMPLES_DIALOGUE_H_
#define TANDEM_EXAMPLES_DIALOGUE_H_

#include <cstddef>
#include <span>
#include <vector>

namespace tandem_examples {

/// One side of one conversation. Nothing in it waits.
class Dialogue {
 public:
  virtual ~Dialogue() = default;

  /// Says whether more input is welcome now. Back-pressure: who does not read what we answer is
  /// not listened to either.
  virtual bool wants_input() const = 0;

  /// Takes what the peer said. Only while wants_input().
  virtual void TakeInput(std::span<const std::byte> input) = 0;

  /// Takes note that the peer will say no more.
  virtual void TakeEnd() = 0;

  /// Returns what to say next, in a bounded piece; empty if there is nothing to say for now. Valid
  /// until the next call.
  virtual std::span<const std::byte> Output() = 0;

  /// Forgets the first `bytes` of Output(), which have been said.
  virtual void Consume(std::size_t bytes) = 0;

  /// Says whether the conversation is over.
  virtual bool finished() const = 0;

  /// Says whether what was said is complete. If not, the connection must end without close_notify,
  /// or the peer would take a part for the whole.
  virtual bool whole() const = 0;
};

/// Says everything back.
class EchoDialogue final : public Dialogue {
 public:
  /// Bytes that may wait to be said back before no more are read.
  static constexpr std::size_t kBufferLimit = 65536;

  bool wants_input() const override { return !ended_ && waiting_.size() - said_ < kBufferLimit; }
  void TakeInput(std::span<const std::byte> input) override;
  void TakeEnd() override { ended_ = true; }
  std::span<const std::byte> Output() override { return std::span(waiting_).subspan(said_); }
  void Consume(std::size_t bytes) override;
  bool finished() const override { return ended_ && said_ == waiting_.size(); }
  bool whole() const override { return true; }

 private:
  std::vector<std::byte> waiting_;
  std::size_t said_ = 0;
  bool ended_ = false;
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_DIALOGUE_H_
