#include "conformance/differential/protected_wire.h"

#include <algorithm>
#include <span>

#include "conformance/world/check.h"
#include "conformance/world/random.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kHeaderBytes = 5;
constexpr std::size_t kBodyLimit = 0xFFFF;

// Room for every nonce and tag: shorter ones are rows of the error table.
constexpr std::size_t kLeastForged = 32;
constexpr std::byte kApplicationRecord{23};
constexpr std::byte kVersionByte{3};

bool EndsWithWholeRecord(const std::vector<RecordPlace>& records, const Link& link) {
  return !records.empty() && records.back().end == link.sent();
}

}  // namespace

std::vector<RecordPlace> RecordsOn(const Link& link) {
  const std::span<const std::byte> stream = link.history();
  std::vector<RecordPlace> records;
  for (std::size_t begin = 0; begin < stream.size(); begin = records.back().end) {
    if (stream.size() - begin < kHeaderBytes) {
      records.push_back({begin, begin + kHeaderBytes});
      continue;
    }
    const std::size_t body = std::to_integer<std::size_t>(stream[begin + 3]) << 8 |
                             std::to_integer<std::size_t>(stream[begin + 4]);
    records.push_back({begin, begin + kHeaderBytes + body});
  }
  return records;
}

bool FlipBit(Link& link, std::size_t bit) {
  const std::size_t arrived = link.received();
  std::vector<std::size_t> bodies;
  for (const RecordPlace& record : RecordsOn(link)) {
    const std::size_t end = std::min(record.end, link.sent());
    for (std::size_t i = std::max(record.begin + kHeaderBytes, arrived); i < end; ++i) {
      bodies.push_back(i - arrived);
    }
  }
  if (bodies.empty()) return false;
  link.in_flight()[bodies[bit / 8 % bodies.size()]] ^= std::byte{1} << (bit % 8);
  return true;
}

bool Forge(Link& link, std::size_t size) {
  if (!EndsWithWholeRecord(RecordsOn(link), link)) return false;
  const std::size_t body = std::clamp(size, kLeastForged, kBodyLimit);
  Bytes record = {kApplicationRecord, kVersionByte, kVersionByte, std::byte(body >> 8),
                  std::byte(body & 0xFF)};
  const Bytes content = Pattern(body, size);
  record.insert(record.end(), content.begin(), content.end());
  link.Inject(record);
  return true;
}

bool Replay(Link& link) {
  const auto records = RecordsOn(link);
  if (!EndsWithWholeRecord(records, link) || records.back().begin < link.received()) return false;
  const auto stream = std::span(link.history());
  const auto last = stream.subspan(records.back().begin);
  link.Inject(Bytes(last.begin(), last.end()));
  return true;
}

bool Lose(Link& link) {
  const auto records = RecordsOn(link);
  const auto begins_here = [&](const RecordPlace& record) {
    return record.begin == link.received();
  };
  if (link.in_flight().empty() || !EndsWithWholeRecord(records, link)) return false;
  if (std::none_of(records.begin(), records.end(), begins_here)) return false;
  link.DropInFlight();
  return true;
}

}  // namespace tandem::conformance
