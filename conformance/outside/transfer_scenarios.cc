// Data both ways, whole and in order, however it is cut.

#include <string>

#include "conformance/outside/outside_scenario.h"

namespace tandem::conformance {
namespace {

void EverySizeArrives(OutsideWorld& o) {
  if (!o.Connect()) return;
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, std::size_t{20000},
                                 std::size_t{300000}, std::size_t{10}}) {
    const Note note(o.world().checks(), std::to_string(size) + " bytes");
    if (!o.Exchange(size, size)) return;
  }
}

void OneByteAtATime(OutsideWorld& o) {
  if (!o.Open(o.OurRules(), o.TheirRules())) return;
  for (Link* link : {&o.in(), &o.out()}) {
    link->knobs.send_chop = 1;
    link->knobs.receive_chop = 1;
  }
  o.Exchange(2000, 2000);
}

void AnySegmentation(OutsideWorld& o) {
  if (!o.Open(o.OurRules(), o.TheirRules())) return;
  for (Link* link : {&o.in(), &o.out()}) {
    link->knobs.random_sizes = true;
    link->knobs.stall_one_in = 4;
  }
  o.Exchange(50000, 50000);
  o.Exchange(1, 1);
}

void ThroughANarrowWire(OutsideWorld& o) {
  if (!o.Connect()) return;
  o.out().knobs.capacity = 700;
  o.Exchange(60000, 60000);
}

void SmallRecords(OutsideWorld& o) {
  PeerRules theirs = o.TheirRules();
  if (o.tool().cuts_records) theirs.record_size = 512;
  if (!o.Connect(o.OurRules(), theirs)) return;
  o.ours().app.write_size = 1;
  o.Exchange(500, 20000);
  o.ours().app.write_size = 300;
  o.Exchange(20000, 1);
}

void SmallReads(OutsideWorld& o) {
  if (!o.Connect()) return;
  o.ours().app.read_size = 7;
  o.ours().app.reads_per_turn = 1;
  o.Exchange(20000, 20000);
}

// The peer's data waits in TCP while the program does not read, and then comes whole.
void UnreadDataWaits(OutsideWorld& o) {
  if (!o.Connect()) return;
  o.ours().app.reads = false;
  const std::string said = Lines(200000, 7);
  const Bytes bytes = BytesOf(said);
  if (o.tool().echoes) {
    o.ours().Send(bytes);
  } else {
    o.peer().Say(said);
  }
  o.RunUntil([&] { return o.in().in_flight().size() >= 50000; }, "data that nobody reads");
  o.world().Got(o.ours(), {});
  o.ours().app.reads = true;
  o.RunUntil([&] { return o.ours().received().size() >= bytes.size(); }, "reading at last");
  o.world().Got(o.ours(), bytes);
}

constexpr OutsideScenario kScenarios[] = {
    {"EverySizeArrivesWholeInBothDirectionsAtOnce", kEachVersion, EverySizeArrives},
    {"OneByteAtATimeGivesTheSameStream", kEachVersion, OneByteAtATime},
    {"AnySegmentationGivesTheSameStream", kEachVersion, AnySegmentation},
    {"BothDirectionsFlowThroughANarrowWire", kEachVersion, ThroughANarrowWire},
    {"SmallRecordsGiveTheSameStream", kEachVersion, SmallRecords},
    {"SmallReadsGetAllOfARecord", kEachVersion, SmallReads},
    {"UnreadDataWaitsAndArrivesWhole", kEachVersion, UnreadDataWaits},
};

}  // namespace

std::span<const OutsideScenario> OutsideTransferScenarios() { return kScenarios; }

}  // namespace tandem::conformance
