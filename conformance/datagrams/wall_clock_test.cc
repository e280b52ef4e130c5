#include "conformance/datagrams/wall_clock.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

using Reader = long long (*)();

constexpr std::chrono::sys_days kDay{std::chrono::year{2030} / 6 / 15};

std::string ReaderPath() {
  return std::string(std::getenv("TEST_SRCDIR")) + "/" + std::getenv("TEST_WORKSPACE") +
         "/conformance/datagrams/libclock_reader.so";
}

// What a shared library sees that knows nothing of us.
class WallClockTest : public testing::Test {
 protected:
  void SetUp() override {
    library_ = dlopen(ReaderPath().c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library_, nullptr) << dlerror();
  }

  void TearDown() override {
    if (library_ != nullptr) dlclose(library_);
  }

  long long Read(const char* name) const {
    return reinterpret_cast<Reader>(dlsym(library_, name))();
  }

  static long long Real() { return static_cast<long long>(std::time(nullptr)) * 1'000'000; }

 private:
  void* library_ = nullptr;
};

TEST_F(WallClockTest, IsRealWithoutVirtualTime) {
  constexpr double kMinute = 60e6;
  EXPECT_NEAR(static_cast<double>(Read("ReadGettimeofday")), static_cast<double>(Real()), kMinute);
  EXPECT_NEAR(static_cast<double>(Read("ReadClockGettime")), static_cast<double>(Real()), kMinute);
}

TEST_F(WallClockTest, SharedLibrariesSeeVirtualTime) {
  VirtualWallClock clock(kDay);
  const long long start = std::chrono::microseconds(kDay.time_since_epoch()).count();
  EXPECT_EQ(Read("ReadGettimeofday"), start);
  EXPECT_EQ(Read("ReadClockGettime"), start);
  clock.Advance(1500us);
  EXPECT_EQ(Read("ReadGettimeofday"), start + 1500);
  EXPECT_EQ(Read("ReadClockGettime"), start + 1500);
}

TEST_F(WallClockTest, TimeMovesOnlyWhenTold) {
  const VirtualWallClock clock(kDay);
  const long long before = Read("ReadClockGettime");
  EXPECT_EQ(Read("ReadClockGettime"), before);
  EXPECT_EQ(clock.now(), VirtualWallClock::Time(kDay));
}

TEST_F(WallClockTest, JumpsBackToo) {
  VirtualWallClock clock(kDay);
  clock.Advance(-1h);
  EXPECT_EQ(clock.now(), VirtualWallClock::Time(kDay - 1h));
}

TEST_F(WallClockTest, IsRealAgainAfterwards) {
  { const VirtualWallClock clock(kDay); }
  EXPECT_NEAR(static_cast<double>(Read("ReadGettimeofday")), static_cast<double>(Real()), 60e6);
}

TEST_F(WallClockTest, LeavesTheMonotonicClockAlone) {
  const long long before = Read("ReadMonotonic");
  VirtualWallClock clock(kDay);
  clock.Advance(24h);
  EXPECT_LT(Read("ReadMonotonic") - before, 3600LL * 1'000'000);
}

}  // namespace
}  // namespace tandem::conformance
