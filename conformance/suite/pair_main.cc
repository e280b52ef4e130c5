// Runs every scenario for the pair of backends that a binary was linked for.

#include "conformance/pairs/pair.h"
#include "conformance/suite/suite.h"

int main(int argc, char** argv) {
  using namespace tandem::conformance;
  return RunPair(argc, argv, ClientBackend(), ServerBackend());
}
