#include "tandem/client_hello.h"

#include <algorithm>
#include <bitset>
#include <utility>

#include "api/hello_extensions.h"
#include "api/hello_parts.h"
#include "api/tls_reader.h"

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;
using Refused = std::optional<HelloRefusal>;

constexpr HelloRefusal kMalformed = {Fault::kMalformedMessage, Alert::kDecodeError};
constexpr HelloRefusal kMisplaced = {Fault::kMalformedMessage, Alert::kIllegalParameter};
constexpr HelloRefusal kIllegal = {Fault::kIllegalChoice, Alert::kIllegalParameter};
constexpr HelloRefusal kNoVersion = {Fault::kNoSharedVersion, Alert::kProtocolVersion};
constexpr HelloRefusal kLacks = {Fault::kMissingExtension, Alert::kMissingExtension};

constexpr std::size_t kSsl3 = 0x0300;
constexpr CipherSuite kFallback = 0x5600;  // TLS_FALLBACK_SCSV, RFC 7507.
constexpr std::byte kNullCompression{0};

// The suites of TLS 1.2 whose keys come from elliptic curves: ECDHE, by their blocks of numbers.
bool NeedsGroup(CipherSuite suite) { return suite >> 8 == 0xC0 || suite >> 8 == 0xCC; }

template <typename Range, typename Value>
bool Contains(const Range& range, const Value& value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

// Checks one hello, in the order in which OpenSSL does.
class HelloCheck {
 public:
  HelloCheck(const HelloRules& rules, ClientHello& hello) : rules_(rules), hello_(hello) {}

  Refused Run(Bytes message) {
    if (const Refused refused = SplitClientHello(message, rules_.datagrams, raw_)) return refused;
    for (const auto step :
         {&HelloCheck::ChooseVersion, &HelloCheck::CheckSuites, &HelloCheck::CheckCompressions,
          &HelloCheck::ReadExtensions, &HelloCheck::CheckKeys, &HelloCheck::CheckKeyShares,
          &HelloCheck::CheckShared}) {
      if (const Refused refused = (this->*step)()) return refused;
    }
    return std::nullopt;
  }

 private:
  const RawExtension* Find(HelloExtension type) const {
    return FindExtension(raw_.extensions, type);
  }

  bool second() const { return rules_.first != nullptr; }
  bool tls13() const { return hello_.version == Version::kTls13; }

  Refused ChooseVersion() {
    const RawExtension* extension = Find(HelloExtension::kSupportedVersions);
    if (extension != nullptr && !ReadSupportedVersions(extension->body, hello_)) return kMalformed;
    if (extension != nullptr && raw_.legacy_version <= kSsl3) {
      return HelloRefusal{Fault::kIllegalChoice, Alert::kProtocolVersion};
    }
    // RFC 8446 section 4.1.2 has it be that of TLS 1.2, and GnuTLS insists that it is not less.
    if (raw_.legacy_version < static_cast<std::size_t>(Version::kTls12)) return kNoVersion;
    const auto min = static_cast<std::size_t>(rules_.version_min);
    const auto max = static_cast<std::size_t>(rules_.version_max);
    std::size_t chosen = 0;
    for (const std::size_t number : hello_.supported_versions) {
      const std::size_t offered = rules_.datagrams ? TlsVersionOf(number) : number;
      if (offered >= min && offered <= max) chosen = std::max(chosen, offered);
    }
    // RFC 8446 section 4.2.1: without the extension it speaks TLS 1.2 and below.
    if (extension == nullptr && rules_.version_min == Version::kTls12) chosen = min;
    if (chosen == 0) return kNoVersion;
    hello_.version = static_cast<Version>(chosen);
    return second() && !tls13() ? Refused(kNoVersion) : std::nullopt;
  }

  Refused CheckSuites() {
    auto suites = ReadNumbers(raw_.suites);
    if (raw_.suites.empty()) return kIllegal;
    if (!suites.has_value()) return kMalformed;
    hello_.cipher_suites = *std::move(suites);
    // RFC 8446 section 4.1.2: what was asked for may change, and nothing else.
    if (second() && hello_.cipher_suites != rules_.first->cipher_suites) return kIllegal;
    if (hello_.version < rules_.version_max && Contains(hello_.cipher_suites, kFallback)) {
      return HelloRefusal{Fault::kNoSharedVersion, Alert::kInappropriateFallback};
    }
    return std::nullopt;
  }

  Refused CheckCompressions() {
    if (!Contains(raw_.compressions, kNullCompression)) {
      return HelloRefusal{Fault::kIllegalChoice, Alert::kDecodeError};
    }
    return tls13() && raw_.compressions.size() != 1 ? Refused(kIllegal) : std::nullopt;
  }

  Refused ReadExtensions() {
    for (const RawExtension& extension : raw_.extensions) {
      if (const Refused refused = ReadHelloExtension(extension, hello_.version, hello_, details_)) {
        return refused;
      }
    }
    return std::nullopt;
  }

  Refused CheckKeys() {
    if (Find(HelloExtension::kPreSharedKey) != nullptr &&
        Find(HelloExtension::kPskModes) == nullptr) {
      // TLS 1.2 has no such alert.
      return tls13() ? kLacks : HelloRefusal{kLacks.fault, Alert::kHandshakeFailure};
    }
    if (!tls13()) return std::nullopt;
    for (const auto type : {HelloExtension::kGroups, HelloExtension::kKeyShare,
                            HelloExtension::kSignatureAlgorithms}) {
      if (Find(type) == nullptr) return kLacks;
    }
    const bool early = Find(HelloExtension::kEarlyData) != nullptr;
    return second() && early ? Refused(kMisplaced) : std::nullopt;
  }

  Refused CheckKeyShares() {
    if (!tls13()) return std::nullopt;
    std::bitset<std::size_t{1} << 16> offered;
    for (const Group group : hello_.groups) offered.set(group);
    for (const Group group : details_.shares) {
      if (!offered.test(group)) return kIllegal;
    }
    // What was asked for, and nothing else.
    if (second() && hello_.groups != rules_.first->groups) return kIllegal;
    const std::optional<Group> shared = SharedGroup();
    const bool asked = details_.shares.size() == 1 && details_.shares.front() == shared;
    return second() && shared.has_value() && !asked ? Refused(kIllegal) : std::nullopt;
  }

  std::optional<Group> SharedGroup() const {
    const auto& ours = rules_.groups;
    const auto shared = std::find_if(
        ours.begin(), ours.end(), [this](Group group) { return Contains(hello_.groups, group); });
    return shared == ours.end() ? std::nullopt : std::optional(*shared);
  }

  // Both sides are right, and may have nothing in common.
  Refused CheckShared() {
    const bool group = rules_.groups.empty() || SharedGroup().has_value();
    const bool curves = group && details_.reads_points;  // Which TLS 1.3 does not ask.
    const auto& ours = rules_.cipher_suites;
    const bool shared = std::any_of(ours.begin(), ours.end(), [&](CipherSuite suite) {
      return IsTls13Suite(suite) == tls13() && Contains(hello_.cipher_suites, suite) &&
             (tls13() || curves || !NeedsGroup(suite));
    });
    if (!shared && !ours.empty()) {
      return HelloRefusal{Fault::kNoSharedSuite, Alert::kHandshakeFailure};
    }
    if (tls13() && !group) return HelloRefusal{Fault::kNoSharedGroup, Alert::kHandshakeFailure};
    return std::nullopt;
  }

  const HelloRules& rules_;
  ClientHello& hello_;
  RawClientHello raw_;
  HelloDetails details_;
};

}  // namespace

std::optional<HelloRefusal> ReadClientHello(std::span<const std::byte> message,
                                            const HelloRules& rules, ClientHello& hello) {
  return HelloCheck(rules, hello).Run(message);
}

}  // namespace tandem
