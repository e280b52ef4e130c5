// Scripts are read as they are written, generated as they are replayed, and shrunk to what matters.

#include "conformance/differential/script.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "conformance/differential/script_generator.h"
#include "conformance/differential/shrink.h"

namespace tandem::conformance {
namespace {

Script Parsed(std::string_view text) {
  auto script = ParseScript(text);
  EXPECT_TRUE(script.ok()) << text << ": " << script.error().what;
  return script.ok() ? *std::move(script) : Script();
}

std::string WhyNot(std::string_view text) {
  const auto script = ParseScript(text);
  return script.ok() ? "it is one" : script.error().what;
}

bool Has(const Script& script, What what) {
  return std::any_of(script.actions.begin(), script.actions.end(),
                     [what](const Action& action) { return action.what == what; });
}

TEST(ScriptTest, TextIsReadAsWritten) {
  const std::string text =
      "identity=server_rsa; name=127.0.0.1; client_alpn=h2,http/1.1; w0.settle; c0.write 300; "
      "s3.read 20000; up0.cut; down1.pass 5; s0.shutdown; w2.advance 100";
  EXPECT_EQ(TextOf(Parsed(text)), text);
}

TEST(ScriptTest, EveryGeneratedScriptIsReadAsWritten) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Script script = GenerateScript(seed);
    EXPECT_EQ(Parsed(TextOf(script)), script);
  }
}

TEST(ScriptTest, SpacesAndEmptyItemsDoNotMatter) {
  EXPECT_EQ(Parsed(" ;; ask = optional ;\n c0.write   7;"), Parsed("ask=optional; c0.write 7"));
  EXPECT_EQ(Parsed(""), Script());
}

TEST(ScriptTest, WhatIsWrongIsNamed) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"colour=red", "\"colour=red\": there is no such field"},
      {"ask=perhaps", "\"ask=perhaps\": it can be none, optional, required"},
      {"settle", "\"settle\": neither FIELD=WORD nor ACTOR.ACTION"},
      {"x0.read 1", "\"x0.read 1\": it must begin with c, s, up, down or w"},
      {"c.read 1", "\"c.read 1\": a connection from 0 to 3 must be named before the dot"},
      {"c4.read 1", "\"c4.read 1\": a connection from 0 to 3 must be named before the dot"},
      {"c0.sing", "\"c0.sing\": there is no such action"},
      {"c0.cut", "\"c0.cut\": that is not done to c"},
      {"up0.read 1", "\"up0.read 1\": that is not done to up"},
      {"c0.read", "\"c0.read\": a size is missing"},
      {"c0.flush 1", "\"c0.flush 1\": it has no size"},
      {"c0.read many", "\"c0.read many\": the size is not a number"},
      {"c0.read 99999999999", "\"c0.read 99999999999\": the size is not a number"},
  };
  for (const auto& [text, why] : cases) EXPECT_EQ(WhyNot(text), why);
}

TEST(ScriptTest, ActionsAreLimited) {
  std::string text;
  for (std::size_t i = 0; i < kActionLimit; ++i) text += "c0.flush;";
  EXPECT_EQ(Parsed(text).actions.size(), kActionLimit);
  EXPECT_EQ(WhyNot(text + "c0.flush"), "\"c0.flush\": 64 actions are the limit");
}

TEST(ScriptGeneratorTest, SameSeedGivesTheSameScript) {
  EXPECT_EQ(GenerateScript(7), GenerateScript(7));
  EXPECT_FALSE(GenerateScript(7) == GenerateScript(8));
  EXPECT_NE(SeedOfScript(1, 5), SeedOfScript(1, 6));
  EXPECT_NE(SeedOfScript(1, 5), SeedOfScript(2, 5));
}

TEST(ScriptGeneratorTest, EveryActionAndEveryWordComesUp) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    const Script script = GenerateScript(seed);
    EXPECT_LE(script.actions.size(), kActionLimit);
    for (const Action& action : script.actions) seen.emplace(InfoOf(action.what).name);
    for (const Field field : AllFields()) {
      seen.insert(std::string(NameOf(field)) + "=" + std::string(script.setup[field]));
    }
  }
  for (const WhatInfo& info : AllWhats()) EXPECT_TRUE(seen.contains(std::string(info.name)));
  for (const Field field : AllFields()) {
    for (const std::string_view word : ChoicesOf(field)) {
      const std::string item = std::string(NameOf(field)) + "=" + std::string(word);
      EXPECT_TRUE(seen.contains(item)) << item;
    }
  }
}

TEST(ShrinkTest, OnlyWhatMattersIsLeft) {
  // With a server of RSA, something is written and later flushed on one connection.
  const auto fails = [](const Script& script) {
    if (script.setup[Field::kIdentity] != "server_rsa") return false;
    for (std::size_t i = 0; i < script.actions.size(); ++i) {
      const Action& write = script.actions[i];
      if (write.what != What::kWrite || write.size < 100) continue;
      for (std::size_t j = i + 1; j < script.actions.size(); ++j) {
        const Action& flush = script.actions[j];
        if (flush.what == What::kFlush && flush.connection == write.connection) return true;
      }
    }
    return false;
  };
  int found = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Script script = GenerateScript(seed);
    if (!fails(script)) continue;
    ++found;
    const Script shortest = Shrink(script, fails, 10'000);
    ASSERT_EQ(shortest.actions.size(), 2U) << TextOf(shortest);
    EXPECT_TRUE(fails(shortest));
    EXPECT_LT(shortest.actions[0].size, 200U);
    EXPECT_EQ(ConnectionsOf(shortest), 1U);
    EXPECT_EQ(shortest.setup, Parsed("identity=server_rsa").setup);
  }
  EXPECT_GT(found, 10);
}

TEST(ShrinkTest, TriesAreLimited) {
  int tries = 0;
  const auto fails = [&tries](const Script& script) {
    ++tries;
    return Has(script, What::kSettle);
  };
  Shrink(Parsed("w0.settle; c0.write 1; c0.write 2; c0.write 3; s0.read 4"), fails, 3);
  EXPECT_EQ(tries, 3);
}

}  // namespace
}  // namespace tandem::conformance
