#include "conformance/differential/shrink.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tandem::conformance {
namespace {

class Shrinker {
 public:
  Shrinker(Script script, const std::function<bool(const Script&)>& fails, int tries)
      : best_(std::move(script)), fails_(fails), tries_left_(tries) {}

  Script Run() {
    while (tries_left_ > 0) {
      const Script before = best_;
      DropActions();
      ResetFields();
      LowerConnections();
      LowerSizes();
      if (best_ == before) break;
    }
    return std::move(best_);
  }

 private:
  bool Try(Script candidate) {
    if (candidate == best_ || tries_left_ <= 0) return false;
    --tries_left_;
    if (!fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  // Halves, quarters, and so on down to single actions, the last ones first: what follows a failure
  // is seldom its cause.
  void DropActions() {
    for (std::size_t size = best_.actions.size(); size > 0; size /= 2) {
      std::size_t end = best_.actions.size();
      while (end > 0 && tries_left_ > 0) {
        const std::size_t begin = end > size ? end - size : 0;
        Script candidate = best_;
        candidate.actions.erase(candidate.actions.begin() + static_cast<std::ptrdiff_t>(begin),
                                candidate.actions.begin() + static_cast<std::ptrdiff_t>(end));
        Try(std::move(candidate));
        end = begin;
      }
    }
  }

  void ResetFields() {
    for (const Field field : AllFields()) {
      Script candidate = best_;
      candidate.setup.Choose(field, 0);
      Try(std::move(candidate));
    }
  }

  void LowerConnections() {
    for (std::size_t from = 1; from < kConnectionLimit; ++from) {
      for (std::size_t to = 0; to < from; ++to) {
        Script candidate = best_;
        for (Action& action : candidate.actions) {
          if (action.connection == from) action.connection = static_cast<std::uint8_t>(to);
        }
        if (Try(std::move(candidate))) break;
      }
    }
  }

  void LowerSizes() {
    for (std::size_t i = 0; i < best_.actions.size(); ++i) {
      for (bool lower = true; lower;) {
        const std::uint32_t size = best_.actions[i].size;
        lower = false;
        for (const std::uint32_t smaller : {std::uint32_t{0}, std::uint32_t{1}, size / 2}) {
          if (smaller >= size) continue;
          Script candidate = best_;
          candidate.actions[i].size = smaller;
          lower = Try(std::move(candidate));
          if (lower) break;
        }
      }
    }
  }

  Script best_;
  const std::function<bool(const Script&)>& fails_;
  int tries_left_;
};

}  // namespace

Script Shrink(Script script, const std::function<bool(const Script&)>& fails, int tries) {
  return Shrinker(std::move(script), fails, tries).Run();
}

}  // namespace tandem::conformance
