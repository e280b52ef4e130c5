// Rows S, and those of the others that take a session to be seen.

#include "conformance/native_openssl/async_table/async_row.h"
#include "conformance/native_openssl/async_table/session_looks.h"
#include "conformance/native_openssl/async_table/ssl_looks.h"

namespace tandem::conformance {
namespace {

namespace ours = tandem_looks;
namespace theirs = openssl_looks;
constexpr auto kMirrors = Kinship::kMirrors;
constexpr auto kDiffers = Kinship::kDiffers;
constexpr auto kCannotRun = Kinship::kNotRun;

constexpr std::string_view kJ13 =
    "outside, while it is paused: as before; inside, resumed: the job's";
constexpr std::string_view kS2 = "the job around the call: PAUSE; jobs: 1; resumed: FINISH";
constexpr std::string_view kS3 =
    "before, fds: none; status: none; suspended, fds: 1; new: 1; status: 2";
constexpr std::string_view kS12 =
    "failed by its engine: error; the suspended call: has come to its end";

constexpr AsyncRow kRows[] = {
    {"J13", "The default library context is the job's own, across pauses", kMirrors, theirs::J13,
     ours::J13, kJ13, kJ13},
    {"J14", "Nothing else of a thread is: the queue of errors goes from one to the other", kDiffers,
     theirs::J14, ours::J14,
     "outside, while it is paused: the job's errors; inside, resumed: no errors",
     "outside, while it is paused: no errors; inside, resumed: its errors"},
    {"P5", "A job that is lost takes its place in the pool with it, for ever", kDiffers, theirs::P5,
     ours::P5, "the only job: want_async; after the end of its owner, another: want_async_job",
     "the only job: want_async; after the end of its owner, another: want_async"},
    {"W15",
     "Where the status is EAGAIN some engines call the callback, as the manual page says, and "
     "others do not: who waits for it waits for ever",
     kDiffers, nullptr, ours::W15, "not run: it takes such hardware",
     "busy: want_async; status: 3; is ready: at once; called again: want_async; status: 2"},
    {"S1",
     "Every call runs in a job: handshake, read, write and shutdown. (Here only a handshake does: "
     "nothing in records can wait)",
     kDiffers, theirs::S1, ours::S1,
     "with all jobs taken, read: want_async_job; write: want_async_job; shutdown: want_async_job",
     "with all jobs taken, read: want_read; write: ok; shutdown: ok"},
    {"S2", "A call from inside a job runs in that one, and starts none", kMirrors, theirs::S2,
     ours::S2, kS2, kS2},
    {"S3", "Before the first suspended call there are no fds and there is no status", kMirrors,
     theirs::S3, ours::S3, kS3, kS3},
    {"S4", "A callback that is set after the first call is never called", kDiffers, theirs::S4,
     ours::S4, "calls: 0", "calls: 1"},
    {"S5", "One that is taken away after it crashes the engine that completes", kDiffers,
     theirs::S5, ours::S5, "**it crashes**", "calls: 0"},
    {"S6",
     "Suspended is WANT_ASYNC, and no job to be had WANT_ASYNC_JOB. (Here one status says both: "
     "either way somebody wakes the session)",
     kDiffers, theirs::S6, ours::S6,
     "suspended: want_async; waits: yes; without a job to be had: want_async_job; when there is "
     "one: goes on",
     "suspended: want_async; waits: yes; without a job to be had: want_async; when there is one: "
     "goes on"},
    {"S7",
     "A read while the handshake is suspended resumes the handshake, and takes its result for the "
     "read's: here that the connection has broken",
     kDiffers, theirs::S7, ours::S7,
     "read, when it may go on: syscall; bytes: 0; the buffer: untouched",
     "read, while it is suspended: want_async; read, when it may go on: want_read; bytes: 0; the "
     "buffer: untouched"},
    {"S8", "Any error that somebody left in the thread's queue hides WANT_ASYNC (up to 3.5)",
     kDiffers, theirs::S8, ours::S8, "suspended, with somebody's error in the queue: error",
     "suspended, with somebody's error in the queue: want_async"},
    {"S9", "A shutdown while the handshake is suspended fails, and the handshake can go on",
     kDiffers, theirs::S9, ours::S9, "shutdown: error; the handshake: can go on",
     "shutdown: ok; the handshake: is over"},
    {"S10",
     "SSL_clear() keeps the suspended job; the next handshake fails (3.0) or crashes (3.5, 4.0)",
     kDiffers, theirs::S10, nullptr, "SSL_clear(): 1; still waits: yes; the next handshake: error",
     "not run: a Session serves one connection"},
    {"S11", "Freeing an SSL loses its suspended job; who answers later writes into freed memory",
     kDiffers, theirs::S11, ours::S11, "the suspended call: is lost",
     "the suspended call: has come to its end; who answers: finds nobody"},
    {"S12", "Nothing is lost where it was resumed to its end first, even a bad one", kMirrors,
     theirs::S12, ours::S12, kS12, kS12},
    {"S13",
     "Nearly every callback may pause. (Here a hook answers by a Reply, later or at once, and runs "
     "on the caller's stack)",
     kDiffers, theirs::S13, ours::S13,
     "the handshake: is done; paused in: ALPN, OCSP status, certificate, client hello, info, key "
     "log, message, server name, verification",
     "the handshake: is done; waited for: choice of identity, key, opinion on the peer"},
    {"S14", "... but not the one of removed sessions, which holds a lock up to 3.5", kCannotRun,
     nullptr, nullptr, "not run: it would hang", "not run: there is no such hook"},
    {"S15", "libcrypto does not keep providers from pausing inside its locks", kCannotRun, nullptr,
     nullptr, "not run: whether it hangs is a matter of luck",
     "not run: keys and hooks alone suspend, and none is called with a lock held"},
    {"S16",
     "A few callbacks can say later without a job: the choice of a certificate, and a client's "
     "verification (on a server that one lets everybody in)",
     kDiffers, theirs::S16, ours::S16, "a certificate callback that says later: want_x509_lookup",
     "a choice of identity that answers later: want_async; then: goes on"},
};

}  // namespace

std::span<const AsyncRow> SessionRows() { return kRows; }

}  // namespace tandem::conformance
