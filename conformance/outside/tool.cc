#include "conformance/outside/tool.h"

#include <algorithm>
#include <initializer_list>

namespace tandem::conformance {
namespace {

using Words = std::vector<std::string>;

void Add(Words& words, std::initializer_list<std::string> more) { words.insert(words.end(), more); }

std::string File(const Launch& launch, const std::string& name) { return launch.pki.File(name); }

// --- OpenSSL's ----------------------------------------------------------------------------------

void AddOpenSslRules(const Launch& launch, Words& words) {
  const PeerRules& rules = launch.rules;
  Add(words, {"-state", rules.version == Version::kTls12 ? "-tls1_2" : "-tls1_3"});
  if (!rules.identity.empty()) {
    const std::string intermediates = launch.pki.IntermediatesFile(rules.identity);
    Add(words, {"-cert", File(launch, rules.identity)});
    if (!intermediates.empty()) Add(words, {"-cert_chain", intermediates});
    Add(words, {"-key", File(launch, rules.identity + ".key")});
  }
  if (!rules.alpn.empty()) Add(words, {"-alpn", rules.alpn});
  if (rules.record_size > 0) {
    Add(words, {"-max_send_frag", std::to_string(rules.record_size)});
  }
}

Words SClient(const Launch& launch) {
  const PeerRules& rules = launch.rules;
  Words words = {"openssl", "s_client", "-connect", "127.0.0.1:" + launch.port, "-brief"};
  Add(words, {"-servername", rules.name});
  if (!rules.roots.empty()) {
    Add(words, {"-CAfile", File(launch, rules.roots), "-verify_return_error"});
    Add(words, {"-verify_hostname", rules.name});
  }
  AddOpenSslRules(launch, words);
  return words;
}

Words SServer(const Launch& launch) {
  const PeerRules& rules = launch.rules;
  Words words = {"openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1"};
  // Only then it sends a close_notify when its input ends; and it takes no command.
  if (rules.closes) Add(words, {"-brief", "-no_ign_eof"});
  if (rules.asks != ClientCertificate::kNone) {
    const bool required = rules.asks == ClientCertificate::kRequired;
    Add(words, {required ? "-Verify" : "-verify", "4", "-verify_return_error"});
    Add(words, {"-CAfile", File(launch, rules.roots)});
  }
  if (!rules.serves.empty()) {
    Add(words, {"-servername", rules.serves, "-servername_fatal"});
    Add(words, {"-cert2", File(launch, rules.identity)});
    Add(words, {"-key2", File(launch, rules.identity + ".key")});
  }
  AddOpenSslRules(launch, words);
  return words;
}

Alert OpenSslRefusal(Flaw flaw, Version version) {
  switch (flaw) {
    case Flaw::kIssuer: return Alert::kUnknownCa;
    case Flaw::kName: return Alert::kBadCertificate;
    case Flaw::kDate: return Alert::kCertificateExpired;
    case Flaw::kMissing: break;
  }
  return version == Version::kTls12 ? Alert::kHandshakeFailure : Alert::kCertificateRequired;
}

// --- GnuTLS's -----------------------------------------------------------------------------------

void AddGnuTlsRules(const Launch& launch, Words& words) {
  const PeerRules& rules = launch.rules;
  const bool old = rules.version == Version::kTls12;
  Add(words,
      {"--priority", old ? "NORMAL:-VERS-ALL:+VERS-TLS1.2" : "NORMAL:-VERS-ALL:+VERS-TLS1.3"});
  if (!rules.identity.empty()) {
    Add(words, {"--x509certfile", File(launch, rules.identity)});
    Add(words, {"--x509keyfile", File(launch, rules.identity + ".key")});
  }
  for (std::size_t at = 0; at < rules.alpn.size();) {
    const std::size_t end = std::min(rules.alpn.find(',', at), rules.alpn.size());
    Add(words, {"--alpn", rules.alpn.substr(at, end - at)});
    at = end + 1;
  }
  if (rules.record_size > 0) Add(words, {"--recordsize", std::to_string(rules.record_size)});
}

Words GnuTlsCli(const Launch& launch) {
  const PeerRules& rules = launch.rules;
  Words words = {"gnutls-cli", "--inline-commands"};
  Add(words, {"--sni-hostname", rules.name, "--verify-hostname", rules.name});
  if (rules.roots.empty()) {
    Add(words, {"--insecure"});
  } else {
    Add(words, {"--x509cafile", File(launch, rules.roots)});
  }
  AddGnuTlsRules(launch, words);
  Add(words, {"--port", launch.port, "127.0.0.1"});
  return words;
}

Words GnuTlsServ(const Launch& launch) {
  const PeerRules& rules = launch.rules;
  // It keeps what it prints of alerts to itself until it ends; what it prints of records comes.
  Words words = {"gnutls-serv", "--echo", "--port", "0", "--debug", "5"};
  if (rules.asks == ClientCertificate::kNone) {
    Add(words, {"--disable-client-cert"});
  } else {
    Add(words, {"--verify-client-cert", "--x509cafile", File(launch, rules.roots)});
  }
  if (rules.asks == ClientCertificate::kRequired) Add(words, {"--require-client-cert"});
  if (!rules.alpn.empty()) Add(words, {"--alpn-fatal"});
  if (!rules.serves.empty()) {
    Add(words, {"--sni-hostname", rules.serves, "--sni-hostname-fatal"});
  }
  AddGnuTlsRules(launch, words);
  return words;
}

// Servers refuse servers' certificates elsewhere in the library, and by another alert.
Alert GnuTlsCliRefusal(Flaw, Version) { return Alert::kBadCertificate; }

Alert GnuTlsServRefusal(Flaw flaw, Version version) {
  if (flaw != Flaw::kMissing) return Alert::kAccessDenied;
  return version == Version::kTls12 ? Alert::kDecodeError : Alert::kCertificateRequired;
}

constexpr Tool kTools[] = {
    {.name = "s_client",
     .program = "openssl",
     .package = "openssl",
     .role = Role::kClient,
     .command = SClient,
     .pure_output = true,
     .tls12_words = "Protocol version: TLSv1.2",
     .tls13_words = "Protocol version: TLSv1.3",
     .renew = "k\n",
     .renew_both = "K\n",
     .renegotiate = "R\n",
     .renegotiation_alert = Alert::kHandshakeFailure,
     .truncated = "unexpected eof while reading",
     .refusal = OpenSslRefusal},
    {.name = "s_server",
     .program = "openssl",
     .package = "openssl",
     .role = Role::kServer,
     .command = SServer,
     .noise = {"Read BLOCK\n", "SSL_do_handshake -> 1\n"},
     .tls12_words = "CIPHER is ECDHE-",
     .tls13_words = "CIPHER is TLS_",
     .renew = "k\n",
     .renew_both = "K\n",
     .renegotiate = "r\n",
     .renegotiation_alert = Alert::kHandshakeFailure,
     .truncated = "unexpected eof while reading",
     .refusal = OpenSslRefusal},
    {.name = "gnutls_cli",
     .program = "gnutls-cli",
     .package = "gnutls-bin",
     .role = Role::kClient,
     .command = GnuTlsCli,
     .cuts_records = false,
     .tls12_words = "Description: (TLS1.2",
     .tls13_words = "Description: (TLS1.3",
     .renew = "^rekey1^\n",
     .renew_both = "^rekey^\n",
     .renegotiate = "^renegotiate^\n",
     .renegotiation_alert = Alert::kInternalError,
     .truncated = "non-properly terminated",
     .answers_close = false,
     .refusal = GnuTlsCliRefusal},
    {.name = "gnutls_serv",
     .program = "gnutls-serv",
     .package = "gnutls-bin",
     .role = Role::kServer,
     .command = GnuTlsServ,
     .tls12_words = "Description: (TLS1.2",
     .tls13_words = "Description: (TLS1.3",
     .echoes = true,
     .renegotiate = "**REHANDSHAKE**\n",
     .truncated = "non-properly terminated",
     .closes = false,
     .refusal = GnuTlsServRefusal,
     .no_version_alert = Alert::kHandshakeFailure},
};

}  // namespace

std::span<const Tool> Tools() { return kTools; }

bool TellsOfAlert(std::string_view printed, Alert alert) {
  const std::string number = std::to_string(static_cast<int>(alert));
  const bool is_warning = alert == Alert::kCloseNotify;
  const std::string level = is_warning ? "1" : "2";
  std::vector<std::string> tellings = {"]: Alert[" + level + "|" + number + "]"};
  if (is_warning) {
    tellings.push_back("alert read:warning:close notify");
    tellings.push_back("Peer has closed the GnuTLS connection");
  } else {
    tellings.push_back("SSL alert number " + number + "\n");
    tellings.push_back("Received alert [" + number + "]");
  }
  return std::any_of(tellings.begin(), tellings.end(), [&](const std::string& telling) {
    return printed.find(telling) != std::string_view::npos;
  });
}

}  // namespace tandem::conformance
