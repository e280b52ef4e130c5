// The statements about OpenSSL's asynchronous jobs, each with what is seen of it on OpenSSL and on
// tandem: the expectation, and the source of docs/async-table.md.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_ASYNC_ROW_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_ASYNC_ROW_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/native_openssl/async_table/async_api.h"
#include "conformance/native_openssl/async_table/observed.h"
#include "tandem/backend.h"

namespace tandem::conformance {

/// How tandem stands to what OpenSSL does.
enum class Kinship : std::uint8_t {
  kMirrors,  ///< The same is seen on both.
  kDiffers,  ///< On purpose: what OpenSSL does there is a trap.
  kNotRun,   ///< Cannot be seen here; the texts say why.
};

/// One statement.
struct AsyncRow {
  std::string_view id;
  std::string_view statement;
  Kinship kinship = Kinship::kNotRun;

  /// See it on OpenSSL, and on tandem with a backend; null: cannot be run, and the text says why.
  void (*openssl)(Observed& observed) = nullptr;
  void (*tandem)(const Backend& backend, Observed& observed) = nullptr;

  /// What is seen.
  std::string_view openssl_saw;
  std::string_view tandem_saw;
};

template <void (*kSee)(AsyncApi& api, Observed& observed)>
void SeeOnOpenSsl(Observed& observed) {
  kSee(*OpenSslAsync(), observed);
}

template <void (*kSee)(AsyncApi& api, Observed& observed)>
void SeeOnTandem(const Backend& /*backend*/, Observed& observed) {
  kSee(*TandemAsync(), observed);
}

/// A statement that holds for both, seen by one function.
template <void (*kSee)(AsyncApi& api, Observed& observed)>
constexpr AsyncRow Mirrors(std::string_view id, std::string_view statement, std::string_view saw) {
  return {id, statement, Kinship::kMirrors, SeeOnOpenSsl<kSee>, SeeOnTandem<kSee>, saw, saw};
}

/// A statement that holds for OpenSSL alone, seen by one function.
template <void (*kSee)(AsyncApi& api, Observed& observed)>
constexpr AsyncRow Differs(std::string_view id, std::string_view statement,
                           std::string_view openssl_saw, std::string_view tandem_saw) {
  return {id,          statement, Kinship::kDiffers, SeeOnOpenSsl<kSee>, SeeOnTandem<kSee>,
          openssl_saw, tandem_saw};
}

/// The rows of one letter, in the order of their numbers.
struct AsyncSection {
  char letter;
  std::string_view title;
  std::vector<AsyncRow> rows = {};
};

std::span<const AsyncRow> JobRows();
std::span<const AsyncRow> JobTrapRows();
std::span<const AsyncRow> PoolRows();
std::span<const AsyncRow> WaitRows();
std::span<const AsyncRow> SessionRows();

/// Returns all of the above.
std::vector<AsyncSection> AsyncTable();

/// Runs a row on OpenSSL, in a process of its own, or on tandem, here.
std::string SeenOnOpenSsl(const AsyncRow& row);
std::string SeenOnTandem(const AsyncRow& row, const Backend& backend);

/// Returns docs/async-table.md, by what is seen.
struct SeenBy {
  std::string (*openssl)(const AsyncRow& row);
  std::string (*tandem)(const AsyncRow& row);
};
std::string AsyncTableText(const SeenBy& seen);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_ASYNC_ROW_H_
