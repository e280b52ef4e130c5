// A difference that is planted is found, and told by a script that is short: a test of the test.

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "conformance/differential/comparison.h"
#include "conformance/differential/script.h"
#include "conformance/differential/script_generator.h"
#include "conformance/mutants/decorated_backend.h"
#include "conformance/pairs/pair.h"
#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

// Longer searches than this are no use to anybody.
constexpr std::uint64_t kSearched = 200;

// Swallows the second word of its peer's that the key has changed.
class ForgetfulSession final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  ~ForgetfulSession() override { DropInner(); }

  SessionParts PartsOfInner() override {
    return {parts().role, parts().server, parts().wire, parts().policy, heard_};
  }

  Step Read(std::span<std::byte> plaintext) override {
    const Step step = inner().Read(plaintext);
    while (const auto event = heard_.Next()) {
      if (event->type == Event::Type::kRekeyedByPeer && ++rekeys_ == 2) continue;
      parts().events.Add(*event);
    }
    return step;
  }

 private:
  EventQueue heard_;
  int rekeys_ = 0;
};

// Loses a byte of every record of more than 10,000.
class LossySession final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;

  Step Write(std::span<const std::byte> plaintext) override {
    constexpr std::size_t long_record = 10'000;
    if (plaintext.size() <= long_record) return inner().Write(plaintext);
    const Step step = inner().Write(plaintext.first(plaintext.size() - 1));
    return step.outcome == Step::Outcome::kDone ? Step::Done(plaintext.size()) : step;
  }
};

template <typename Session>
class PlantedConfig final : public DecoratedConfig {
 public:
  using DecoratedConfig::DecoratedConfig;

  Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const override {
    return Start(std::make_unique<Session>(parts));
  }
};

template <typename Session>
class PlantedBackend final : public DecoratedBackend {
 public:
  using DecoratedBackend::DecoratedBackend;

  std::string_view name() const override { return "planted"; }

  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const override {
    auto compiled = inner().Compile(settings);
    if (!compiled.ok()) return compiled;
    return std::shared_ptr<const BackendConfig>(
        std::make_shared<PlantedConfig<Session>>(*std::move(compiled)));
  }
};

// Returns the report of the first script that finds something; empty if none does.
template <typename Find>
std::string Search(Find find) {
  for (std::uint64_t number = 0; number < kSearched; ++number) {
    std::string report = find(GenerateScript(SeedOfScript(1, number)));
    if (!report.empty()) return report;
  }
  return {};
}

// Returns the script at the end of a report.
Script ScriptOf(const std::string& report) {
  const std::string flag = "--script='";
  const std::size_t begin = report.rfind(flag) + flag.size();
  const auto script = ParseScript(report.substr(begin, report.rfind('\'') - begin));
  EXPECT_TRUE(script.ok()) << report;
  return script.ok() ? *script : Script();
}

TEST(PlantedDifferenceTest, SwallowedEventIsFoundAndShrunk) {
  const PlantedBackend<ForgetfulSession> planted(ClientBackend());
  Tally tally;
  const auto compare = [&](const Script& script) {
    return CompareOnAllPairs(script, ClientBackend(), planted, {}, tally);
  };
  const std::string report = Search(compare);
  ASSERT_NE(report, "");
  EXPECT_EQ(tally.differences, 1U);
  EXPECT_NE(report.find("rekeyed_by_peer, rekeyed_by_peer"), std::string::npos) << report;
  const Script shortest = ScriptOf(report);
  EXPECT_EQ(shortest.actions.size(), 3U) << report;  // A handshake and two key updates.
  EXPECT_EQ(shortest.setup, Script().setup) << report;
  EXPECT_NE(compare(shortest), "") << "it does not replay";
}

TEST(PlantedDifferenceTest, LostByteBreaksAPromiseOnOnePairAlone) {
  const PlantedBackend<LossySession> planted(ClientBackend());
  Tally tally;
  const auto keeps = [&](const Script& script) {
    return PromisesBroken(script, {ClientBackend(), planted}, tally);
  };
  const std::string report = Search(keeps);
  ASSERT_NE(report, "");
  const Script shortest = ScriptOf(report);
  EXPECT_EQ(shortest.actions.size(), 2U) << report;  // A handshake and a long write.
  EXPECT_NE(keeps(shortest), "") << "it does not replay";
}

TEST(PlantedDifferenceTest, NothingIsFoundWhereNothingIsPlanted) {
  const DecoratedBackend honest(ClientBackend());
  Tally tally;
  for (std::uint64_t number = 0; number < kSearched / 4; ++number) {
    const Script script = GenerateScript(SeedOfScript(2, number));
    EXPECT_EQ(CompareOnAllPairs(script, ClientBackend(), honest, {}, tally), "");
  }
  EXPECT_EQ(tally.known, 0U);
  EXPECT_EQ(tally.scripts, kSearched / 4);
}

}  // namespace
}  // namespace tandem::conformance
