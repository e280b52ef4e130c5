#include "examples/connect_options.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "tandem/default_backend.h"
#include "tandem/gnutls.h"
#include "tandem/identity.h"
#include "tandem/openssl.h"
#include "tandem/pem.h"
#include "tandem/trust.h"

namespace tandem_examples {

using tandem::Config;
using tandem::ErrorKind;
using tandem::Level;
using tandem::Pin;
using tandem::Result;
using tandem::Revocation;
using tandem::Trust;

namespace {

// --- Flags ---------------------------------------------------------------------------------------

// Declares a list of IANA's names.
template <typename T>
void AddNames(Flags& flags, const std::string& name, std::optional<T> (*named)(std::string_view),
              std::vector<T>& target, const std::string& help) {
  flags.AddValue(name, "LIST", help, [named, &target](std::string_view value) {
    target.clear();
    for (const std::string& word : SplitList(value)) {
      const auto number = named(word);
      if (!number.has_value()) return "names '" + word + "', which IANA does not know";
      target.push_back(*number);
    }
    return std::string(target.empty() ? "names nothing" : "");
  });
}

void AddTargetFlags(Flags& flags, ConnectOptions& options) {
  options.backends = {&tandem::DefaultBackend()};
  using Backends = std::vector<const tandem::Backend*>;
  flags.AddChoice<Backends>("backend",
                            {{"openssl", {&tandem::OpenSsl()}},
                             {"gnutls", {&tandem::GnuTls()}},
                             {"both", {&tandem::OpenSsl(), &tandem::GnuTls()}}},
                            options.backends,
                            "Which library speaks TLS. both: one after the other, and what\n"
                            "they find side by side; a '!' marks where they differ. Nothing is\n"
                            "pumped. Default: " +
                                std::string(tandem::DefaultBackend().name()) + ".");
  flags.AddText("name", "NAME", options.name, "Ask for NAME and verify NAME, whatever HOST is.");
  flags.AddChoice<PlainProtocol>("starttls",
                                 {{"smtp", PlainProtocol::kSmtp}, {"imap", PlainProtocol::kImap}},
                                 options.starttls,
                                 "Speak this first, and ask for TLS. The default port is then 25\n"
                                 "or 143.");
}

void AddTrustFlags(Flags& flags, ConnectOptions& options) {
  flags.AddText("ca", "FILE", options.ca,
                "Believe the certificates in this PEM file, and no others.\n"
                "Default: those that this machine believes.");
  flags.AddSwitch("danger-no-verify", options.danger_no_verify,
                  "Believe anybody. A man in the middle is not noticed.");
  flags.AddValue("pin", "HASH",
                 "Ask in addition for a key with this SHA-256 in the chain:\n"
                 "sha256//BASE64, or hexadecimal. Several times: one of these.",
                 [&options](std::string_view value) {
                   auto pin = Pin::Parse(Pin::Of::kPublicKey, value);
                   if (!pin.ok()) return std::string("is not a SHA-256");
                   options.pins.push_back(*std::move(pin));
                   return std::string();
                 });
  flags.AddSwitch("pin-only", options.pins_only,
                  "Believe the leaf's --pin, and look at nothing else.");
  flags.AddValue("crl", "FILE",
                 "Refuse what the revocation lists in this PEM file revoke.\n"
                 "Several times: all of these.",
                 [&options](std::string_view value) {
                   options.revocation_lists.emplace_back(value);
                   return std::string();
                 });
  flags.AddChoice<Revocation>("crl-reach",
                              {{"listed", Revocation::kWhereListed},
                               {"leaf", Revocation::kLeaf},
                               {"path", Revocation::kWholePath}},
                              options.revocation,
                              "Which certificates must be covered by a --crl: those whose issuer\n"
                              "has one there (default), the leaf, or the whole path.");
  flags.AddText("intermediates", "FILE", options.intermediates,
                "Certificates that may stand between the server and a CA, in PEM,\n"
                "for servers that forget to send them.");
}

void AddIdentityFlags(Flags& flags, ConnectOptions& options) {
  flags.AddText("pkcs12", "FILE", options.pkcs12,
                "Our certificate and key in one PKCS#12 file, instead of --cert.");
  flags.AddText("passphrase-file", "FILE", options.passphrase_file,
                "The first line of FILE opens --key or --pkcs12.");
}

void AddAlgorithmFlags(Flags& flags, ConnectOptions& options) {
  flags.AddChoice<Level>("level", {{"modern", Level::kModern}, {"compatible", Level::kCompatible}},
                         options.level,
                         "What to speak. compatible: also CBC and RSA key exchange, for servers\n"
                         "of before 2014. Default: modern.");
  AddNames(flags, "suites", &tandem::CipherSuiteNamed, options.suites,
           "Speak these cipher suites only, by IANA's names, best first.");
  AddNames(flags, "groups", &tandem::GroupNamed, options.groups,
           "Exchange keys in these groups only, likewise.");
  AddNames(flags, "schemes", &tandem::SignatureSchemeNamed, options.schemes,
           "Accept and make these signatures only, likewise.");
}

// --- The Config ----------------------------------------------------------------------------------

// Reads the DER blocks of a PEM file with one of the readers of tandem/pem.h.
Result<std::vector<tandem::Der>> ReadBlocks(
    const std::string& path, Result<std::vector<tandem::Der>> (*read)(std::string_view)) {
  const auto text = tandem::ReadTextFile(path);
  if (!text.ok()) return text.error();
  auto blocks = read(*text);
  if (blocks.ok()) return blocks;
  tandem::Error error = blocks.error();
  error.what = path + ": " + error.what;
  return error;
}

Result<Trust> BuildRoots(const ConnectOptions& options) {
  if (options.pins_only) return Trust::FromPins(options.pins);
  if (options.danger_no_verify) return Trust::DangerNone();
  if (!options.ca.empty()) return Trust::FromPemFile(options.ca);
  return Trust::System();
}

Result<Trust> BuildTrust(const ConnectOptions& options) {
  auto trust = BuildRoots(options);
  if (!trust.ok()) return trust;
  if (!options.pins_only && !options.pins.empty()) trust->RequirePin(options.pins);
  if (!options.intermediates.empty()) {
    auto certificates = ReadBlocks(options.intermediates, &tandem::ReadPemCertificates);
    if (!certificates.ok()) return certificates.error();
    trust->Intermediates(*std::move(certificates));
  }
  std::vector<tandem::Der> lists;
  for (const std::string& path : options.revocation_lists) {
    auto more = ReadBlocks(path, &tandem::ReadPemRevocationLists);
    if (!more.ok()) return more.error();
    for (tandem::Der& list : *more) lists.push_back(std::move(list));
  }
  const bool looked_at = !lists.empty() || options.revocation != Revocation::kWhereListed;
  if (looked_at) trust->RevocationLists(std::move(lists), options.revocation);
  return trust;
}

Result<std::string> ReadPassphrase(const std::string& path) {
  if (path.empty()) return std::string();
  auto text = tandem::ReadTextFile(path);
  if (!text.ok()) return text;
  std::string line = text->substr(0, text->find('\n'));
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

// Returns null when nothing says who we are.
Result<std::shared_ptr<const tandem::Identity>> BuildIdentity(const ConnectOptions& options,
                                                              const tandem::Backend& backend) {
  const TlsOptions& tls = options.tls;
  if (options.pkcs12.empty() && tls.cert.empty()) return std::shared_ptr<const tandem::Identity>();
  const auto passphrase = ReadPassphrase(options.passphrase_file);
  if (!passphrase.ok()) return passphrase.error();
  if (!options.pkcs12.empty()) {
    return tandem::Identity::FromPkcs12File(backend, options.pkcs12, *passphrase);
  }
  return tandem::Identity::FromPemFiles(backend, tls.cert, tls.key.empty() ? tls.cert : tls.key,
                                        *passphrase);
}

// Appends lines to a file that nobody else may read.
Result<tandem::KeyLog> OpenKeyLog(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  auto file = std::make_shared<Descriptor>(::open(path.c_str(), kFlags, S_IRUSR | S_IWUSR));
  if (!file->is_open()) {
    return tandem::MakeError(ErrorKind::kMisuse, path + ": " + std::strerror(errno));
  }
  return tandem::KeyLog([file](std::string_view line) {
    const std::string text = std::string(line) + "\n";
    // In one piece, so that lines of several programs do not mix. What cannot be written is lost;
    // the connection is none the worse for it.
    [[maybe_unused]] const ssize_t written = ::write(file->number(), text.data(), text.size());
  });
}

}  // namespace

void AddConnectFlags(Flags& flags, ConnectOptions& options) {
  AddTargetFlags(flags, options);
  AddTrustFlags(flags, options);
  options.tls.close = CloseStyle::kHalf;
  AddProtocolFlags(flags, options.tls,
                   "What the end of stdin is to the server. half (default): we say\n"
                   "close_notify and go on reading; some servers, nginx among them, then\n"
                   "leave without saying it, and that is called truncated. notify: nothing;\n"
                   "we say it when the server has. abrupt: we leave at once without it.");
  AddIdentityFlags(flags, options);
  AddAlgorithmFlags(flags, options);
  flags.AddText("keylog", "FILE", options.key_log,
                "Append the secrets of the connection, for tools that decrypt captures.");
  flags.AddSwitch("verbose", options.tls.verbose,
                  "Tell more facts: channel bindings, and how many bytes were carried.");
  flags.AddSwitch("facts", options.facts_only, "Print the facts and part. Nothing is pumped.");
  flags.AddSwitch("describe", options.describe,
                  "Connect to nobody: print what the flags mean to the library.");
  flags.AddNumber("timeout", 1, 86400, options.timeout,
                  "Give up a connection, STARTTLS or a handshake after N seconds, and\n"
                  "a server that takes nothing, or says nothing after the end of\n"
                  "stdin. Default: 30.");
}

std::optional<std::string> Contradiction(const ConnectOptions& options) {
  const int trusts = (options.ca.empty() ? 0 : 1) + (options.danger_no_verify ? 1 : 0) +
                     (options.pins_only ? 1 : 0);
  if (trusts > 1) return "--ca, --danger-no-verify and --pin-only exclude each other";
  if (options.pins_only && options.pins.empty()) return "--pin-only needs a --pin";
  if (options.danger_no_verify && !options.pins.empty()) {
    return "--pin looks at a chain, and --danger-no-verify at nothing; take --pin-only";
  }
  if (!options.pkcs12.empty() && !options.tls.cert.empty()) {
    return "--pkcs12 and --cert exclude each other";
  }
  if (!options.tls.key.empty() && options.tls.cert.empty()) return "--key needs a --cert";
  return std::nullopt;
}

Result<std::shared_ptr<const Config>> BuildClientConfig(const ConnectOptions& options,
                                                        const tandem::Backend& backend) {
  auto trust = BuildTrust(options);
  if (!trust.ok()) return trust.error();
  auto builder = Config::ForClient(backend, *std::move(trust));
  auto identity = BuildIdentity(options, backend);
  if (!identity.ok()) return identity.error();
  if (*identity != nullptr) builder.ClientIdentity(*std::move(identity));
  builder.Versions(options.tls.min, options.tls.max);
  builder.SecurityLevel(options.level);
  if (!options.suites.empty()) builder.CipherSuites(options.suites);
  if (!options.groups.empty()) builder.Groups(options.groups);
  if (!options.schemes.empty()) builder.SignatureSchemes(options.schemes);
  if (!options.tls.alpn.empty()) builder.Alpn(options.tls.alpn);
  if (!options.key_log.empty()) {
    auto key_log = OpenKeyLog(options.key_log);
    if (!key_log.ok()) return key_log.error();
    builder.DangerKeyLog(*std::move(key_log));
  }
  builder.HandshakeTimeout(std::chrono::seconds(options.timeout));
  return builder.Build();
}

}  // namespace tandem_examples
