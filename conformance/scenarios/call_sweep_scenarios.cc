// One call on the transport that does not go as hoped, and every call in turn; and errno.

#include <array>
#include <cerrno>
#include <string>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/short_exchange.h"

namespace tandem::conformance {
namespace {

// Whose calls are swept, and which.
struct Calls {
  bool client;
  bool sends;
};

constexpr Calls kClientSends = {true, true};
constexpr Calls kClientReceives = {true, false};
constexpr Calls kServerSends = {false, true};
constexpr Calls kServerReceives = {false, false};

Link& LinkOf(World& w, Calls calls) {
  return calls.client == calls.sends ? w.to_server() : w.to_client();
}

CallNumber MadeOn(const Link& link, Calls calls) {
  return calls.sends ? link.send_calls() : link.receive_calls();
}

std::string Name(Calls calls, CallNumber call) {
  return (calls.sends ? "Send() number " : "Receive() number ") + std::to_string(call);
}

void WouldBlockAtEach(World& w, Calls calls) {
  const ExchangeConfigs configs = BuildExchangeConfigs(w, true);
  for (CallNumber call = 1; !w.failed(); ++call) {
    const Note note(w.checks(), Name(calls, call) + " would block");
    w.BeginRound(call);
    w.Open(configs.client, configs.server);
    Link& link = LinkOf(w, calls);
    (calls.sends ? link.knobs.stalled_send : link.knobs.stalled_receive) = call;
    ShortExchange exchange(w);
    exchange.Play();
    exchange.WentRight();
    if (MadeOn(link, calls) < call) return;
  }
}

// Who has said goodbye, and has nothing to read, learns from Flush() alone that it did not get out.
void LearnsOfTheBreak(World& w, ShortExchange& exchange, Calls calls, int system_error) {
  End& end = calls.client ? w.client() : w.server();
  End& other = calls.client ? w.server() : w.client();
  if (calls.sends && exchange.EndedWell(end)) w.Equal(end.Flush(), Status::kError, "Flush()");
  w.Fails(end, {.kind = ErrorKind::kTransport, .system_error = system_error});
  exchange.Play();
  if (!exchange.EndedWell(other)) w.Fails(other, {ErrorKind::kTruncated});
  exchange.WasToldTheTruth(end);
  exchange.WasToldTheTruth(other);
}

// Says whether so many calls are made at all.
bool BreaksAt(World& w, const ExchangeConfigs& configs, Calls calls, BrokenCall broken) {
  const Note note(w.checks(), Name(calls, broken.call) + " finds the wire broken, errno " +
                                  std::to_string(broken.system_error));
  w.BeginRound(broken.call);
  w.Open(configs.client, configs.server);
  Link& link = LinkOf(w, calls);
  (calls.sends ? link.knobs.broken_send : link.knobs.broken_receive) = broken;
  ShortExchange exchange(w);
  exchange.Play();
  if (MadeOn(link, calls) < broken.call) {
    exchange.WentRight();
    return false;
  }
  LearnsOfTheBreak(w, exchange, calls, broken.system_error);
  return true;
}

void BreaksAtEach(World& w, Calls calls) {
  constexpr std::array<int, 3> errors = {ECONNRESET, EPIPE, EIO};
  const ExchangeConfigs configs = BuildExchangeConfigs(w, true);
  for (const int system_error : errors) {
    CallNumber call = 1;
    while (!w.failed() && BreaksAt(w, configs, calls, {call, system_error})) ++call;
  }
}

// Every scenario spoils errno in turn; here each value stands before every call.
void AnyErrno(World& w) {
  const ExchangeConfigs configs = BuildExchangeConfigs(w, true);
  for (const int value : {0, EAGAIN, EINTR, EPIPE, ECONNRESET, EMSGSIZE, EBADF}) {
    const Note note(w.checks(), "errno " + std::to_string(value));
    w.Open(configs.client, configs.server);
    for (Link* link : {&w.to_server(), &w.to_client()}) {
      link->knobs.receive_chop = 100;
      link->knobs.capacity = 100;
    }
    w.client().poisoned_errno = value;
    w.server().poisoned_errno = value;
    ShortExchange exchange(w);
    exchange.Play();
    exchange.WentRight();
  }
}

constexpr Scenario kScenarios[] = {
    {"AnySendOfTheClientMayBlock", kEach, [](World& w) { WouldBlockAtEach(w, kClientSends); }},
    {"AnySendOfTheServerMayBlock", kEach, [](World& w) { WouldBlockAtEach(w, kServerSends); }},
    {"AnyReceiveOfTheClientMayBlock", kEach,
     [](World& w) { WouldBlockAtEach(w, kClientReceives); }},
    {"AnyReceiveOfTheServerMayBlock", kEach,
     [](World& w) { WouldBlockAtEach(w, kServerReceives); }},
    {"BreakAtAnySendOfTheClientIsATransportError", kEach,
     [](World& w) { BreaksAtEach(w, kClientSends); }},
    {"BreakAtAnySendOfTheServerIsATransportError", kEach,
     [](World& w) { BreaksAtEach(w, kServerSends); }},
    {"BreakAtAnyReceiveOfTheClientIsATransportError", kEach,
     [](World& w) { BreaksAtEach(w, kClientReceives); }},
    {"BreakAtAnyReceiveOfTheServerIsATransportError", kEach,
     [](World& w) { BreaksAtEach(w, kServerReceives); }},
    {"ExchangeIsTheSameWhateverErrnoWas", kEach, AnyErrno},
};

}  // namespace

std::span<const Scenario> CallSweepScenarios() { return kScenarios; }

}  // namespace tandem::conformance
