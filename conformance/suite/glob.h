// Which runs a filter means: patterns with * and ?, some to take and some to leave out.

#ifndef TANDEM_CONFORMANCE_SUITE_GLOB_H_
#define TANDEM_CONFORMANCE_SUITE_GLOB_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/run.h"

namespace tandem::conformance {

/// Says whether all of `text` fits `pattern`, where * is any text and ? any character.
bool Fits(std::string_view pattern, std::string_view text);

/// Returns the parts of `text` between `separator`s that are not empty.
std::vector<std::string> Split(std::string_view text, char separator);

/// Patterns as in `A*:B*-C*:D*`: A* or B*, but not C* and not D*. Patterns of which none is to be
/// taken mean all but those.
class Filter {
 public:
  /// Adds the patterns of `text` to those that there are.
  void Add(std::string_view text);

  /// Says whether a run called Tls13/NAME is meant: by that, by Tls13.NAME, or by NAME.
  bool Accepts(const Run& run) const;

  bool empty() const { return taken_.empty() && left_out_.empty(); }
  const std::vector<std::string>& taken() const { return taken_; }

 private:
  std::vector<std::string> taken_;
  std::vector<std::string> left_out_;
};

/// Returns the `limit` of `names` that are most like `name`, the likest first; * and ? and what
/// stands before a slash do not count.
std::vector<std::string_view> NearestNames(std::string_view name,
                                           const std::vector<std::string_view>& names,
                                           std::size_t limit);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_GLOB_H_
