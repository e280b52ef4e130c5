#include "conformance/scenarios/hello_mutations.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "conformance/scenarios/raw_hello.h"
#include "conformance/world/random.h"

namespace tandem::conformance {
namespace {

struct Base {
  const char* name;
  HelloParts parts;
};

Bytes Of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Bytes ServerNameBody(const std::string& name) {
  Bytes entry = Of({0});
  Append(entry, Sized16(BytesOf(name)));
  return Sized16(entry);
}

void Insert(HelloParts& parts, std::vector<HelloPart> more) {
  parts.extensions.insert(parts.extensions.begin(), more.begin(), more.end());
}

// What browsers and other libraries send besides.
HelloParts Rich(RawHello hello) {
  hello.suites.insert(hello.suites.begin(), 0x2A2A);  // GREASE, RFC 8701.
  HelloParts parts = PartsOf(hello);
  Insert(parts, {{0x3A3A, {}},
                 {0, ServerNameBody("server.test")},
                 {5, Of({1, 0, 0, 0, 0})},  // status_request
                 {16, Of({0, 12, 2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'})},
                 {18, {}},                      // certificate times
                 {22, {}},                      // encrypt_then_mac
                 {35, {}},                      // session_ticket
                 {50, Of({0, 4, 4, 3, 8, 4})},  // ..._algorithms_cert
                 {0x4A4A, Of({0})}});
  return parts;
}

HelloParts Rich13() {
  HelloParts parts = Rich({});
  Bytes identity = Sized16(Pattern(20, 7));
  Append(identity, Of({1, 2, 3, 4}));
  Bytes binder;
  Put8(binder, 32);
  Append(binder, Pattern(32, 8));
  Bytes keys = Sized16(identity);
  Append(keys, Sized16(binder));
  parts.extensions.insert(parts.extensions.end(), {{28, Of({0x40, 1})},     // record_size_limit
                                                   {44, Of({0, 2, 1, 1})},  // cookie
                                                   {45, Of({1, 1})},  // psk_key_exchange_modes
                                                   {49, {}},          // post_handshake_auth
                                                   {21, Bytes(20)},   // padding
                                                   {41, keys}});      // pre_shared_key
  return parts;
}

HelloParts Rich12() {
  RawHello hello;
  hello.versions.clear();
  HelloParts parts = Rich(hello);
  Insert(parts, {{1, Of({4})},                  // max_fragment_length
                 {12, Of({3, 'b', 'o', 'b'})},  // srp
                 {15, Of({1})},                 // heartbeat
                 {13172, {}}});                 // next_protocol_negotiation
  return parts;
}

std::vector<Base> Bases() {
  RawHello only12;
  only12.versions.clear();
  RawHello only13;
  only13.versions = {0x0304};
  RawHello no_share;
  no_share.share = false;
  return {{"plain", PartsOf({})},        {"only 1.2", PartsOf(only12)},
          {"only 1.3", PartsOf(only13)}, {"no share", PartsOf(no_share)},
          {"rich 1.3", Rich13()},        {"rich 1.2", Rich12()}};
}

// Does everything to one base.
class Mutator {
 public:
  Mutator(const Base& base, std::uint64_t seed, const HelloSink& sink)
      : base_(base), random_(seed), sink_(sink) {}

  void Run() {
    Emit("as it is", base_.parts);
    MutateHead();
    for (std::size_t i = 0; i < base_.parts.extensions.size(); ++i) MutateExtension(i);
    AddExtensions();
    CutAndFlip();
  }

 private:
  static std::string Named(const HelloPart& part) {
    return "extension " + std::to_string(part.type);
  }

  void Emit(const std::string& what, const HelloParts& parts) { EmitBody(what, HelloBody(parts)); }

  void EmitBody(const std::string& what, const Bytes& body) {
    sink_(std::string(base_.name) + ": " + what, body);
  }

  void MutateHead() {
    for (const int version : {0, 0x0002, 0x0200, 0x0300, 0x0301, 0x0302, 0x0304, 0x0305, 0x03FF,
                              0x0400, 0x7F1C, 0xFEFD, 0xFFFF}) {
      HelloParts parts = base_.parts;
      parts.legacy_version = static_cast<std::uint16_t>(version);
      Emit("legacy_version " + std::to_string(version), parts);
    }
    for (const std::size_t size : {0, 1, 31, 33, 64, 255}) {
      HelloParts parts = base_.parts;
      parts.session_id = Pattern(size, 3);
      Emit("session id of " + std::to_string(size), parts);
    }
    for (const Bytes& methods : {Bytes(), Of({1}), Of({0, 1}), Of({1, 0}), Of({0, 0}), Of({64})}) {
      HelloParts parts = base_.parts;
      parts.compressions = methods;
      Emit("compressions " + std::to_string(methods.size()), parts);
    }
    for (const Bytes& suites : {Bytes(), Of({0x13}), Of({0, 0xFF}), Of({0x13, 1, 0x13}),
                                Of({0x56, 0, 0x13, 1, 0xC0, 0x2B}), Of({0xC0, 0x2B}), Of({0x13, 1}),
                                Of({0xC0, 0x2F}), Of({0, 0xFF, 0x13, 3, 0xC0, 0x2C, 0xC0, 0x2C})}) {
      HelloParts parts = base_.parts;
      parts.suites = suites;
      Emit("suites of " + std::to_string(suites.size()) + " bytes", parts);
    }
    HelloParts bare = base_.parts;
    bare.extensions.clear();
    Emit("no extensions", bare);
    Bytes empty_block = HelloBody(bare);
    Put16(empty_block, 0);
    EmitBody("empty block of extensions", empty_block);
  }

  void MutateExtension(std::size_t index) {
    const HelloPart& part = base_.parts.extensions[index];
    for (std::size_t size = 0; size < part.body.size(); ++size) {
      HelloParts parts = base_.parts;
      parts.extensions[index].body.resize(size);
      Emit(Named(part) + " cut to " + std::to_string(size), parts);
    }
    for (const std::size_t more : {1, 2, 7}) {
      HelloParts parts = base_.parts;
      Append(parts.extensions[index].body, Pattern(more, 5));
      Emit(Named(part) + " and " + std::to_string(more) + " bytes", parts);
    }
    for (int i = 0; i < 24 && !part.body.empty(); ++i) {
      HelloParts parts = base_.parts;
      const std::size_t at = random_.Below(part.body.size());
      const std::size_t bit = random_.Below(8);
      parts.extensions[index].body[at] ^= static_cast<std::byte>(1U << bit);
      Emit(Named(part) + " with bit " + std::to_string(bit) + " of " + std::to_string(at), parts);
    }
    Place(index);
    Fill(part.type);
  }

  // Leaves it out, says it twice, and says it elsewhere.
  void Place(std::size_t index) {
    const HelloPart part = base_.parts.extensions[index];
    HelloParts parts = base_.parts;
    parts.extensions.erase(parts.extensions.begin() + static_cast<std::ptrdiff_t>(index));
    Emit(Named(part) + " left out", parts);
    HelloParts last = parts;
    last.extensions.push_back(part);
    Emit(Named(part) + " at the end", last);
    HelloParts first = parts;
    Insert(first, {part});
    Emit(Named(part) + " at the beginning", first);
    HelloParts twice = base_.parts;
    Insert(twice, {part});
    Emit(Named(part) + " twice", twice);
    HelloParts renamed = base_.parts;
    renamed.extensions[index].type = static_cast<std::uint16_t>(random_.Below(60));
    Emit(Named(part) + " as " + std::to_string(renamed.extensions[index].type), renamed);
  }

  // Gives the extension other bodies, whether it is there or not.
  void Fill(std::uint16_t type) {
    std::vector<Bytes> bodies = {{},
                                 Of({0}),
                                 Of({1}),
                                 Of({0xFF}),
                                 Of({0, 0}),
                                 Of({0, 1}),
                                 Of({1, 0}),
                                 Of({0, 1, 0}),
                                 Of({1, 0, 0}),
                                 Of({0, 2, 0, 0}),
                                 Of({2, 0x7F, 1}),
                                 Of({0, 4, 0, 2, 1, 1})};
    for (int i = 0; i < 3; ++i) bodies.push_back(Pattern(1 + random_.Below(40), random_.Next()));
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      HelloParts parts = base_.parts;
      if (HelloPart* part = parts.Find(type)) {
        part->body = bodies[i];
      } else {
        Insert(parts, {{type, bodies[i]}});
      }
      Emit("extension " + std::to_string(type) + " with body " + std::to_string(i), parts);
    }
  }

  void AddExtensions() {
    for (const int type :
         {0,  1,  3,  4,  5,  9,  12, 14, 15, 16, 17, 18, 19, 20,    21,    22,    24,
          27, 28, 35, 41, 42, 44, 45, 47, 48, 49, 50, 51, 57, 13172, 17513, 0xFE0D}) {
      if (base_.parts.extensions.size() > 10 && random_.Below(2) == 0) continue;
      Fill(static_cast<std::uint16_t>(type));
    }
    for (const char* name : {"a", "UPPER.Test.", "127.0.0.1", "x..y", ".", "xn--bcher-kva.test"}) {
      HelloParts parts = base_.parts;
      if (HelloPart* part = parts.Find(0))
        parts.extensions.erase(parts.extensions.begin() + (part - parts.extensions.data()));
      Insert(parts, {{0, ServerNameBody(name)}});
      Emit("name " + std::string(name), parts);
    }
    HelloParts parts = base_.parts;
    Insert(parts, {{0x5A5A, {}}, {0x5A5A, {}}});
    Emit("unknown extension twice", parts);
  }

  void CutAndFlip() {
    const Bytes body = HelloBody(base_.parts);
    for (std::size_t size = 0; size < body.size(); size += 1 + random_.Below(4)) {
      EmitBody("cut to " + std::to_string(size),
               Bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size)));
    }
    Bytes more = body;
    Put8(more, 0);
    EmitBody("one byte more", more);
    for (int i = 0; i < 200; ++i) {
      Bytes flipped = body;
      const std::size_t at = random_.Below(body.size());
      const std::size_t bit = random_.Below(8);
      flipped[at] ^= static_cast<std::byte>(1U << bit);
      EmitBody("bit " + std::to_string(bit) + " of byte " + std::to_string(at), flipped);
    }
  }

  const Base& base_;
  Random random_;
  const HelloSink& sink_;
};

}  // namespace

void MutateHellos(std::uint64_t seed, const HelloSink& sink) {
  for (const Base& base : Bases()) Mutator(base, seed, sink).Run();
}

}  // namespace tandem::conformance
