#include "examples/facts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "tandem/algorithms.h"
#include "tandem/channel_binding.h"

namespace tandem_examples {
namespace {

using tandem::Certificate;
using tandem::ChannelBinding;
using tandem::Der;
using tandem::Hash;
using tandem::KeyType;

// --- Values --------------------------------------------------------------------------------------

std::string OrDash(std::string text) { return text.empty() ? "-" : text; }

std::string YesOrNo(bool value) { return value ? "yes" : "no"; }

std::string Hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<std::size_t>(byte >> 4)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

std::string Base64(std::span<const std::byte> bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::size_t group = 0;
    for (std::size_t j = i; j < i + 3; ++j) {
      group = group << 8 | (j < bytes.size() ? std::to_integer<std::size_t>(bytes[j]) : 0);
    }
    for (const unsigned shift : {18U, 12U, 6U, 0U}) text += digits[group >> shift & 63];
  }
  const std::size_t padding = (3 - bytes.size() % 3) % 3;
  return text.replace(text.size() - padding, padding, padding, '=');
}

std::string TimeText(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::string KeyText(const Certificate& certificate) {
  const std::string bits = " " + std::to_string(certificate.key_bits) + " bits";
  switch (certificate.key_type) {
    case KeyType::kRsa: return "RSA" + bits;
    case KeyType::kRsaPss: return "RSA-PSS" + bits;
    case KeyType::kEcdsa: return "ECDSA" + bits;
    case KeyType::kEd25519: return "Ed25519" + bits;
    case KeyType::kEd448: return "Ed448" + bits;
    case KeyType::kOther: break;
  }
  return "of a type without a name here";
}

std::string NamesText(const tandem::CertificateNames& names) {
  std::string text;
  for (const std::string& name : names.dns) text += (text.empty() ? "" : " ") + name;
  for (const auto& address : names.addresses) {
    std::array<char, INET6_ADDRSTRLEN> shown{};
    const int family = address.size() == 4 ? AF_INET : AF_INET6;
    if (::inet_ntop(family, address.data(), shown.data(), shown.size()) == nullptr) continue;
    text += (text.empty() ? "" : " ") + std::string(shown.data());
  }
  return text;
}

std::string AlertText(tandem::Alert alert) {
  return std::to_string(static_cast<int>(alert)) + " " + std::string(AlertName(alert));
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c >= ' ' && c <= '~') {
      escaped += c;
    } else {
      const auto byte = static_cast<std::byte>(c);
      escaped += "\\x" + Hex(std::span(&byte, 1));
    }
  }
  return escaped;
}

// --- Facts ---------------------------------------------------------------------------------------

void AddBindings(Facts& facts, const tandem::Session& session) {
  struct Kind {
    const char* key;
    ChannelBinding type;
    bool comparable;
  };
  constexpr std::array<Kind, 3> kinds = {{
      {"binding tls-unique", ChannelBinding::kUnique, false},
      {"binding tls-server-end-point", ChannelBinding::kServerEndPoint, true},
      {"binding tls-exporter", ChannelBinding::kExporter, false},
  }};
  for (const Kind& kind : kinds) {
    const auto binding = session.Binding(kind.type);
    facts.push_back({kind.key, binding.ok() ? Hex(*binding) : "-", kind.comparable});
  }
}

const Fact* Find(const Facts& facts, const std::string& key) {
  const auto found = std::find_if(facts.begin(), facts.end(),
                                  [&key](const Fact& fact) { return fact.key == key; });
  return found == facts.end() ? nullptr : &*found;
}

// The keys of both, in an order that agrees with each.
std::vector<std::string> Keys(const Facts& left, const Facts& right) {
  std::vector<std::string> keys;
  auto next = right.begin();
  for (const Fact& fact : left) {
    const auto same = std::find_if(next, right.end(),
                                   [&fact](const Fact& other) { return other.key == fact.key; });
    if (same != right.end()) {
      for (; next != same; ++next) {
        if (Find(left, next->key) == nullptr) keys.push_back(next->key);
      }
    }
    keys.push_back(fact.key);
  }
  for (; next != right.end(); ++next) {
    if (Find(left, next->key) == nullptr) keys.push_back(next->key);
  }
  return keys;
}

}  // namespace

std::string LibraryText(const tandem::Backend& backend) {
  return std::string(backend.name()) + " (" + backend.version() + ")";
}

Facts DescribeSession(const tandem::Backend& backend, const tandem::Session& session,
                      bool verbose) {
  const tandem::ConnectionInfo& info = *session.info();
  const bool tls12 = info.version == tandem::Version::kTls12;
  Facts facts = {
      {"version", tls12 ? "TLS 1.2" : "TLS 1.3"},
      {"suite", tandem::CipherSuiteName(info.cipher_suite)},
      {"group", info.group == 0 ? "-" : tandem::GroupName(info.group)},
      {"peer signature",
       info.peer_signature == 0 ? "-" : tandem::SignatureSchemeName(info.peer_signature)},
      {"alpn", OrDash(info.alpn)},
      {"server name", OrDash(info.server_name)},
      {"extended master secret", YesOrNo(info.extended_master_secret)},
      {"resumption", "no"},
  };
  if (verbose) AddBindings(facts, session);
  Facts chain = DescribeChain(backend, info.peer_chain, "certificate");
  std::move(chain.begin(), chain.end(), std::back_inserter(facts));
  return facts;
}

Facts DescribeChain(const tandem::Backend& backend, std::span<const Der> chain,
                    const std::string& what) {
  Facts facts;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const std::string key = what + " " + std::to_string(i);
    const auto certificate = Certificate::Parse(chain[i]);
    if (certificate.has_value()) {
      facts.push_back({key, certificate->SubjectText()});
      facts.push_back({key + " issuer", certificate->IssuerText()});
      if (i == 0) facts.push_back({key + " names", OrDash(NamesText(certificate->names()))});
      facts.push_back({key + " from", TimeText(certificate->not_before)});
      facts.push_back({key + " until", TimeText(certificate->not_after)});
      facts.push_back({key + " key", KeyText(*certificate)});
      // As --pin wants it.
      facts.push_back(
          {key + " key sha256",
           "sha256//" + Base64(backend.Digest(Hash::kSha256, certificate->public_key))});
    } else {
      facts.push_back({key, "cannot be read"});
    }
    facts.push_back({key + " sha256", Hex(backend.Digest(Hash::kSha256, chain[i]))});
  }
  return facts;
}

Facts DescribeError(const tandem::Error& error) {
  Facts facts = {{"failure", std::string(ErrorKindName(error.kind))}, {"why", error.what}};
  if (error.system_error != 0) {
    facts.push_back({"system", std::generic_category().message(error.system_error)});
  }
  if (error.verdict.has_value()) {
    facts.push_back({"verdict", std::string(VerdictName(*error.verdict))});
  }
  if (error.alert_sent.has_value()) {
    facts.push_back({"alert sent", AlertText(*error.alert_sent)});
  }
  if (error.alert_received.has_value()) {
    facts.push_back({"alert received", AlertText(*error.alert_received)});
    facts.push_back({"alert authenticated", YesOrNo(error.alert_authenticated)});
  }
  if (!error.native.empty()) facts.push_back({"library says", error.native, false});
  return facts;
}

std::string FactLines(const Facts& facts) {
  std::string text;
  for (const Fact& fact : facts) text += fact.key + ": " + Escaped(fact.value) + "\n";
  return text;
}

Comparison Compare(const std::string& left_title, const Facts& left, const std::string& right_title,
                   const Facts& right) {
  struct Row {
    std::string key;
    std::string left;
    std::string right;
    bool equal;
    bool comparable;
  };
  std::vector<Row> rows = {{"", left_title, right_title, false, false}};
  for (const std::string& key : Keys(left, right)) {
    const Fact* a = Find(left, key);
    const Fact* b = Find(right, key);
    const bool both = a != nullptr && b != nullptr;
    rows.push_back({key, a != nullptr ? Escaped(a->value) : "",
                    b != nullptr ? Escaped(b->value) : "", both && a->value == b->value,
                    (a != nullptr ? a : b)->comparable});
  }
  std::size_t key_width = 0;
  std::size_t left_width = 0;
  for (const Row& row : rows) {
    key_width = std::max(key_width, row.key.size());
    if (!row.equal) left_width = std::max(left_width, row.left.size());
  }
  Comparison comparison;
  for (Row& row : rows) {
    const bool differs = !row.equal && row.comparable;
    if (differs) comparison.different.push_back(row.key);
    row.key.resize(key_width, ' ');
    if (!row.equal) row.left.resize(left_width, ' ');
    comparison.text += (differs ? "! " : "  ") + row.key + "  " + row.left;
    if (!row.equal) comparison.text += "  | " + row.right;
    comparison.text += "\n";
  }
  return comparison;
}

}  // namespace tandem_examples
