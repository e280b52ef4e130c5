// Runs every scenario for one pair of backends: scenario_test --gtest_filter='Tls13.*' --seed=7

#include "conformance/gtest_runner.h"

int main(int argc, char** argv) { return tandem::conformance::RunScenarios(argc, argv, {}); }
