// The certificates that a Config trusts.

#include "backends/openssl/roots.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <dirent.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "backends/openssl/errors.h"

namespace tandem::openssl {
namespace {

// In the name of a root's file in a directory, such as "5ed36f99.0".
constexpr std::size_t kHashDigits = 8;

using DirectoryHandle = std::unique_ptr<DIR, decltype([](DIR* directory) { closedir(directory); })>;

// OpenSSL looks into its directory only when it needs a root, so nothing else counts them. Not by
// std::filesystem: where memory runs out, the directory_iterator of libstdc++ ends the program.
std::size_t CountRootsIn(const char* path) {
  const DirectoryHandle directory(opendir(path));
  if (directory == nullptr) return 0;
  std::size_t count = 0;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    const bool hashed = name.size() > kHashDigits + 1 &&
                        name.find_first_not_of("0123456789abcdef") == kHashDigits &&
                        name[kHashDigits] == '.' && name[kHashDigits + 1] != 'r';  // Not a list.
    if (hashed) ++count;
  }
  return count;
}

// Not X509_STORE_set_default_paths(), which goes where SSL_CERT_FILE and SSL_CERT_DIR say: whom a
// program believes is not for its environment to choose.
bool LookWhereTheMachineKeepsThem(X509_STORE* roots) {
  X509_LOOKUP* file = X509_STORE_add_lookup(roots, X509_LOOKUP_file());
  X509_LOOKUP* directory = X509_STORE_add_lookup(roots, X509_LOOKUP_hash_dir());
  if (file == nullptr || directory == nullptr) return false;
  // Many machines have no such file, and some no such directory.
  X509_LOOKUP_load_file(file, X509_get_default_cert_file(), X509_FILETYPE_PEM);
  return X509_LOOKUP_add_dir(directory, X509_get_default_cert_dir(), X509_FILETYPE_PEM) == 1;
}

// A machine that has them in one file has the same in its directory.
std::size_t CountSystemRoots(X509_STORE* roots) {
  const auto in_file = static_cast<std::size_t>(sk_X509_OBJECT_num(X509_STORE_get0_objects(roots)));
  return std::max(in_file, CountRootsIn(X509_get_default_cert_dir()));
}

}  // namespace

CertificateHandle ParseCertificate(std::span<const std::byte> der) {
  return ReadDer<CertificateHandle>(der, d2i_X509);
}

Der DerOf(const X509* certificate) {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(certificate, &encoded);
  if (size <= 0) return {};
  const BytesHandle owner(encoded);
  const auto bytes = std::as_bytes(std::span(encoded, static_cast<std::size_t>(size)));
  return {bytes.begin(), bytes.end()};
}

Result<std::size_t> AddSystemRoots(X509_STORE* roots, bool may_be_empty) {
  if (!LookWhereTheMachineKeepsThem(roots)) return MakeFault(Fault::kOutOfMemory);
  const std::size_t count = CountSystemRoots(roots);
  if (count > 0 || may_be_empty) return count;
  return MakeError(ErrorKind::kMisuse,
                   "this machine has no system roots; install ca-certificates or name roots");
}

Result<std::size_t> AddRoots(X509_STORE* roots, std::span<const Der> certificates) {
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const CertificateHandle root = ParseCertificate(certificates[i]);
    if (root == nullptr) {
      Error error = MakeError(ErrorKind::kMisuse,
                              "root number " + std::to_string(i + 1) + " cannot be parsed");
      error.native = NativeText(ERR_peek_last_error());
      return error;
    }
    if (X509_STORE_add_cert(roots, root.get()) != 1) return MakeFault(Fault::kOutOfMemory);
  }
  if (!certificates.empty()) return certificates.size();
  return MakeError(ErrorKind::kMisuse, "there is no root to trust");
}

std::vector<Der> RootsNamed(X509_STORE* roots, const Der& name, bool for_servers) {
  const auto parsed = ReadDer<NameHandle>(name, d2i_X509_NAME);
  const CheckHandle look(X509_STORE_CTX_new());
  if (parsed == nullptr || look == nullptr ||
      X509_STORE_CTX_init(look.get(), roots, nullptr, nullptr) != 1) {
    return {};
  }
  const ChainHandle found(X509_STORE_CTX_get1_certs(look.get(), parsed.get()));
  const int purpose = for_servers ? X509_TRUST_SSL_SERVER : X509_TRUST_SSL_CLIENT;
  std::vector<Der> ders;
  for (int i = 0; i < sk_X509_num(found.get()); ++i) {
    X509* root = sk_X509_value(found.get(), i);
    if (X509_check_trust(root, purpose, 0) != X509_TRUST_REJECTED) ders.push_back(DerOf(root));
  }
  return ders;
}

}  // namespace tandem::openssl
