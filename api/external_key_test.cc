// Identities whose key lives elsewhere, as far as no library is needed.

#include "tandem/external_key.h"

#include <gtest/gtest.h>

#include <memory>

#include "api/scripted_backend.h"
#include "api/test_certificates.h"
#include "tandem/memory_transport.h"
#include "tandem/session.h"

namespace tandem {
namespace {

class AnyKey final : public engine::Key {};

class AnyEngine final : public engine::KeyEngine {
 public:
  engine::Submission Submit(const std::shared_ptr<engine::Operation>&) noexcept override {
    return engine::Submission::kRejected;
  }
};

struct Fixture {
  Script script;
  ScriptedBackend backend{script};
  ExternalKey key{std::make_shared<AnyEngine>(), std::make_shared<AnyKey>(), {}, true};

  Result<std::shared_ptr<const Identity>> Load() const {
    return Identity::FromExternalKey(backend, kOneTest, key);
  }
};

TEST(ExternalKey, WithoutAnEngineOrAKeyIsMisuse) {
  Fixture f;
  f.key.engine = nullptr;
  EXPECT_EQ(f.Load().error().kind, ErrorKind::kMisuse);
  Fixture g;
  g.key.key = nullptr;
  EXPECT_EQ(g.Load().error().kind, ErrorKind::kMisuse);
}

TEST(ExternalKey, SignsOnlyByTheSchemesThatItNames) {
  Fixture f;
  const auto all = f.Load();
  ASSERT_TRUE(all.ok());
  EXPECT_TRUE((*all)->is_external());
  const auto able = [&](const Identity& identity) {
    std::vector<SignatureScheme> schemes;
    for (const SignatureScheme scheme : kDefaultSignatureSchemes) {
      if (identity.CanSign(scheme)) schemes.push_back(scheme);
    }
    return schemes;
  };
  const auto schemes = able(**all);
  ASSERT_FALSE(schemes.empty());
  f.key.schemes = {schemes.back()};
  EXPECT_EQ(able(**f.Load()), f.key.schemes);
  f.key.schemes = {0x0999};
  EXPECT_TRUE(able(**f.Load()).empty());
}

TEST(ExternalKey, OnAnEngineTwiceIsMisuse) {
  const Fixture f;
  const auto identity = f.Load();
  ASSERT_TRUE(identity.ok());
  EXPECT_EQ(Identity::OnEngine(*identity, f.key.engine).error().kind, ErrorKind::kMisuse);
  EXPECT_EQ(Identity::OnEngine(nullptr, f.key.engine).error().kind, ErrorKind::kMisuse);
}

TEST(ExternalKey, SessionWithoutARuntimeIsMisuse) {
  const Fixture f;
  const auto config = Config::ForServer(f.backend, *f.Load()).Build();
  ASSERT_TRUE(config.ok());
  MemoryTransport transport;
  EXPECT_EQ(Session::Server(*config, transport).error().kind, ErrorKind::kMisuse);
  engine::Runtime runtime;
  EXPECT_TRUE(Session::Server(*config, transport, &runtime).ok());
}

}  // namespace
}  // namespace tandem
