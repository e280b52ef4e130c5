// Limits that no test can reach through a library in reasonable time.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "api/scripted_backend.h"
#include "tandem/memory_transport.h"
#include "tandem/session.h"
#include "tandem/stream_wire.h"

namespace tandem {
namespace {

/// A client on a script, its handshake done, in that version.
struct Fixture {
  explicit Fixture(Version version) : backend(script) {
    script.info.version = version;
    script.handshake.push_back([](Wire&) { return Step::Done(); });
    auto config = Config::ForClient(backend, Trust::DangerNone()).Build();
    auto made = Session::Client(*config, *ServerName::Dns("server.test"), transport);
    session = std::make_unique<Session>(std::move(made).value());
    EXPECT_EQ(session->Handshake(), Status::kOk);
    Forget();
  }

  void Forget() {
    script.calls.clear();
    transport.Consume(transport.output().size());
  }

  Script script;
  ScriptedBackend backend;
  MemoryTransport transport;
  std::unique_ptr<Session> session;
};

// What AES-GCM bears under one key is 22 times as much (RFC 8446 section 5.5).
constexpr std::uint64_t kRecordsUnderOneKey = std::uint64_t{1} << 20;

// Writes records until the key is changed, and returns how many; more than `most` if it is not.
std::uint64_t RecordsUntilRekey(Fixture& f, std::uint64_t most) {
  constexpr std::array<std::byte, 1> byte{};
  for (std::uint64_t records = 0; records <= most; ++records) {
    if (f.session->Write(byte).bytes != byte.size()) break;
    if (f.script.calls.front() == "rekey") return records;
    f.Forget();
  }
  return most + 1;
}

TEST(SessionLimits, KeyIsChangedByItselfBeforeItIsWornOut) {
  Fixture f(Version::kTls13);
  while (f.session->NextEvent().has_value()) {
  }
  const std::uint64_t records = RecordsUntilRekey(f, kRecordsUnderOneKey);
  ASSERT_LE(records, kRecordsUnderOneKey);
  EXPECT_GT(records, 100'000U) << "a peer bears few key updates";
  const auto event = f.session->NextEvent();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->type, Event::Type::kRekeyedByUs);
  f.Forget();
  EXPECT_EQ(RecordsUntilRekey(f, 1000), 1001U);
}

// Has the library answer something each time it is asked to read, while nothing goes out.
Status ReadAnswers(Fixture& f, std::size_t size, std::size_t count) {
  Status status = Status::kWantRead;
  std::array<std::byte, 1> buffer;
  for (std::size_t i = 0; i < count && status == Status::kWantRead; ++i) {
    f.script.read.push_back([size, &buffer](Wire& wire) {
      wire.Push(std::vector<std::byte>(size));
      static_cast<void>(wire.Pull(buffer));
      return Step::Again();
    });
    status = f.session->Read(buffer).status;
  }
  return status;
}

TEST(SessionLimits, OutputThatWaitsEndsTheSessionAtItsLimitAndNotBelow) {
  constexpr std::size_t piece = 1024;
  Fixture f(Version::kTls12);
  f.transport.set_output_capacity(0);
  EXPECT_EQ(ReadAnswers(f, piece, StreamWire::kOutputLimit / piece), Status::kWantRead);
  EXPECT_EQ(ReadAnswers(f, piece, 1), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kLimit);
  EXPECT_TRUE(f.script.alerts.empty());
}

}  // namespace
}  // namespace tandem
