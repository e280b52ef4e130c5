// Keys and certificates for the tests of this folder.

#include "backends/openssl/test_keys.h"

#include <openssl/rsa.h>

#include <utility>
#include <variant>

#include "backends/openssl/blocking_key.h"

namespace tandem::openssl {
namespace {

constexpr std::size_t kRsaBits = 2048;
constexpr long kYear = 365L * 24 * 60 * 60;

bool SetPadding(EVP_PKEY_CTX* context, int padding) {
  if (padding == 0) return true;
  if (EVP_PKEY_CTX_set_rsa_padding(context, padding) != 1) return false;
  return padding != RSA_PKCS1_PSS_PADDING ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

const unsigned char* OctetsOf(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

KeyHandle MakeKey(const std::string& type) {
  const char* name = type.c_str();
  if (type == "RSA") return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, name, kRsaBits));
  if (type.starts_with("P-")) return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", name));
  if (type != "RSA-PSS") return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, name));
  const KeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, name, nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_keygen(context.get(), &key);
  return KeyHandle(key);
}

CertificateHandle MakeCertificate(EVP_PKEY* key) {
  const CertificateHandle certificate(X509_new());
  X509* made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), 0);
  X509_gmtime_adj(X509_getm_notAfter(made), kYear);
  X509_set_pubkey(made, key);
  X509_sign(made, key, EVP_PKEY_is_a(key, "ED25519") == 1 ? nullptr : EVP_sha256());
  // As it comes off the wire or a disk: this object would remember the whole key.
  unsigned char* der = nullptr;
  const int size = i2d_X509(made, &der);
  const BytesHandle bytes(der);
  const unsigned char* next = der;
  return CertificateHandle(d2i_X509(nullptr, &next, size));
}

void HeldEngine::FinishOne() {
  for (const auto& operation : held) {
    if (operation->done()) continue;
    auto outcome =
        UseKey(static_cast<const PlainKey&>(operation->key()).key(), nullptr, operation->request());
    if (auto* output = std::get_if<0>(&outcome)) {
      operation->Complete(std::move(*output));
    } else {
      operation->Fail(std::get<1>(outcome).reason);
    }
    return;
  }
}

int RunInJob(const std::function<int()>& body, const std::function<void()>& between,
             engine::ThreadState* thread_state) {
  engine::WaitContext wait;
  engine::JobPool jobs;
  auto run = jobs.Start(body, {.wait_context = &wait, .thread_state = thread_state});
  while (run.outcome == engine::JobOutcome::kPaused) {
    between();
    run = jobs.Resume(run.job);
  }
  return run.result;
}

std::vector<unsigned char> Sign(EVP_PKEY* key, const char* digest, int padding,
                                const std::string& message) {
  const DigestContextHandle context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  std::size_t size = 0;
  if (EVP_DigestSignInit_ex(context.get(), &options, digest, nullptr, nullptr, key, nullptr) != 1 ||
      !SetPadding(options, padding) ||
      EVP_DigestSign(context.get(), nullptr, &size, OctetsOf(message), message.size()) != 1) {
    return {};
  }
  std::vector<unsigned char> signature(size);
  const int signed_well =
      EVP_DigestSign(context.get(), signature.data(), &size, OctetsOf(message), message.size());
  signature.resize(signed_well == 1 ? size : 0);
  return signature;
}

bool Verify(EVP_PKEY* key, const char* digest, int padding, const std::string& message,
            const std::vector<unsigned char>& signature) {
  const DigestContextHandle context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  return EVP_DigestVerifyInit_ex(context.get(), &options, digest, nullptr, nullptr, key, nullptr) ==
             1 &&
         SetPadding(options, padding) &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), OctetsOf(message),
                          message.size()) == 1;
}

}  // namespace tandem::openssl
