#include "api/test_der.h"

#include <algorithm>
#include <cstdio>

namespace tandem {
namespace {

constexpr unsigned kSequenceTag = 0x30;

void AppendBase128(Der& bytes, std::uint64_t value) {
  Der groups = {static_cast<std::byte>(value & 0x7F)};
  for (value >>= 7; value > 0; value >>= 7) {
    groups.insert(groups.begin(), static_cast<std::byte>(0x80 | (value & 0x7F)));
  }
  bytes.insert(bytes.end(), groups.begin(), groups.end());
}

Der BigEndian(std::uint64_t value) {
  Der bytes;
  do {
    bytes.insert(bytes.begin(), static_cast<std::byte>(value & 0xFF));
    value >>= 8;
  } while (value > 0);
  return bytes;
}

Der WholeBits(const Der& content) { return Element(0x03, Join({Der{std::byte{0}}, content})); }

Der Signed(const Der& content, const Der& algorithm) {
  return Sequence({content, algorithm, WholeBits(Der(64, std::byte{7}))});
}

}  // namespace

Der BytesOf(std::string_view text) {
  Der bytes(text.size());
  std::ranges::transform(text, bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

Der Join(const std::vector<Der>& parts) {
  Der whole;
  for (const Der& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

Der Element(unsigned tag, const Der& content) {
  Der whole = {static_cast<std::byte>(tag)};
  if (content.size() < 0x80) {
    whole.push_back(static_cast<std::byte>(content.size()));
  } else {
    const Der size = BigEndian(content.size());
    whole.push_back(static_cast<std::byte>(0x80 | size.size()));
    whole.insert(whole.end(), size.begin(), size.end());
  }
  whole.insert(whole.end(), content.begin(), content.end());
  return whole;
}

Der Sequence(const std::vector<Der>& parts) { return Element(kSequenceTag, Join(parts)); }

Der SetOf(const std::vector<Der>& parts) { return Element(0x31, Join(parts)); }

Der Oid(std::string_view dotted) {
  std::vector<std::uint64_t> arcs = {0};
  for (const char c : dotted) {
    if (c == '.') {
      arcs.push_back(0);
    } else {
      arcs.back() = 10 * arcs.back() + static_cast<std::uint64_t>(c - '0');
    }
  }
  Der content;
  AppendBase128(content, 40 * arcs[0] + arcs[1]);
  for (std::size_t i = 2; i < arcs.size(); ++i) AppendBase128(content, arcs[i]);
  return Element(0x06, content);
}

Der Integer(std::uint64_t value) {
  Der content = BigEndian(value);
  if (content.front() >= std::byte{0x80}) content.insert(content.begin(), std::byte{0});
  return Element(0x02, content);
}

Der Boolean(bool value) { return Element(0x01, {value ? std::byte{0xFF} : std::byte{0}}); }

Der BitString(unsigned unused, std::initializer_list<unsigned> bytes) {
  Der content = {static_cast<std::byte>(unused)};
  for (const unsigned byte : bytes) content.push_back(static_cast<std::byte>(byte));
  return Element(0x03, content);
}

Der Text(unsigned tag, std::string_view text) { return Element(tag, BytesOf(text)); }

Der Time(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char text[32];
  std::snprintf(text, sizeof(text), "%04d%02u%02u%02d%02d%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  const bool is_short = date.year() < std::chrono::year{2050};
  return is_short ? Text(0x17, text + 2) : Text(0x18, text);
}

Der NameOf(const std::vector<std::pair<std::string_view, Der>>& attributes) {
  std::vector<Der> sets;
  for (const auto& [oid, value] : attributes) sets.push_back(SetOf({Sequence({Oid(oid), value})}));
  return Sequence(sets);
}

Der CommonName(std::string_view text) { return NameOf({{"2.5.4.3", Text(0x0C, text)}}); }

Der RsaKey(unsigned bits) {
  Der modulus(bits / 8, std::byte{0xC1});
  modulus.insert(modulus.begin(), std::byte{0});
  const Der key = Sequence({Element(0x02, modulus), Integer(65537)});
  return Sequence({Sequence({Oid("1.2.840.113549.1.1.1"), Element(0x05, {})}), WholeBits(key)});
}

Der EcKey(std::string_view curve, std::size_t point_bytes) {
  Der point(point_bytes, std::byte{9});
  point.front() = std::byte{4};
  return Sequence({Sequence({Oid("1.2.840.10045.2.1"), Oid(curve)}), WholeBits(point)});
}

Der Ed25519Key() { return Sequence({Algorithm("1.3.101.112"), WholeBits(Der(32, std::byte{5}))}); }

Der Algorithm(std::string_view oid) { return Sequence({Oid(oid)}); }

Der ExtensionOf(std::string_view oid, const Der& value, bool is_critical) {
  std::vector<Der> parts = {Oid(oid)};
  if (is_critical) parts.push_back(Boolean(true));
  parts.push_back(Element(0x04, value));
  return Sequence(parts);
}

Der CaExtension(bool is_ca, std::optional<unsigned> path_length) {
  std::vector<Der> fields;
  if (is_ca) fields.push_back(Boolean(true));
  if (path_length.has_value()) fields.push_back(Integer(*path_length));
  return ExtensionOf("2.5.29.19", Sequence(fields), true);
}

Der KeyUsageExtension(unsigned first_byte) {
  return ExtensionOf("2.5.29.15", BitString(0, {first_byte}), true);
}

Der PurposeExtension(const std::vector<std::string_view>& oids) {
  std::vector<Der> parts;
  for (const std::string_view oid : oids) parts.push_back(Oid(oid));
  return ExtensionOf("2.5.29.37", Sequence(parts));
}

Der AlternativeNames(const std::vector<Der>& names) {
  return ExtensionOf("2.5.29.17", Sequence(names));
}

Der ConstraintsExtension(const std::vector<Der>& permitted, const std::vector<Der>& excluded) {
  std::vector<Der> fields;
  unsigned tag = 0xA0;
  for (const auto* names : {&permitted, &excluded}) {
    std::vector<Der> subtrees;
    for (const Der& name : *names) subtrees.push_back(Sequence({name}));
    if (!subtrees.empty()) fields.push_back(Element(tag, Join(subtrees)));
    ++tag;
  }
  return ExtensionOf("2.5.29.30", Sequence(fields), true);
}

Der CertificateDraft::Write() const {
  std::vector<Der> fields;
  if (version != 1) {
    fields.push_back(Element(0xA0, Integer(static_cast<std::uint64_t>(version - 1))));
  }
  fields.insert(fields.end(), {serial, algorithm, issuer,
                               Sequence({Time(not_before), Time(not_after)}), subject, key});
  fields.insert(fields.end(), before_extensions.begin(), before_extensions.end());
  if (!extensions.empty()) fields.push_back(Element(0xA3, Sequence(extensions)));
  return Signed(Sequence(fields), outer_algorithm.value_or(algorithm));
}

Der RevocationListDraft::Write() const {
  std::vector<Der> fields;
  if (version.has_value()) fields.push_back(Integer(*version));
  fields.insert(fields.end(), {algorithm, issuer, Time(this_update)});
  if (next_update.has_value()) fields.push_back(Time(*next_update));
  if (!entries.empty()) fields.push_back(Sequence(entries));
  if (!extensions.empty()) fields.push_back(Element(0xA0, Sequence(extensions)));
  return Signed(Sequence(fields), algorithm);
}

Der RevokedEntry(const Der& serial, const std::vector<Der>& extensions) {
  const Der when = Time(std::chrono::sys_days{std::chrono::year{2028} / 1 / 1});
  if (extensions.empty()) return Sequence({serial, when});
  return Sequence({serial, when, Sequence(extensions)});
}

}  // namespace tandem
