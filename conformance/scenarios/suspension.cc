#include "conformance/scenarios/suspension.h"

#include <string>

namespace tandem::conformance {

void EachWay(World& w, const std::function<void()>& play) {
  for (const Waiting waiting : kWaitings) {
    const Note note(w.checks(), "waits by " + Show(waiting));
    w.loop().waiting = waiting;
    play();
    if (w.failed()) return;
  }
}

End& EndOf(World& w, Point point) { return IsOfClient(point) ? w.client() : w.server(); }
End& PeerOf(World& w, Point point) { return IsOfClient(point) ? w.server() : w.client(); }

std::optional<Question> WaitForQuestion(World& w, const std::shared_ptr<Questions>& desk,
                                        const ExchangeConfigs& configs, std::size_t nth) {
  desk->SetAll(Manner::kOpen);
  w.Open(configs.client, configs.server);
  for (;;) {
    w.RunUntilQuiet();
    if (desk->open() == 0) return std::nullopt;
    Question question = desk->Next();
    if (nth-- == 0) return question;
    question.Settle();
  }
}

std::optional<Question> WaitForPoint(World& w, const std::shared_ptr<Questions>& desk,
                                     const ExchangeConfigs& configs, Point point, Here here) {
  desk->SetAll(Manner::kAtOnce);
  desk->Set(point, Manner::kOpen);
  w.Open(configs.client, configs.server);
  w.RunUntilQuiet(here);
  if (!w.That(desk->open() > 0, "nothing was asked of " + Show(point), here)) return std::nullopt;
  IsSuspended(w, EndOf(w, point), here);
  return desk->Next();
}

bool ConnectAndTalk(World& w, const ExchangeConfigs& configs, Here here) {
  w.Open(configs.client, configs.server);
  if (!w.Handshake(here)) return false;
  const bool talked = w.Exchange(Pattern(100, 1), Pattern(200, 2), here);
  w.Lives(w.client(), here);
  w.Lives(w.server(), here);
  return talked;
}

void FailsAt(World& w, Point point, const Expected& own, Here here) {
  w.client().Send(BytesOf("secret of the client"));
  w.server().Send(BytesOf("secret of the server"));
  w.RunUntilQuiet(here);
  w.Fails(EndOf(w, point), own, here);
  w.Fails(PeerOf(w, point), {.kind = ErrorKind::kPeerAlert, .received = own.sent}, here);
  w.That(!EndOf(w, point).handshake_done(), "the handshake is done", here);
  w.Got(w.client(), {}, here);
  w.Got(w.server(), {}, here);
}

bool IsSuspended(World& w, End& end, Here here) {
  w.Lives(end, here);
  w.That(!end.handshake_done(), "the " + end.name() + "'s handshake is done", here);
  return w.That(end.suspended(), "should wait for an answer; " + end.Describe(), here);
}

}  // namespace tandem::conformance
