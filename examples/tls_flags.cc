#include "examples/tls_flags.h"

#include <array>
#include <utility>

#include "tandem/algorithms.h"
#include "tandem/default_backend.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

namespace tandem_examples {

using tandem::Version;

void AddTlsFlags(Flags& flags, TlsOptions& options, const std::string& close_help) {
  // Both backends are linked here, so that one binary can show both. A program that needs one
  // depends on that one alone and passes it to Config; see examples/embedding.
  options.backend = &tandem::DefaultBackend();
  flags.AddChoice<const tandem::Backend*>(
      "backend", {{"openssl", &tandem::OpenSsl()}, {"gnutls", &tandem::GnuTls()}}, options.backend,
      "Which library speaks TLS. Default: " + std::string(options.backend->name()) + ".");
  AddProtocolFlags(flags, options, close_help);
  flags.AddSwitch("verbose", options.verbose, "Report the facts of connections on stderr.");
}

void AddProtocolFlags(Flags& flags, TlsOptions& options, const std::string& close_help) {
  const std::vector<std::pair<std::string, Version>> versions = {{"1.2", Version::kTls12},
                                                                 {"1.3", Version::kTls13}};
  flags.AddChoice("min", versions, options.min, "The oldest version to speak. Default: 1.2.");
  flags.AddChoice("max", versions, options.max, "The newest version to speak. Default: 1.3.");
  flags.AddValue("tls", "1.2|1.3", "Speak this version only.", [&options](std::string_view value) {
    if (value != "1.2" && value != "1.3") return std::string("is not one of 1.2|1.3");
    options.min = options.max = value == "1.2" ? Version::kTls12 : Version::kTls13;
    return std::string();
  });
  flags.AddValue("alpn", "LIST", "Application protocols (ALPN), best first, with commas between.",
                 [&options](std::string_view value) {
                   options.alpn = SplitList(value);
                   return std::string();
                 });
  flags.AddText("cert", "FILE", options.cert, "Our certificate, then its intermediates, in PEM.");
  flags.AddText("key", "FILE", options.key,
                "The private key of --cert, in PEM. Default: it is in the same file.");
  flags.AddChoice<CloseStyle>("close",
                              {{"notify", CloseStyle::kNotify},
                               {"abrupt", CloseStyle::kAbrupt},
                               {"half", CloseStyle::kHalf}},
                              options.close, close_help);
}

tandem::Result<std::shared_ptr<const tandem::Identity>> LoadIdentity(const tandem::Backend& backend,
                                                                     const std::string& cert_path,
                                                                     const std::string& key_path) {
  return tandem::Identity::FromPemFiles(backend, cert_path,
                                        key_path.empty() ? cert_path : key_path);
}

std::string DescribeConnection(const tandem::Backend& backend, const tandem::ConnectionInfo& info) {
  std::string_view version = info.version == Version::kTls12 ? "1.2" : "1.3";
  if (info.version == Version::kDtls12) version = "dtls1.2";
  std::string text = "backend=" + std::string(backend.name());
  text += " version=" + std::string(version);
  text += " suite=" + tandem::CipherSuiteName(info.cipher_suite);
  text += " group=" + tandem::GroupName(info.group);
  text += " alpn=" + (info.alpn.empty() ? "-" : info.alpn);
  text += " sni=" + (info.server_name.empty() ? "-" : info.server_name);
  text += " peer_chain=" + std::to_string(info.peer_chain.size());
  return text;
}

}  // namespace tandem_examples
