#include "tandem/config.h"

#include <algorithm>
#include <utility>

#include "tandem/out_of_memory.h"

namespace tandem {
namespace {

constexpr std::size_t kAlpnProtocolLimit = 16;
constexpr std::size_t kAlpnNameLimit = 255;  // RFC 7301 section 3.1.

Error Misuse(const std::string& what) { return MakeError(ErrorKind::kMisuse, what); }

std::optional<Error> CheckVersions(const Backend& backend, const Settings& settings) {
  if (settings.version_min > settings.version_max) {
    return Misuse("the lowest version is higher than the highest");
  }
  if (settings.version_min == Version::kDtls12 || settings.version_max == Version::kDtls12) {
    return Misuse("DTLS is asked for by Datagrams(), and not by Versions()");
  }
  for (const Version version : {settings.version_min, settings.version_max}) {
    if (backend.capabilities().Has(version)) continue;
    return MakeError(ErrorKind::kUnsupported, std::string(backend.name()) + " cannot speak " +
                                                  std::string(VersionName(version)));
  }
  return std::nullopt;
}

std::optional<Error> CheckDatagrams(const Backend& backend, const Settings& settings) {
  using std::chrono::milliseconds;
  if (!settings.datagrams.has_value()) return std::nullopt;
  if (!backend.capabilities().datagrams) {
    return MakeError(ErrorKind::kUnsupported,
                     std::string(backend.name()) + " cannot speak DTLS 1.2");
  }
  if (settings.version_min != Version::kTls12 || settings.version_max != Version::kTls13) {
    return Misuse("Datagrams() speaks DTLS 1.2, and Versions() cannot be asked for beside it");
  }
  const DatagramRules& rules = *settings.datagrams;
  if (rules.max_payload < kMinPayload || rules.max_payload > kMaxPayload) {
    return Misuse("a datagram's payload is limited to something between 256 and 65507 bytes");
  }
  if (rules.first_timeout < milliseconds(50) || rules.first_timeout > milliseconds(60'000)) {
    return Misuse("a flight is waited for at least 50 ms and at most 60 s at first");
  }
  return std::nullopt;
}

std::optional<Error> CheckAlpn(const Settings& settings) {
  if (settings.alpn.size() > kAlpnProtocolLimit) return Misuse("more than 16 ALPN protocols");
  for (const std::string& protocol : settings.alpn) {
    if (protocol.empty() || protocol.size() > kAlpnNameLimit) {
      return Misuse("an ALPN protocol name is 1 to 255 bytes long");
    }
    if (std::count(settings.alpn.begin(), settings.alpn.end(), protocol) > 1) {
      return Misuse("the ALPN protocol \"" + protocol + "\" is named twice");
    }
  }
  if (settings.alpn.empty() && settings.alpn_policy == AlpnPolicy::kMustPresent) {
    return Misuse("ALPN must be present, and no protocol is named");
  }
  return std::nullopt;
}

template <typename Number>
std::optional<Error> CheckList(const std::vector<Number>& list, const char* what) {
  if (list.empty()) return Misuse(std::string("no ") + what + " is named");
  for (const Number number : list) {
    if (std::count(list.begin(), list.end(), number) > 1) {
      return Misuse(std::string("a ") + what + " is named twice");
    }
  }
  return std::nullopt;
}

std::optional<Error> CheckSrtp(const Backend& backend, const Settings& settings) {
  if (settings.srtp.empty()) return std::nullopt;
  if (!settings.datagrams.has_value()) return Misuse("SRTP gets its keys over Datagrams() alone");
  const auto& has = backend.capabilities().srtp;
  for (const SrtpProfile profile : settings.srtp) {
    if (std::find(has.begin(), has.end(), profile) != has.end()) continue;
    return MakeError(ErrorKind::kUnsupported, std::string(backend.name()) +
                                                  " does not know the SRTP profile " +
                                                  std::string(SrtpProfileName(profile)));
  }
  return CheckList(settings.srtp, "SRTP profile");
}

std::optional<Error> CheckAlgorithms(const Settings& settings) {
  if (auto error = CheckList(settings.cipher_suites, "cipher suite")) return error;
  if (auto error = CheckList(settings.groups, "group")) return error;
  if (auto error = CheckList(settings.signature_schemes, "signature scheme")) return error;
  const auto& suites = settings.cipher_suites;
  const bool has13 = std::any_of(suites.begin(), suites.end(), IsTls13Suite);
  const bool has12 = !std::all_of(suites.begin(), suites.end(), IsTls13Suite);
  const bool lacks12 = settings.version_min == Version::kTls12 && !has12;
  const bool lacks13 = settings.version_max == Version::kTls13 && !has13;
  if (!lacks12 && !lacks13) return std::nullopt;
  return Misuse(std::string(VersionName(lacks12 ? Version::kTls12 : Version::kTls13)) +
                " is spoken, and no cipher suite of it is named; narrow the versions or name one");
}

std::optional<Error> CheckRawRules(const Backend& backend, const Settings& settings) {
  for (const RawRules& rules : settings.raw_rules) {
    if (rules.backend == backend.name()) continue;
    return Misuse("there are raw rules for " + std::string(rules.backend) +
                  ", and this config is for " + std::string(backend.name()));
  }
  return std::nullopt;
}

std::optional<Error> CheckTrust(const Settings& settings) {
  if (!settings.trust.has_value()) return std::nullopt;
  const Trust& trust = *settings.trust;
  if (!trust.flaw().empty()) return Misuse("the trust: " + trust.flaw());
  if (trust.mode() == Trust::Mode::kRoots && trust.roots().empty()) {
    return Misuse("there is no root to trust");
  }
  return std::nullopt;
}

std::optional<Error> CheckIdentity(const Backend& backend, const Settings& settings) {
  const bool server = settings.role == Role::kServer;
  if (server && settings.identity == nullptr && !settings.choose_identity) {
    return Misuse("a server needs an identity, or a hook that chooses one");
  }
  if (settings.identity == nullptr || &settings.identity->backend() == &backend) {
    return std::nullopt;
  }
  return Misuse("the identity was loaded for " + std::string(settings.identity->backend().name()) +
                ", and this config is for " + std::string(backend.name()));
}

}  // namespace

Config::Builder Config::ForClient(const Backend& backend, Trust trust) {
  Settings settings;
  settings.role = Role::kClient;
  settings.trust = std::move(trust);
  return Builder(backend, std::move(settings));
}

Config::Builder Config::ForServer(const Backend& backend,
                                  std::shared_ptr<const Identity> identity) {
  Settings settings;
  settings.role = Role::kServer;
  settings.identity = std::move(identity);
  return Builder(backend, std::move(settings));
}

Config::Builder Config::ForServer(const Backend& backend, ChooseIdentity choose) {
  Settings settings;
  settings.role = Role::kServer;
  settings.choose_identity = std::move(choose);
  return Builder(backend, std::move(settings));
}

Config::Builder& Config::Builder::ClientIdentity(std::shared_ptr<const Identity> identity) {
  if (settings_.role != Role::kClient) {
    return Reject("a server names its identity in ForServer(), not by ClientIdentity()");
  }
  settings_.identity = std::move(identity);
  return *this;
}

Config::Builder& Config::Builder::ClientCertificates(ClientCertificate mode, Trust trust) {
  if (settings_.role != Role::kServer) {
    return Reject("only a server asks for client certificates");
  }
  settings_.client_certificate = mode;
  settings_.trust = std::move(trust);
  return *this;
}

Config::Builder& Config::Builder::Versions(Version min, Version max) {
  settings_.version_min = min;
  settings_.version_max = max;
  return *this;
}

Config::Builder& Config::Builder::Datagrams(DatagramRules rules) {
  settings_.datagrams = rules;
  return *this;
}

Config::Builder& Config::Builder::Srtp(std::vector<SrtpProfile> profiles) {
  settings_.srtp = std::move(profiles);
  return *this;
}

Config::Builder& Config::Builder::SecurityLevel(Level level) {
  const Settings defaults;
  settings_.cipher_suites = defaults.cipher_suites;
  settings_.groups = defaults.groups;
  settings_.signature_schemes = defaults.signature_schemes;
  if (level == Level::kCompatible) {
    settings_.cipher_suites.insert(settings_.cipher_suites.end(), kCompatibleCipherSuites.begin(),
                                   kCompatibleCipherSuites.end());
  }
  return *this;
}

Config::Builder& Config::Builder::CipherSuites(std::vector<CipherSuite> suites) {
  settings_.cipher_suites = std::move(suites);
  return *this;
}

Config::Builder& Config::Builder::Groups(std::vector<Group> groups) {
  settings_.groups = std::move(groups);
  return *this;
}

Config::Builder& Config::Builder::SignatureSchemes(std::vector<SignatureScheme> schemes) {
  settings_.signature_schemes = std::move(schemes);
  return *this;
}

Config::Builder& Config::Builder::MachinePolicy(SystemPolicy policy) {
  settings_.system_policy = policy;
  return *this;
}

Config::Builder& Config::Builder::Raw(RawRules rules) {
  settings_.raw_rules.push_back(std::move(rules));
  return *this;
}

Config::Builder& Config::Builder::DangerKeyLog(KeyLog hook) {
  settings_.key_log = std::move(hook);
  return *this;
}

Config::Builder& Config::Builder::Alpn(std::vector<std::string> protocols, AlpnPolicy policy) {
  settings_.alpn = std::move(protocols);
  settings_.alpn_policy = policy;
  return *this;
}

Config::Builder& Config::Builder::HandshakeTimeout(std::chrono::milliseconds timeout) {
  settings_.handshake_timeout = timeout;
  return *this;
}

Config::Builder& Config::Builder::OnAsync(engine::AsyncCallback callback, std::uintptr_t argument) {
  settings_.async_callback = std::move(callback);
  settings_.async_argument = argument;
  return *this;
}

Config::Builder& Config::Builder::ReplaceSteadyClock(SteadyClock clock) {
  settings_.steady_clock = std::move(clock);
  return *this;
}

Config::Builder& Config::Builder::ReplaceWallClock(WallClock clock) {
  settings_.wall_clock = std::move(clock);
  return *this;
}

Config::Builder& Config::Builder::Reject(const char* why) {
  if (!rejected_.has_value()) rejected_ = Misuse(why);
  return *this;
}

Result<std::shared_ptr<const Config>> Config::Builder::Build() const {
  return UnlessOutOfMemory([this]() -> Result<std::shared_ptr<const Config>> {
    if (rejected_.has_value()) return *rejected_;
    if (auto error = CheckVersions(*backend_, settings_)) return std::move(*error);
    if (auto error = CheckDatagrams(*backend_, settings_)) return std::move(*error);
    if (auto error = CheckSrtp(*backend_, settings_)) return std::move(*error);
    if (auto error = CheckAlgorithms(settings_)) return std::move(*error);
    if (auto error = CheckRawRules(*backend_, settings_)) return std::move(*error);
    if (auto error = CheckAlpn(settings_)) return std::move(*error);
    if (auto error = CheckTrust(settings_)) return std::move(*error);
    if (auto error = CheckIdentity(*backend_, settings_)) return std::move(*error);
    if (settings_.handshake_timeout < std::chrono::milliseconds(1) ||
        settings_.handshake_timeout > std::chrono::hours(24)) {
      return Misuse("a handshake is given at least one millisecond and at most a day");
    }
    // The backend may refer to the settings, so it compiles those of the Config, not the builder's.
    std::shared_ptr<Config> config(new Config(*backend_, settings_));
    if (settings_.datagrams.has_value()) config->settings_.version_max = Version::kTls12;
    auto compiled = backend_->Compile(config->settings_);
    if (!compiled.ok()) return std::move(compiled).error();
    config->compiled_ = std::move(compiled).value();
    return std::shared_ptr<const Config>(std::move(config));
  });
}

}  // namespace tandem
