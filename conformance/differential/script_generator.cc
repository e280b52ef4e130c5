#include "conformance/differential/script_generator.h"

#include <algorithm>
#include <cerrno>
#include <span>

#include "conformance/world/random.h"

namespace tandem::conformance {
namespace {

// How often a field is not plain, and how many of its words do no harm to a handshake by
// themselves.
struct FieldOdds {
  Field field;
  unsigned one_in;
  std::size_t harmless;
};

constexpr FieldOdds kFieldOdds[] = {
    {Field::kClientVersions, 4, 3},
    {Field::kServerVersions, 4, 3},
    {Field::kIdentity, 2, 4},
    {Field::kChooser, 6, 2},
    {Field::kTrust, 5, 1},
    {Field::kVerifier, 6, 2},
    {Field::kAsk, 3, 2},
    {Field::kShow, 3, 3},
    {Field::kShownVerifier, 6, 2},
    {Field::kClientAlpn, 3, 4},
    {Field::kServerAlpn, 3, 4},
    {Field::kClientAlpnPolicy, 5, 2},
    {Field::kServerAlpnPolicy, 5, 2},
    {Field::kClientSuites, 5, 5},
    {Field::kServerSuites, 6, 5},
    {Field::kClientGroups, 5, 6},
    {Field::kServerGroups, 6, 6},
    {Field::kClientSchemes, 12, 6},
    {Field::kServerSchemes, 12, 6},
};

// One script in so many has one field of any word at all.
constexpr unsigned kTroubleOneIn = 6;

struct WhatOdds {
  What what;
  unsigned weight;
};

// Behind a handshake, or what should have been one.
constexpr WhatOdds kWhatOdds[] = {
    {What::kRead, 26},    {What::kReadAll, 16},  {What::kWrite, 34},       {What::kFlush, 8},
    {What::kRekey, 6},    {What::kRekeyBoth, 3}, {What::kHandleEvents, 2}, {What::kEvents, 6},
    {What::kInfo, 2},     {What::kExport, 3},    {What::kBinding, 3},      {What::kHandshake, 3},
    {What::kShutdown, 5}, {What::kAbandon, 1},   {What::kHold, 3},         {What::kPass, 10},
    {What::kRelease, 6},  {What::kBlock, 9},     {What::kUnblock, 9},      {What::kChop, 4},
    {What::kCut, 3},      {What::kFailSend, 2},  {What::kFailReceive, 2},  {What::kFlip, 2},
    {What::kForge, 1},    {What::kReplay, 1},    {What::kLose, 1},         {What::kSettle, 3},
    {What::kRun, 12},     {What::kAdvance, 3},
};

// While a handshake is done by hand.
constexpr WhatOdds kOpeningOdds[] = {
    {What::kHandshake, 40}, {What::kRead, 5},         {What::kWrite, 5},  {What::kFlush, 4},
    {What::kRekey, 1},      {What::kHandleEvents, 3}, {What::kEvents, 2}, {What::kInfo, 2},
    {What::kExport, 1},     {What::kBinding, 1},      {What::kHold, 3},   {What::kRelease, 4},
    {What::kBlock, 3},      {What::kUnblock, 4},      {What::kChop, 3},   {What::kAdvance, 2},
    {What::kRun, 2},        {What::kSettle, 4},
};

// Rare in an opening, because little comes after them.
constexpr WhatOdds kEndingOdds[] = {
    {What::kShutdown, 3}, {What::kAbandon, 2},     {What::kCut, 4},
    {What::kFailSend, 3}, {What::kFailReceive, 3},
};
constexpr unsigned kEndingOneIn = 25;

constexpr std::uint32_t kReadSizes[] = {0, 1, 5, 100, 100, 1000, 16384, 20000, 20000};
constexpr std::uint32_t kWriteSizes[] = {0,    1,    1,     10,    100,   100,   300,
                                         1000, 4096, 16384, 16385, 20000, 40000, 100000};
constexpr std::uint32_t kWireSizes[] = {0, 1, 4, 5, 6, 21, 22, 27, 29, 100, 1000, 16405, 17000};
constexpr std::uint32_t kChops[] = {0, 1, 5, 7, 100, 4096, 5000};
constexpr std::uint32_t kErrnos[] = {ECONNRESET, EPIPE, ETIMEDOUT};
constexpr std::uint32_t kForgedSizes[] = {32, 40, 100, 1000, 16384, 16401};
constexpr std::uint32_t kExportSizes[] = {0, 1, 20, 32, 33, 1000, 8160, 8161};
constexpr std::uint32_t kTimes[] = {1, 99, 100, 500, 1000, 2000, 59'999, 60'000};
constexpr std::uint32_t kBits = 200'000;
constexpr std::uint32_t kBindings = 3;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Script Generate() {
    ChooseSetup();
    const std::size_t connections = random_.OneIn(4) ? 2 + random_.Below(3) : 1;
    for (std::size_t i = 0; i < connections; ++i) Open(i);
    // Few long ones: most of what there is to find shows early.
    const std::size_t most = kActionLimit - script_.actions.size();
    const std::size_t length =
        random_.Below(random_.OneIn(4) ? most : std::min<std::size_t>(most, 24));
    for (std::size_t i = 0; i < length; ++i) Add(kWhatOdds, random_.Below(connections));
    return std::move(script_);
  }

 private:
  void ChooseSetup() {
    for (const FieldOdds& odds : kFieldOdds) {
      if (random_.OneIn(odds.one_in))
        script_.setup.Choose(odds.field, random_.Below(odds.harmless));
    }
    if (random_.OneIn(kTroubleOneIn)) {
      const Field field = AllFields()[random_.Below(kFieldCount)];
      script_.setup.Choose(field, random_.Below(ChoicesOf(field).size()));
    }
    // A difference that is known would hide all that comes behind it.
    if (!OrderOfGroupsDecides(script_.setup)) return;
    script_.setup.Choose(Field::kClientGroups, std::size_t{0});
    script_.setup.Choose(Field::kServerGroups, std::size_t{0});
  }

  void Open(std::size_t connection) {
    constexpr std::size_t by_hand_limit = 10;
    const bool by_hand = random_.OneIn(3);
    const std::size_t calls = by_hand ? random_.Below(by_hand_limit) : 0;
    for (std::size_t i = 0; i < calls; ++i) {
      Add(random_.OneIn(kEndingOneIn) ? std::span<const WhatOdds>(kEndingOdds) : kOpeningOdds,
          connection);
    }
    if (by_hand && random_.OneIn(4)) return;
    AddAction(Actor::kConnection, connection, What::kSettle);
  }

  void Add(std::span<const WhatOdds> odds, std::size_t connection) {
    unsigned sum = 0;
    for (const WhatOdds& each : odds) sum += each.weight;
    auto left = static_cast<unsigned>(random_.Below(sum));
    auto chosen = odds.begin();
    for (; left >= chosen->weight; ++chosen) left -= chosen->weight;
    const bool first = random_.OneIn(2);
    for (const Actor actor : kActors) {
      const bool second = actor == Actor::kServer || actor == Actor::kDown;
      if (Fits(chosen->what, actor) && (actor == Actor::kConnection || first != second)) {
        return AddAction(actor, connection, chosen->what);
      }
    }
  }

  void AddAction(Actor actor, std::size_t connection, What what) {
    if (script_.actions.size() == kActionLimit) return;
    script_.actions.push_back({actor, static_cast<std::uint8_t>(connection), what, SizeFor(what)});
  }

  std::uint32_t SizeFor(What what) {
    switch (what) {
      case What::kRead: return OneOf(kReadSizes);
      case What::kWrite: return OneOf(kWriteSizes);
      case What::kPass:
      case What::kBlock: return OneOf(kWireSizes);
      case What::kChop: return OneOf(kChops);
      case What::kFailReceive:
      case What::kFailSend: return OneOf(kErrnos);
      case What::kFlip: return static_cast<std::uint32_t>(random_.Below(kBits));
      case What::kForge: return OneOf(kForgedSizes);
      case What::kExport: return OneOf(kExportSizes);
      case What::kBinding: return static_cast<std::uint32_t>(random_.Below(kBindings));
      case What::kAdvance: return OneOf(kTimes);
      default: return 0;
    }
  }

  std::uint32_t OneOf(std::span<const std::uint32_t> sizes) {
    return sizes[random_.Below(sizes.size())];
  }

  Random random_;
  Script script_;
};

}  // namespace

Script GenerateScript(std::uint64_t seed) { return Generator(seed).Generate(); }

std::uint64_t SeedOfScript(std::uint64_t seed, std::uint64_t number) {
  return Random(Random(seed).Next() + number).Next();
}

}  // namespace tandem::conformance
