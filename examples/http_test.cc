#include "examples/http.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tandem_examples {
namespace {

using State = ResponseReader::State;

TEST(UrlTest, TakesWhatAUserWrites) {
  struct Case {
    std::string_view text, host, port, target;
  };
  const std::vector<Case> cases = {
      {"https://a.test", "a.test", "443", "/"},
      {"HTTPS://a.test:8443/x/y?z=1#part", "a.test", "8443", "/x/y?z=1"},
      {"https://a.test?q", "a.test", "443", "/?q"},
      {"https://[::1]:99/", "::1", "99", "/"},
      {"https://[2001:db8::1]", "2001:db8::1", "443", "/"},
      {"https://127.0.0.1:1/%20", "127.0.0.1", "1", "/%20"},
  };
  for (const Case& c : cases) {
    const auto url = ParseUrl(c.text);
    ASSERT_TRUE(url.has_value()) << c.text;
    EXPECT_EQ(url->endpoint.host, c.host) << c.text;
    EXPECT_EQ(url->endpoint.port, c.port) << c.text;
    EXPECT_EQ(url->target, c.target) << c.text;
  }
}

TEST(UrlTest, RefusesWhatIsNoHttpsUrl) {
  for (const std::string_view text :
       {"", "a.test", "http://a.test", "https://", "https:///x", "https://a.test:", "https://:1",
        "https://a.test:70000/", "https://a.test:1x/", "https://u@a.test/", "https://::1/",
        "https://[::1/", "https://[::1]x/", "https://a.test/a b", "https://a.test/\r\nX: y"}) {
    EXPECT_FALSE(ParseUrl(text).has_value()) << text;
  }
}

TEST(PercentDecodeTest, DecodesOrRefuses) {
  EXPECT_EQ(PercentDecode("a%20b%2Fc%c3%a4"), "a b/c\xC3\xA4");
  EXPECT_EQ(PercentDecode("%00"), std::string(1, '\0'));
  EXPECT_EQ(PercentDecode("+"), "+");
  for (const std::string_view text : {"%", "%4", "%4g", "%g4", "a%", "% 1", "%+1", "%-1"}) {
    EXPECT_EQ(PercentDecode(text), std::nullopt) << text;
  }
}

TEST(TargetTest, SplitsIntoSegments) {
  using Segments = std::vector<std::string>;
  EXPECT_EQ(TargetSegments("/"), Segments{""});
  EXPECT_EQ(TargetSegments("/a/b.txt?x=/../y"), (Segments{"a", "b.txt"}));
  EXPECT_EQ(TargetSegments("/a%20b"), Segments{"a b"});
  EXPECT_EQ(TargetSegments("/a//./b/"), (Segments{"a", "b", ""}));
  EXPECT_EQ(TargetSegments("/a/."), (Segments{"a", ""}));
  EXPECT_EQ(TargetSegments("https://x.test/a"), Segments{"a"});
  EXPECT_EQ(TargetSegments("https://x.test"), Segments{""});
  EXPECT_EQ(TargetSegments("/..a/b.."), (Segments{"..a", "b.."}));
}

TEST(TargetTest, RefusesEveryWayOut) {
  for (const std::string_view target :
       {"", "a", "*", "..", "/..", "/../x", "/a/../../x", "/a/..", "/%2e%2e/x", "/.%2E/x", "/a%2fb",
        "/a%2F..%2F..%2Fx", "/a%00b", "/%", "/%zz", "http:/x"}) {
    EXPECT_EQ(TargetSegments(target), std::nullopt) << target;
  }
}

TEST(HeadTest, IsFoundByItsEmptyLine) {
  EXPECT_EQ(FindHead("GET / HTTP/1.1\r\nHost: x\r\n\r\nrest"), 27U);
  EXPECT_EQ(FindHead("GET / HTTP/1.1\nHost: x\n\nrest"), 24U);
  EXPECT_EQ(FindHead("GET / HTTP/1.1\r\nHost: x\r\n"), 0U);
  EXPECT_EQ(FindHead("GET / HTTP/1.1\r\nHost: x\r\n\r"), 0U);
  EXPECT_EQ(FindHead(""), 0U);
}

TEST(RequestTest, SaysWhetherTheClientWillAskAgain) {
  const auto ask = [](std::string_view head) {
    const auto request = ParseRequest(head);
    return request.has_value() && request->keep_alive;
  };
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_FALSE(ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n\r\n"));
  EXPECT_FALSE(ask("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(ask("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(RequestTest, ReadsMethodTargetAndBody) {
  auto request = ParseRequest("POST /a?b HTTP/1.1\r\nhOsT:x\r\ncontent-length: 5\r\n\r\n");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->target, "/a?b");
  EXPECT_TRUE(request->has_body);
  request = ParseRequest("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(request.has_value());
  EXPECT_FALSE(request->has_body);
}

TEST(RequestTest, RefusesWhatIsNoRequest) {
  for (const std::string_view head :
       {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET  HTTP/1.1\r\nHost: x\r\n\r\n",
        " / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost x\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n  y: z\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01\x02\n\n"}) {
    EXPECT_FALSE(ParseRequest(head).has_value()) << head;
  }
}

TEST(ContentTypeTest, GoesByTheEnding) {
  EXPECT_EQ(ContentType("index.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(ContentType("a.b.css"), "text/css; charset=utf-8");
  EXPECT_EQ(ContentType("x.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(ContentType("x.png"), "image/png");
  EXPECT_EQ(ContentType("README"), "application/octet-stream");
}

// --- Responses -----------------------------------------------------------------------------------

// What a response comes to when it arrives in pieces of `piece` bytes.
struct Outcome {
  State state;
  int status;
  std::string body;
};

Outcome Receive(std::string_view wire, std::size_t piece) {
  std::string body;
  ResponseReader reader([&body](std::string_view more) { body += more; });
  for (std::size_t at = 0; at < wire.size(); at += piece) reader.Feed(wire.substr(at, piece));
  return {reader.state(), reader.status(), body};
}

struct ResponseCase {
  const char* name;
  std::string_view wire;
  State state;
  int status;
  std::string_view body;
};

const ResponseCase kResponses[] = {
    {"Length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", State::kDone, 200, "hello"},
    {"BytesBehindTheLength", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1",
     State::kDone, 200, "hello"},
    {"LengthNotReached", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", State::kBody, 200,
     "hell"},
    {"LengthZero", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", State::kDone, 404, ""},
    {"SameLengthTwice", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
     State::kDone, 200, "x"},
    {"TwoLengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
     State::kBroken, 200, ""},
    {"NegativeLength", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx", State::kBroken, 200, ""},
    {"ToTheEnd", "HTTP/1.0 200 ok\r\nContent-type: text/html\r\n\r\nhello", State::kToEnd, 200,
     "hello"},
    {"BareLineFeeds", "HTTP/1.0 200 OK\n\nhello", State::kToEnd, 200, "hello"},
    {"NoContent", "HTTP/1.1 204 No Content\r\n\r\nx", State::kDone, 204, ""},
    {"Continue", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
     State::kDone, 200, "x"},
    {"Chunks",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5\r\nhello\r\nA;x=y\r\n, world...\r\n0\r\nT: railer\r\n\r\n",
     State::kDone, 200, "hello, world..."},
    {"ChunksBeatLength",
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: "
     "chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
     State::kDone, 200, "hi"},
    {"ChunksWithoutTheLast", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
     State::kBody, 200, "hi"},
    {"ChunkTooLong", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhix\r\n",
     State::kBroken, 200, "hi"},
    {"ChunkOfNoNumber", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
     State::kBroken, 200, ""},
    {"NotHttp", "220 mail.test ESMTP\r\n\r\n", State::kBroken, 0, ""},
    {"NoStatus", "HTTP/1.1 OK\r\n\r\n", State::kBroken, 0, ""},
    {"HeadNotComplete", "HTTP/1.1 200 OK\r\n", State::kHead, 0, ""},
};

class ResponseTest : public ::testing::TestWithParam<ResponseCase> {};

TEST_P(ResponseTest, IsTheSameHoweverItIsCut) {
  const ResponseCase& expected = GetParam();
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4096}}) {
    const Outcome outcome = Receive(expected.wire, piece);
    EXPECT_EQ(outcome.state, expected.state) << "in pieces of " << piece;
    EXPECT_EQ(outcome.status, expected.status) << "in pieces of " << piece;
    EXPECT_EQ(outcome.body, expected.body) << "in pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ResponseTest, ::testing::ValuesIn(kResponses),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(ResponseLimitTest, AHeadWithoutAnEndIsBroken) {
  ResponseReader reader([](std::string_view) {});
  reader.Feed("HTTP/1.1 200 OK\r\nX: ");
  EXPECT_EQ(reader.Feed(std::string(kHeadLimit - 30, 'x')), State::kHead);
  EXPECT_EQ(reader.Feed(std::string(30, 'x')), State::kBroken);
}

}  // namespace
}  // namespace tandem_examples
