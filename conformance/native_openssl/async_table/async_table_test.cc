// Runs every row of the table on OpenSSL, and on tandem with each backend.

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <string>
#include <tuple>
#include <vector>

#include "conformance/native_openssl/async_table/async_row.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

namespace tandem::conformance {
namespace {

std::vector<AsyncRow> AllRows() {
  std::vector<AsyncRow> rows;
  for (const AsyncSection& section : AsyncTable()) {
    rows.insert(rows.end(), section.rows.begin(), section.rows.end());
  }
  return rows;
}

// What the table records is OpenSSL 3.0's; other versions have other traps.
bool IsRecordedVersion() { return OPENSSL_version_major() == 3 && OPENSSL_version_minor() == 0; }

// What OpenSSL does in these rows hangs on the heap, and AddressSanitizer has one of its own.
bool IsOfTheHeap(const AsyncRow& row) { return row.id == "J17" || row.id == "P6"; }
bool HasOtherHeap() { return dlsym(RTLD_DEFAULT, "__asan_init") != nullptr; }

class AsyncTableTest : public testing::TestWithParam<AsyncRow> {};

TEST_P(AsyncTableTest, IsSeenOnOpenSsl) {
  const AsyncRow& row = GetParam();
  if (row.kinship != Kinship::kMirrors && !IsRecordedVersion()) return;
  if (IsOfTheHeap(row) && HasOtherHeap()) return;
  EXPECT_EQ(SeenOnOpenSsl(row), row.openssl_saw) << row.statement;
}

TEST_P(AsyncTableTest, IsSeenOnTandemWithOpenSsl) {
  EXPECT_EQ(SeenOnTandem(GetParam(), OpenSsl()), GetParam().tandem_saw) << GetParam().statement;
}

TEST_P(AsyncTableTest, IsSeenOnTandemWithGnuTls) {
  EXPECT_EQ(SeenOnTandem(GetParam(), GnuTls()), GetParam().tandem_saw) << GetParam().statement;
}

INSTANTIATE_TEST_SUITE_P(All, AsyncTableTest, testing::ValuesIn(AllRows()),
                         [](const auto& test) { return std::string(test.param.id); });

}  // namespace
}  // namespace tandem::conformance
