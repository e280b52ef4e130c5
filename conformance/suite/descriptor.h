// A file descriptor that closes itself.

#ifndef TANDEM_CONFORMANCE_SUITE_DESCRIPTOR_H_
#define TANDEM_CONFORMANCE_SUITE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace tandem::conformance {

/// Owns a file descriptor; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { Close(); }

  void Close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

  bool open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_ = -1;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_DESCRIPTOR_H_
