// Runs every row of the table on OpenSSL and on tandem and prints docs/async-table.md.

#include <iostream>
#include <string>

#include "conformance/native_openssl/async_table/async_row.h"
#include "tandem/openssl.h"

int main() {
  using namespace tandem::conformance;
  std::cout << AsyncTableText(
      {SeenOnOpenSsl, [](const AsyncRow& row) { return SeenOnTandem(row, tandem::OpenSsl()); }});
}
