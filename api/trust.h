// Whom we believe.

#ifndef TANDEM_TRUST_H_
#define TANDEM_TRUST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/result.h"

namespace tandem {

/// Says which certificates vouch for a peer. There is no default: a client names one of these.
class Trust {
 public:
  enum class Mode { kSystem, kRoots, kDangerNone };

  /// Believes the roots that the machine's administrator installed. Building a Config fails when
  /// the machine has none.
  static Trust System() { return Trust(Mode::kSystem); }

  /// Believes exactly the certificates in a PEM text. kMisuse if it holds none.
  static Result<Trust> FromPem(std::string_view roots);

  /// Believes exactly the certificates in a PEM file. kMisuse if it holds none.
  static Result<Trust> FromPemFile(const std::string& path);

  /// Believes exactly these certificates, DER each.
  static Trust FromDer(std::vector<std::vector<std::byte>> roots);

  /// Believes anybody: neither chain nor name is looked at, and a man in the middle is not noticed.
  /// For tests, and for programs that check the peer's certificate by other means before they say
  /// a word.
  static Trust DangerNone() { return Trust(Mode::kDangerNone); }

  Mode mode() const { return mode_; }

  /// Returns the roots, DER each; empty but for kRoots.
  const std::vector<std::vector<std::byte>>& roots() const { return roots_; }

 private:
  explicit Trust(Mode mode) : mode_(mode) {}

  Mode mode_;
  std::vector<std::vector<std::byte>> roots_;
};

}  // namespace tandem

#endif  // TANDEM_TRUST_H_
