// What a program does is for the program to say: no variable of its environment adds to whom it
// believes, or lets its keys out.
//
// A test of its own: a library looks at some variables once in a process. It looks for
// SSLKEYLOGFILE at its first secret, so that one is set before anything else happens.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "conformance/pairs/pair.h"
#include "conformance/pki/pki.h"
#include "conformance/world/world.h"

namespace tandem::conformance {
namespace {

namespace fs = std::filesystem;

fs::path KeyLogFile() { return fs::path(testing::TempDir()) / "environment_keys.log"; }

/// A folder of this test's own, and a World whose failures are the test's.
class EnvironmentTest : public testing::TestWithParam<Version> {
 protected:
  void SetUp() override { fs::create_directories(folder_ / "empty"); }

  void TearDown() override {
    for (const char* name : {"SSL_CERT_FILE", "SSL_CERT_DIR"}) unsetenv(name);
    for (const CheckFailure& failure : world_.checks().failures()) {
      ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text << "\n" << world_.Replay();
    }
  }

  static void Set(const char* name, const fs::path& value) { setenv(name, value.c_str(), 1); }

  fs::path folder_ = fs::path(testing::TempDir()) / "environment";
  World world_{{ClientBackend(), ServerBackend(), GetParam()}};
};

TEST_P(EnvironmentTest, NamesNoRoots) {
  World& w = world_;
  const auto roots = [&w] {
    const auto config = w.Build(w.ClientRules(Trust::SystemIfAny()));
    return config->compiled().Compiled().roots;
  };
  const std::size_t usual = roots();
  std::ofstream(folder_ / "root_a.pem") << PkiText("root_a");
  Set("SSL_CERT_FILE", folder_ / "root_a.pem");
  w.Equal(roots(), usual, "roots with SSL_CERT_FILE");
  Set("SSL_CERT_DIR", folder_ / "empty");
  w.Equal(roots(), usual, "roots with SSL_CERT_DIR");

  w.Open(w.ClientRules(Trust::SystemIfAny()), w.ServerRules());
  w.RunUntilQuiet();
  w.Fails(w.client(), {.kind = ErrorKind::kUntrusted,
                       .verdict = Verdict::kUnknownIssuer,
                       .sent = AlertFor(Verdict::kUnknownIssuer, w.version())});
}

TEST_P(EnvironmentTest, LetsNoKeysOut) {
  ASSERT_EQ(fs::path(std::getenv("SSLKEYLOGFILE")), KeyLogFile());
  world_.Connect();
  world_.Exchange(Pattern(100, 1), Pattern(100, 2));
  EXPECT_FALSE(fs::exists(KeyLogFile())) << "keys were written that nobody asked for";
}

INSTANTIATE_TEST_SUITE_P(, EnvironmentTest, testing::Values(Version::kTls12, Version::kTls13),
                         [](const auto& version) {
                           return version.param == Version::kTls12 ? "Tls12" : "Tls13";
                         });

int Main() {
  fs::remove(KeyLogFile());
  setenv("SSLKEYLOGFILE", KeyLogFile().c_str(), 1);
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return tandem::conformance::Main();
}
