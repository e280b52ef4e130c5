// Fails each allocation of what a program loads before it has sessions: an Error comes of it.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/memory/shortage.h"
#include "conformance/pairs/pair.h"
#include "conformance/pki/pki.h"
#include "conformance/world/world.h"
#include "tandem/client_hello.h"
#include "tandem/identity_store.h"
#include "tandem/pem.h"

namespace tandem::conformance {
namespace {

constexpr std::string_view kPassphrase = "open sesame";

// Allocations that fail in one sweep, but for TANDEM_LONG=1: a machine's roots are thousands.
constexpr std::uint64_t kUsualPlaces = 100;

// The names of a store, and one that it must not know.
constexpr std::string_view kShortName = "a.test";
constexpr std::string_view kLongName = "and-a-name-that-is-longer.test";
constexpr std::string_view kNobody = "nobody.test";

template <typename Make>
auto MadeDuring(const Shortage& /*shortage*/, Make make) {
  Shortage::Enter();
  auto made = make();
  Shortage::Leave();
  return made;
}

class LoadingMemoryTest : public testing::TestWithParam<bool> {
 protected:
  LoadingMemoryTest()
      : world_(parts()),
        client_(world_.Build(
            world_.ClientRules().ClientIdentity(world_.ClientIdentity("client_good")))),
        server_(world_.Build(world_.ServerRules("server_rsa"))) {}

  void SetUp() override { ASSERT_FALSE(world_.failed()); }

  const Backend& backend() const { return GetParam() ? ClientBackend() : ServerBackend(); }
  WorldParts parts() const { return {backend(), backend()}; }

  // Makes a thing with an allocation failing, for all of them or a sample: once with that one
  // alone, once with all behind it. What is made all the same must be as what is made with memory
  // enough.
  template <typename Make>
  void Sweep(std::string_view what, Make make) {
    // Whatever is made once for the whole process is made here, and not counted.
    const auto first = make();
    ASSERT_TRUE(first.ok()) << what << ": " << first.error().ToString();
    const std::string whole = Look(*first);
    std::uint64_t allocations = 0;
    {
      const Shortage none(Shortage::kNever, false);
      const auto made = MadeDuring(none, make);
      allocations = none.counted();
      ASSERT_TRUE(made.ok() && Look(*made) == whole) << what << " is another each time";
    }
    EXPECT_GT(allocations, 0U) << what;
    const std::uint64_t stride = EveryAllocation() ? 1 : allocations / kUsualPlaces + 1;
    std::uint64_t failed = 0;
    std::uint64_t survived = 0;
    for (std::uint64_t nth = 1; nth <= allocations; nth += stride) {
      for (const bool lasting : {false, true}) {
        SCOPED_TRACE(std::string(what) + ", allocation " + std::to_string(nth) +
                     (lasting ? " and all behind it" : ""));
        ++(FailsOrIsWhole(make, nth, lasting, whole) ? failed : survived);
      }
    }
    EXPECT_GT(failed, 0U) << what;
    std::cout << what << ": " << allocations << " allocations, one in " << stride << "; " << failed
              << " errors, and made all the same " << survived << " times\n";
  }

 private:
  // Says whether it failed.
  template <typename Make>
  bool FailsOrIsWhole(Make make, std::uint64_t nth, bool lasting, const std::string& whole) {
    const Shortage shortage(nth, lasting);
    const auto made = MadeDuring(shortage, make);
    EXPECT_TRUE(shortage.struck());
    if (made.ok()) {
      const std::string look = Look(*made);
      EXPECT_TRUE(look == whole) << look << "\nwhere memory was enough:\n" << whole;
      return false;
    }
    EXPECT_EQ(made.error().kind, ErrorKind::kInternal);
    // Behind the name of the file, if there is one.
    EXPECT_TRUE(made.error().what.ends_with("out of memory")) << made.error().ToString();
    return true;
  }

  // What a thing holds and what it does, in words: the same for all that are made of the same.
  static std::string Look(const Trust& trust) { return Hex(trust.roots()); }

  std::string Look(const World::SharedIdentity& identity) {
    std::string look = Hex(identity->chain());
    for (const std::string& name : identity->names().dns) look += name + "\n";
    for (const SignatureScheme scheme : kDefaultSignatureSchemes) {
      if (identity->CanSign(scheme)) look += SignatureSchemeName(scheme) + "\n";
    }
    return look + Handshake(client_, world_.Build(world_.ServerRules(identity)));
  }

  std::string Look(const World::SharedConfig& config) {
    const bool is_client = config->settings().role == Role::kClient;
    return config->Describe() +
           Handshake(is_client ? config : client_, is_client ? server_ : config);
  }

  static std::string Look(const std::shared_ptr<IdentityStore>& store) {
    std::string look;
    for (const std::string_view name : {kShortName, kLongName, kNobody}) {
      ClientHello hello;
      hello.server_name = name;
      const auto chosen = store->Choose(hello);
      look += std::string(name) + " " + (chosen == nullptr ? "nobody\n" : Hex(chosen->chain()));
    }
    return look;
  }

  static std::string Hex(const std::vector<Der>& certificates) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const Der& der : certificates) {
      for (const std::byte byte : der) {
        text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
        text += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
      }
      text += '\n';
    }
    return text;
  }

  std::string Handshake(const World::SharedConfig& client, const World::SharedConfig& server) {
    World world(parts());
    if (client == nullptr || server == nullptr) return "no config";
    world.Open(client, server);
    if (!world.Handshake()) {
      return "no handshake: " + Show(world.client().error()) + Show(world.server().error());
    }
    return "a handshake; certificates that came: " + CameTo(world.client()) + " and " +
           CameTo(world.server());
  }

  static std::string CameTo(const End& end) {
    return std::to_string(end.session().info()->peer_chain.size());
  }

  World world_;
  World::SharedConfig client_;
  World::SharedConfig server_;
};

std::string FileWith(std::string_view name, std::string_view text) {
  const std::string path = testing::TempDir() + std::string(name);
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST_P(LoadingMemoryTest, TrustIsMadeOrIsAnError) {
  const std::string path = FileWith("roots.pem", PkiText("root_a"));
  Sweep("roots", [] { return Trust::FromPem(PkiText("root_a")); });
  Sweep("roots in a file", [&] { return Trust::FromPemFile(path); });
}

TEST_P(LoadingMemoryTest, AnIdentityIsLoadedOrIsAnError) {
  const std::string chain = FileWith("chain.pem", PkiText("server_chained"));
  const std::string key = FileWith("key.pem", PkiText("server_chained.key"));
  Sweep("a chain and a key", [&] {
    return Identity::FromPem(backend(), PkiText("server_chained"), PkiText("server_chained.key"));
  });
  Sweep("files", [&] { return Identity::FromPemFiles(backend(), chain, key); });
  Sweep("a key under lock", [&] {
    return Identity::FromPem(backend(), PkiText("server_p256"), PkiText("locked_aes"), kPassphrase);
  });
}

TEST_P(LoadingMemoryTest, Pkcs12IsOpenedOrIsAnError) {
  const Der packed = (*ReadPem(PkiText("packed_aes"))).front().der;
  Sweep("PKCS#12", [&] { return Identity::FromPkcs12(backend(), packed, kPassphrase); });
}

TEST_P(LoadingMemoryTest, AConfigIsBuiltOrIsAnError) {
  World world(parts());  // Whose clocks they go by.
  const auto client = world.ClientRules().Alpn({"h2", "http/1.1"});
  const auto server = world.ServerRules("server_chained")
                          .ClientCertificates(ClientCertificate::kOptional, World::Roots());
  const auto of_system = world.ClientRules(Trust::SystemIfAny());
  Sweep("a client's config", [&] { return client.Build(); });
  Sweep("a server's config", [&] { return server.Build(); });
  Sweep("a config with the machine's roots", [&] { return of_system.Build(); });
}

// A store is a value: it throws, as a container does, and what it holds stays.
TEST_P(LoadingMemoryTest, AStoreIsMadeOrThrows) {
  const auto identity =
      *Identity::FromPem(backend(), PkiText("server_rsa"), PkiText("server_rsa.key"));
  Sweep("a store", [&]() -> Result<std::shared_ptr<IdentityStore>> {
    try {
      return IdentityStore::Make(
          {{identity, {std::string(kShortName), std::string(kLongName)}, {}}}, true);
    } catch (const std::bad_alloc&) {
      Shortage::Leave();
      return MakeError(ErrorKind::kInternal, "out of memory");
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Backends, LoadingMemoryTest, testing::Bool(), [](const auto& of) {
  return std::string((of.param ? ClientBackend() : ServerBackend()).name());
});

}  // namespace
}  // namespace tandem::conformance
