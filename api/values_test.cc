// The values that programs and backends exchange: names, PEM texts, ClientHellos, events, verdicts.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tandem/client_hello.h"
#include "tandem/event.h"
#include "tandem/pem.h"
#include "tandem/server_name.h"
#include "tandem/trust.h"
#include "tandem/verdict.h"

namespace tandem {
namespace {

bool Proves(const std::string& certificate_name, const std::string& server) {
  CertificateNames names;
  names.dns.push_back(certificate_name);
  return ServerName::Parse(server)->MatchedBy(names);
}

TEST(ServerName, TakesOneTrailingDotAndIgnoresCase) {
  EXPECT_EQ(ServerName::Parse("WWW.Example.")->text(), "www.example");
  EXPECT_FALSE(ServerName::Parse("www.example..").ok());
}

TEST(ServerName, RefusesWhatIsNoNameWithMisuse) {
  const std::string bad[] = {"",
                             ".",
                             "a..b",
                             "a b",
                             "b\303\274cher.example",
                             "1.2.3",
                             "a.123",
                             std::string(64, 'a') + ".example",
                             std::string("a\0b", 3),
                             std::string(260, 'a'),
                             "[::1]",
                             "*.example"};
  for (const std::string& text : bad) {
    const auto name = ServerName::Parse(text);
    ASSERT_FALSE(name.ok()) << text;
    EXPECT_EQ(name.error().kind, ErrorKind::kMisuse);
  }
}

TEST(ServerName, AddressIsNeverADnsName) {
  EXPECT_FALSE(ServerName::Parse("127.0.0.1")->is_dns());
  EXPECT_FALSE(ServerName::Parse("::1")->is_dns());
  EXPECT_FALSE(ServerName::Dns("127.0.0.1").ok());
  EXPECT_FALSE(ServerName::Ip("localhost").ok());
  EXPECT_FALSE(Proves("127.0.0.1", "127.0.0.1")) << "an address in a dNSName proves nothing";
  CertificateNames names;
  names.addresses.push_back({std::byte{127}, std::byte{0}, std::byte{0}, std::byte{1}});
  EXPECT_TRUE(ServerName::Parse("127.0.0.1")->MatchedBy(names));
  EXPECT_FALSE(ServerName::Parse("127.0.0.2")->MatchedBy(names));
}

TEST(ServerName, DotAtTheEndOfACertificatesNameProvesNothing) {
  EXPECT_FALSE(Proves("www.example.org.", "www.example.org"));
  EXPECT_FALSE(Proves("*.example.org.", "www.example.org"));
}

TEST(ServerName, WildcardStandsForOneWholeLeftmostLabel) {
  EXPECT_TRUE(Proves("*.example.org", "www.example.org"));
  EXPECT_TRUE(Proves("*.EXAMPLE.org", "www.example.ORG."));
  EXPECT_FALSE(Proves("*.example.org", "example.org"));
  EXPECT_FALSE(Proves("*.example.org", "a.b.example.org"));
  EXPECT_FALSE(Proves("w*.example.org", "www.example.org"));
  EXPECT_FALSE(Proves("www.*.org", "www.example.org"));
  EXPECT_FALSE(Proves("*.org", "example.org"));
  EXPECT_FALSE(Proves("*", "org"));
}

constexpr char kPem[] =
    "Anything may stand here.\n"
    "-----BEGIN CERTIFICATE-----\r\n"
    "AAEC\r\n"
    "Aw==\r\n"
    "-----END CERTIFICATE-----\r\n"
    "-----BEGIN PRIVATE KEY-----\n"
    "-----END PRIVATE KEY-----\n";

TEST(Pem, ReadsEveryBlockAndIgnoresTheRest) {
  const auto blocks = ReadPem(kPem);
  ASSERT_TRUE(blocks.ok()) << blocks.error().what;
  ASSERT_EQ(blocks->size(), 2U);
  EXPECT_EQ((*blocks)[0].label, "CERTIFICATE");
  EXPECT_EQ((*blocks)[0].der,
            (std::vector<std::byte>{std::byte{0}, std::byte{1}, std::byte{2}, std::byte{3}}));
  EXPECT_TRUE((*blocks)[1].der.empty());
}

TEST(Pem, NamesTheLineOfWhatItCannotRead) {
  struct Case {
    const char* text;
    const char* line;
  };
  const Case cases[] = {
      {"-----BEGIN A-----\nAAAA\n", "line 1"},
      {"\n-----BEGIN A-----\nAA?A\n-----END A-----\n", "line 3"},
      {"-----BEGIN A-----\nAAAA\n-----END B-----\n", "line 3"},
      {"-----BEGIN A-----\nAAA\n-----END A-----\n", "line 3"},
      {"-----BEGIN A-----\nA===\n-----END A-----\n", "line 3"},
      {"-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END A-----\n", "line 2"},
  };
  for (const Case& c : cases) {
    const auto blocks = ReadPem(c.text);
    ASSERT_FALSE(blocks.ok()) << c.text;
    EXPECT_EQ(blocks.error().kind, ErrorKind::kMisuse);
    EXPECT_NE(blocks.error().what.find(c.line), std::string::npos) << blocks.error().what;
  }
}

TEST(Trust, WithoutACertificateIsMisuse) {
  EXPECT_EQ(Trust::FromPem("no blocks").error().kind, ErrorKind::kMisuse);
  EXPECT_EQ(Trust::FromPemFile("/nonexistent/file").error().kind, ErrorKind::kMisuse);
  EXPECT_EQ(Trust::FromPem(kPem)->roots().size(), 1U);
}

TEST(EventQueue, KeepsOrderAndCountsWhatItCannotKeep) {
  EventQueue queue;
  for (std::size_t i = 0; i < EventQueue::kLimit + 3; ++i) {
    queue.Add({.type = Event::Type::kWarningAlert, .alert = static_cast<Alert>(i)});
  }
  for (std::size_t i = 0; i < EventQueue::kLimit; ++i) {
    EXPECT_EQ(queue.Next()->alert, static_cast<Alert>(i));
  }
  const auto lost = queue.Next();
  EXPECT_EQ(lost->type, Event::Type::kEventsLost);
  EXPECT_EQ(lost->count, 3U);
  EXPECT_EQ(queue.Next(), std::nullopt);
}

TEST(VerdictSet, ReportsTheGravestWhateverTheOrder) {
  VerdictSet set;
  EXPECT_EQ(set.Gravest(), std::nullopt);
  set.Add(Verdict::kWrongName);
  set.Add(Verdict::kExpired);
  set.Add(Verdict::kUnknownIssuer);
  EXPECT_EQ(set.Gravest(), Verdict::kUnknownIssuer);
}

}  // namespace
}  // namespace tandem
