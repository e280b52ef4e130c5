// Signing with the vendor's keys: what is asked is kept, and the device does it all at once.

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/native_openssl/vendor_provider/vendor.h"

namespace vendor {
namespace {

using Bytes = std::vector<unsigned char>;

class Settings {
 public:
  Settings() = default;
  Settings(const Settings& other)
      : list_(other.list_ == nullptr ? nullptr : OSSL_PARAM_dup(other.list_)) {}
  Settings& operator=(const Settings&) = delete;
  ~Settings() { OSSL_PARAM_free(list_); }

  /// Adds these; the later of two counts.
  bool Add(const OSSL_PARAM* more) {
    if (more == nullptr || more->key == nullptr) return true;
    OSSL_PARAM* const merged =
        list_ == nullptr ? OSSL_PARAM_dup(more) : OSSL_PARAM_merge(list_, more);
    if (merged == nullptr) return false;
    // A merged list borrows what it lists; a copy owns it.
    OSSL_PARAM* const owned = list_ == nullptr ? merged : OSSL_PARAM_dup(merged);
    if (list_ != nullptr) OSSL_PARAM_free(merged);
    OSSL_PARAM_free(list_);
    list_ = owned;
    return owned != nullptr;
  }

  const OSSL_PARAM* list() const { return list_; }

 private:
  OSSL_PARAM* list_ = nullptr;
};

/// What a signature is asked with.
struct Context {
  Key* key = nullptr;
  std::string digest;
  bool hashes = false;  // The input is a message.
  Settings settings;
};

/// What the device needs to sign: its own copies, for who asked may be gone.
struct Question {
  Question(const Context& context, Bytes message)
      : library(context.key->provider->library),
        key(context.key->inner),
        digest(context.digest),
        settings(context.settings),
        input(std::move(message)),
        signature(static_cast<std::size_t>(EVP_PKEY_get_size(key))) {
    EVP_PKEY_up_ref(key);
  }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  ~Question() { EVP_PKEY_free(key); }

  OSSL_LIB_CTX* const library;
  EVP_PKEY* const key;
  const std::string digest;
  const Settings settings;
  const Bytes input;
  Bytes signature;
};

bool SignMessage(Question& question) {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::size_t length = question.signature.size();
  const char* const digest = question.digest.empty() ? nullptr : question.digest.c_str();
  const bool signed_it = context != nullptr &&
                         EVP_DigestSignInit_ex(context, nullptr, digest, question.library, nullptr,
                                               question.key, question.settings.list()) == 1 &&
                         EVP_DigestSign(context, question.signature.data(), &length,
                                        question.input.data(), question.input.size()) == 1;
  EVP_MD_CTX_free(context);
  question.signature.resize(signed_it ? length : 0);
  return signed_it;
}

bool SignDigest(Question& question) {
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_pkey(question.library, question.key, nullptr);
  std::size_t length = question.signature.size();
  const bool signed_it = context != nullptr &&
                         EVP_PKEY_sign_init_ex(context, question.settings.list()) == 1 &&
                         EVP_PKEY_sign(context, question.signature.data(), &length,
                                       question.input.data(), question.input.size()) == 1;
  EVP_PKEY_CTX_free(context);
  question.signature.resize(signed_it ? length : 0);
  return signed_it;
}

void* New(void* /*provider*/, const char* /*properties*/) { return new Context; }
void Free(void* context) { delete static_cast<Context*>(context); }
void* Duplicate(void* context) { return new Context(*static_cast<Context*>(context)); }

int Set(void* data, const OSSL_PARAM parameters[]) {
  return static_cast<Context*>(data)->settings.Add(parameters) ? 1 : 0;
}

int SignInit(void* data, void* key, const OSSL_PARAM parameters[]) {
  Context& context = *static_cast<Context*>(data);
  if (key != nullptr) context.key = static_cast<Key*>(key);
  context.hashes = false;
  return Set(data, parameters);
}

int DigestSignInit(void* data, const char* digest, void* key, const OSSL_PARAM parameters[]) {
  Context& context = *static_cast<Context*>(data);
  if (SignInit(data, key, parameters) != 1) return 0;
  context.hashes = true;
  if (digest != nullptr) context.digest = digest;
  return 1;
}

int Sign(void* data, unsigned char* signature, std::size_t* length, std::size_t size,
         const unsigned char* input, std::size_t input_length) {
  const Context& context = *static_cast<Context*>(data);
  if (signature == nullptr) {
    *length = static_cast<std::size_t>(EVP_PKEY_get_size(context.key->inner));
    return 1;
  }
  const auto question = std::make_shared<Question>(context, Bytes(input, input + input_length));
  const bool hashes = context.hashes;
  const bool signed_it = Ask(*context.key, [question, hashes] {
    return hashes ? SignMessage(*question) : SignDigest(*question);
  });
  if (!signed_it || question->signature.size() > size) {
    ERR_raise(ERR_LIB_PROV, ERR_R_OPERATION_FAIL);
    return 0;
  }
  std::memcpy(signature, question->signature.data(), question->signature.size());
  *length = question->signature.size();
  return 1;
}

const OSSL_PARAM* Settable(void* /*context*/, void* /*provider*/) {
  static const OSSL_PARAM kTypes[] = {
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, nullptr, 0),
      OSSL_PARAM_END,
  };
  return kTypes;
}

const OSSL_DISPATCH kFunctions[] = {
    Entry(OSSL_FUNC_SIGNATURE_NEWCTX, New),
    Entry(OSSL_FUNC_SIGNATURE_FREECTX, Free),
    Entry(OSSL_FUNC_SIGNATURE_DUPCTX, Duplicate),
    Entry(OSSL_FUNC_SIGNATURE_SIGN_INIT, SignInit),
    Entry(OSSL_FUNC_SIGNATURE_SIGN, Sign),
    Entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, DigestSignInit),
    Entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, Sign),
    Entry(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, Set),
    Entry(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, Settable),
    {0, nullptr},
};

}  // namespace

const OSSL_ALGORITHM* Signatures() {
  static const OSSL_ALGORITHM kTable[] = {
      {"RSA:rsaEncryption:1.2.840.113549.1.1.1", "provider=vendor", kFunctions, ""},
      {"ECDSA", "provider=vendor", kFunctions, ""},
      {nullptr, nullptr, nullptr, nullptr},
  };
  return kTable;
}

}  // namespace vendor
