// As much of HTTP/1.1 (RFC 9112) as the example programs speak. No I/O and no TLS here.
//
// It does badly: no trailers, no compression, no caching, no proxies, no header that spans lines.

#ifndef TANDEM_EXAMPLES_HTTP_H_
#define TANDEM_EXAMPLES_HTTP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "examples/net.h"

namespace tandem_examples {

/// Bytes that a request's or response's head may have. Browsers send one or two thousand.
inline constexpr std::size_t kHeadLimit = 16384;

/// An address as a user writes it.
struct Url {
  Endpoint endpoint;   ///< The port is 443 unless the URL says otherwise.
  std::string target;  ///< Path and query, "/" at least, without a fragment.
};

/// Reads `https://host[:port][/path][?query][#fragment]`. Nothing if it is anything else.
std::optional<Url> ParseUrl(std::string_view text);

/// Replaces each %XX by the byte. Nothing if a % is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view text);

/// The start line and the fields of a message, without the empty line at its end.
struct Head {
  std::string start_line;
  std::vector<std::pair<std::string, std::string>> fields;  ///< Names in lower case.

  /// Returns the value of the first field of this name (in lower case), or null.
  const std::string* Find(std::string_view name) const;

  /// Says whether a comma-separated field has this token, whatever the case.
  bool HasToken(std::string_view name, std::string_view token) const;
};

/// Returns the size of the head at the front of `text` with the empty line behind it; 0 if it is
/// not all there.
std::size_t FindHead(std::string_view text);

/// Reads a head that FindHead() found. Nothing if it is not one.
std::optional<Head> ParseHead(std::string_view text);

/// What a client asks for.
struct Request {
  std::string method;
  std::string target;
  bool keep_alive = false;  ///< The client would like to ask again on this connection.
  bool has_body = false;
};

/// Reads a request's head. Nothing if it is not one of HTTP/1.x.
std::optional<Request> ParseRequest(std::string_view head);

/// Says which file a target means: segments below a root, percent-decoded. Nothing if the target is
/// malformed or leads out of the root. The last segment is empty for a folder ("/" at the end).
std::optional<std::vector<std::string>> TargetSegments(std::string_view target);

/// Returns the media type for a file name, by its ending.
std::string_view ContentType(std::string_view name);

/// Takes a response to a GET apart as its bytes come.
class ResponseReader {
 public:
  /// Takes the next piece of the body.
  using Sink = std::function<void(std::string_view piece)>;

  enum class State : std::uint8_t {
    kHead,    ///< The head is not complete.
    kBody,    ///< More of the body must come, by a length or by chunks.
    kToEnd,   ///< The body ends with the connection.
    kDone,    ///< All is there.
    kBroken,  ///< This is not a response; see complaint().
  };

  explicit ResponseReader(Sink sink) : sink_(std::move(sink)) {}

  /// Takes the next bytes from the server. Bytes behind the response are ignored.
  State Feed(std::string_view bytes);

  State state() const { return state_; }
  const std::string& complaint() const { return complaint_; }

  /// The status code, such as 200; 0 while the head is not complete.
  int status() const { return status_; }

  /// Bytes of the body so far.
  std::uint64_t received() const { return received_; }

  /// Bytes that the head promised, if it did.
  std::optional<std::uint64_t> promised() const { return promised_; }

 private:
  enum class ChunkPart : std::uint8_t { kSize, kContent, kEndOfContent, kTrailer };

  State Break(std::string complaint);
  void TakeHead();
  void TakeFraming(const Head& head);
  void TakeBody(std::string_view bytes);
  void TakeChunks(std::string_view bytes);
  void TakeChunkLine(std::string_view line);

  Sink sink_;
  State state_ = State::kHead;
  std::string complaint_;
  std::string pending_;  // The head, or a line between chunks, as far as it has come.
  int status_ = 0;
  std::uint64_t received_ = 0;
  std::optional<std::uint64_t> promised_;
  bool chunked_ = false;
  ChunkPart chunk_part_ = ChunkPart::kSize;
  std::uint64_t chunk_left_ = 0;
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_HTTP_H_
