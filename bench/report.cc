#include "bench/report.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <string_view>

namespace tandem::bench {
namespace {

// The usual table, and every single time behind it.
class Collector final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      ++runs_;
      if (run.error_occurred) ++failed_;
      if (run.run_type == Run::RT_Iteration && !run.error_occurred) {
        times_[run.run_name.function_name].push_back(run.GetAdjustedCPUTime());
      }
    }
  }

  bool all_well() const { return runs_ > 0 && failed_ == 0; }

  // Nanoseconds of CPU; 0 if it was not run.
  double Median(const std::string& name) const {
    const auto found = times_.find(name);
    if (found == times_.end()) return 0;
    std::vector<double> times = found->second;
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  }

 private:
  std::size_t runs_ = 0;
  std::size_t failed_ = 0;
  std::map<std::string, std::vector<double>> times_;
};

// Takes `flag` out of the command line, which Google Benchmark would not know. True if it was
// there.
bool TakeFlag(int& argc, char** argv, std::string_view flag) {
  char** const end = argv + argc;
  char** const left = std::remove_if(argv, end, [flag](const char* word) { return word == flag; });
  argc = static_cast<int>(left - argv);
  return left != end;
}

}  // namespace

int RunBenchmarks(int argc, char** argv, const std::vector<Limit>& limits) {
  const bool hold = TakeFlag(argc, argv, "--hold_limits");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  bool holds = true;
  std::printf("\n");
  for (const Limit& limit : limits) {
    const double ours = collector.Median(limit.ours);
    const double other = collector.Median(limit.other);
    if (ours <= 0 || other <= 0) continue;
    const bool good = ours / other <= limit.ratio;
    holds = holds && good;
    std::printf("ratio: %s: %.1f ns / %.1f ns = %.3f, at most %.3f: %s\n", limit.what.c_str(), ours,
                other, ours / other, limit.ratio, good ? "holds" : "DOES NOT HOLD");
  }
  benchmark::Shutdown();
  return collector.all_well() && (holds || !hold) ? 0 : 1;
}

}  // namespace tandem::bench
