#include "examples/outcome.h"

#include <cerrno>
#include <set>

#include "gtest/gtest.h"

namespace tandem_examples {
namespace {

using tandem::Error;
using tandem::ErrorKind;

TEST(OutcomeTest, WhatDidNotFailIsClean) { EXPECT_EQ(Outcome(), (Outcome{0, "clean"})); }

TEST(OutcomeTest, EachKindHasItsOwnStatusAndWord) {
  const std::vector<std::pair<ErrorKind, Outcome>> cases = {
      {ErrorKind::kMisuse, {2, "misuse: why"}},
      {ErrorKind::kTransport, {3, "transport: why"}},
      {ErrorKind::kUntrusted, {4, "untrusted: why"}},
      {ErrorKind::kIncompatible, {5, "incompatible: why"}},
      {ErrorKind::kProtocol, {6, "protocol: why"}},
      {ErrorKind::kPeerAlert, {7, "peer alert: why"}},
      {ErrorKind::kTruncated, {8, "truncated: why"}},
      {ErrorKind::kTimedOut, {9, "timed out: why"}},
      {ErrorKind::kUnsupported, {12, "unsupported: why"}},
      {ErrorKind::kLimit, {13, "limit: why"}},
      {ErrorKind::kInternal, {14, "internal: why"}},
  };
  std::set<int> codes;
  for (const auto& [kind, outcome] : cases) {
    EXPECT_EQ(OutcomeOf(tandem::MakeError(kind, "why")), outcome) << outcome.text;
    codes.insert(outcome.code);
  }
  EXPECT_EQ(codes.size(), cases.size());
}

TEST(OutcomeTest, AReceivedAlertIsNamedByNumberToo) {
  Error error = tandem::MakeError(ErrorKind::kPeerAlert, "the peer said something");
  error.alert_received = tandem::Alert::kCertificateRequired;
  EXPECT_EQ(OutcomeOf(error).text, "alert 116 certificate_required");
  error.alert_received = static_cast<tandem::Alert>(200);
  EXPECT_EQ(OutcomeOf(error).text, "alert 200 unknown_alert");
}

TEST(OutcomeTest, AVerdictSpeaksForItself) {
  Error error = tandem::MakeError(ErrorKind::kUntrusted, "the server is not trusted: ...");
  error.verdict = tandem::Verdict::kExpired;
  EXPECT_EQ(OutcomeOf(error).text, "untrusted: its certificate has expired");
}

TEST(OutcomeTest, TheSystemsReasonIsTold) {
  Error error = tandem::MakeError(ErrorKind::kTransport, "the connection broke");
  error.system_error = ECONNRESET;
  EXPECT_EQ(OutcomeOf(error).text, "transport: the connection broke (Connection reset by peer)");
}

TEST(OutcomeTest, WhatTheLibrarySaysIsNotInIt) {
  Error error = tandem::MakeError(ErrorKind::kProtocol, "why");
  error.native = "SSL routines::something";
  EXPECT_EQ(OutcomeOf(error).text, "protocol: why");
}

}  // namespace
}  // namespace tandem_examples
