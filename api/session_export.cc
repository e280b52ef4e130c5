// What both ends can derive from a connection: keying material, and what binds to it.

#include "api/session_core.h"

namespace tandem {
namespace {

// RFC 9266 section 2.
constexpr std::size_t kBindingBytes = 32;

// RFC 5764 section 4.1.2, RFC 7714 section 12.
struct SrtpShape {
  std::size_t key_bytes = 16;
  std::size_t salt_bytes = 14;
};

SrtpShape ShapeOf(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::kAes128CmHmacSha1_80:
    case SrtpProfile::kAes128CmHmacSha1_32: return {16, 14};
    case SrtpProfile::kAeadAes128Gcm: return {16, 12};
    case SrtpProfile::kAeadAes256Gcm: return {32, 12};
  }
  return {};
}

Error NoBinding() {
  return MakeError(ErrorKind::kUnsupported, "this connection has no channel binding of that type");
}

// RFC 5929 section 4.1: by the hash of the certificate's signature, and SHA-256 for weaker ones.
std::optional<Hash> BindingHash(SignatureHash signature_hash) {
  switch (signature_hash) {
    case SignatureHash::kMd5:
    case SignatureHash::kSha1:
    case SignatureHash::kSha256: return Hash::kSha256;
    case SignatureHash::kSha384: return Hash::kSha384;
    case SignatureHash::kSha512: return Hash::kSha512;
    case SignatureHash::kSha224:
    case SignatureHash::kNone: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<std::byte>> SessionCore::Export(
    std::string_view label, std::optional<std::span<const std::byte>> context,
    std::size_t length) const {
  if (error_.has_value()) return *error_;
  if (handshaking()) {
    return MakeError(ErrorKind::kMisuse, "there is no key to derive from before the handshake");
  }
  if (length == 0 || length > Session::kExportLimit) {
    return MakeError(ErrorKind::kMisuse, "keying material is 1 to 8160 bytes long");
  }
  std::vector<std::byte> material(length);
  if (backend_->Export(label, context, material)) return material;
  return MakeError(ErrorKind::kInternal, "the library refused to derive keying material");
}

Result<SrtpKeys> SessionCore::ExportSrtpKeys() const {
  if (!handshaking() && !info_->srtp.has_value()) {
    return MakeError(ErrorKind::kUnsupported, "no profile of SRTP was agreed on");
  }
  const SrtpShape shape = handshaking() ? SrtpShape() : ShapeOf(*info_->srtp);
  const auto material =
      Export("EXTRACTOR-dtls_srtp", std::nullopt, 2 * (shape.key_bytes + shape.salt_bytes));
  if (!material.ok()) return material.error();
  auto next = material->begin();
  const auto take = [&next](std::size_t bytes) {
    const auto begin = next;
    next += static_cast<std::ptrdiff_t>(bytes);
    return std::vector<std::byte>(begin, next);
  };
  // In this order: RFC 5764 section 4.2.
  SrtpKeys keys;
  keys.client_key = take(shape.key_bytes);
  keys.server_key = take(shape.key_bytes);
  keys.client_salt = take(shape.salt_bytes);
  keys.server_salt = take(shape.salt_bytes);
  return keys;
}

Result<std::vector<std::byte>> SessionCore::Binding(ChannelBinding type) const {
  if (error_.has_value()) return *error_;
  if (handshaking()) {
    return MakeError(ErrorKind::kMisuse, "there is nothing to bind to before the handshake");
  }
  const bool tls13 = info_->version == Version::kTls13;
  std::vector<std::byte> binding;
  switch (type) {
    case ChannelBinding::kUnique:
      if (!tls13) binding = backend_->FirstFinished();
      break;
    case ChannelBinding::kServerEndPoint: return ServerEndPoint();
    case ChannelBinding::kExporter:
      if (!info_->extended_master_secret) break;
      return Export("EXPORTER-Channel-Binding", std::span<const std::byte>(), kBindingBytes);
  }
  if (!binding.empty()) return binding;
  return NoBinding();
}

Result<std::vector<std::byte>> SessionCore::ServerEndPoint() const {
  const bool server = config_->settings().role == Role::kServer;
  const HelloAnswer* answer = policy_.answer();
  if (server && answer == nullptr) return NoBinding();
  const auto& chain = server ? answer->identity->chain() : info_->peer_chain;
  if (chain.empty()) return NoBinding();
  const auto certificate = Certificate::Parse(chain.front());
  const auto hash = certificate ? BindingHash(certificate->signature_hash) : std::nullopt;
  if (!hash.has_value()) return NoBinding();
  std::vector<std::byte> binding = config_->backend().Digest(*hash, chain.front());
  if (!binding.empty()) return binding;
  return MakeError(ErrorKind::kInternal, "the library refused to hash a certificate");
}

}  // namespace tandem
