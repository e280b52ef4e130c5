// Runs benchmarks and prints, below the usual table, the ratios that there are limits for.

#ifndef TANDEM_BENCH_REPORT_H_
#define TANDEM_BENCH_REPORT_H_

#include <string>
#include <vector>

namespace tandem::bench {

/// Says that one benchmark may take at most so much of another's time. By name, as the table has
/// it.
struct Limit {
  std::string what;   ///< "suspend and resume", for people.
  std::string ours;   ///< A benchmark.
  std::string other;  ///< The one it is compared with, in the same run.
  double ratio = 1;   ///< At most this.
};

/// Runs the benchmarks of the program, as the command line says, and prints each limit with the
/// ratio of medians that was measured. For a main(): 0 if all of them ran and none failed, 1 if one
/// did, or if --hold_limits is given and a limit does not hold.
int RunBenchmarks(int argc, char** argv, const std::vector<Limit>& limits);

}  // namespace tandem::bench

#endif  // TANDEM_BENCH_REPORT_H_
