#include "conformance/scenarios/questions.h"

#include <pthread.h>

#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <variant>

#include "tandem/engine/job.h"
#include "tandem/engine/thread_pool.h"

namespace tandem::conformance {
namespace {

using Answer = Question::Answer;
using IdentityReply = engine::Reply<World::SharedIdentity>;
using OpinionReply = engine::Reply<PeerOpinion>;
using Work = std::shared_ptr<engine::Operation>;

// A turn of the loop, of the next few.
constexpr std::size_t kTurns = 4;

// As many as a signature of RSA-2048 has.
constexpr std::size_t kGarbageBytes = 256;

// Says whether the caller runs on the stack that its thread was made with.
bool OnTheThreadsOwnStack() {
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return false;
  void* lowest = nullptr;
  std::size_t size = 0;
  ::pthread_attr_getstack(&attributes, &lowest, &size);
  ::pthread_attr_destroy(&attributes);
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const auto bottom = reinterpret_cast<std::uintptr_t>(lowest);
  return here >= bottom && here < bottom + size;
}

void DoWithKey(const Work& work) {
  const auto* key = dynamic_cast<const engine::BlockingKey*>(&work->key());
  if (key == nullptr) {
    work->Fail("the key is none that can be used here");
    return;
  }
  auto outcome = key->Perform(work->request());
  if (auto* output = std::get_if<0>(&outcome)) {
    work->Complete(std::move(*output));
  } else {
    work->Fail(std::get<1>(outcome).reason);
  }
}

void SettleWork(const Work& work, Answer answer) {
  switch (answer) {
    case Answer::kGood: DoWithKey(work); break;
    case Answer::kFailure:
    case Answer::kRefusal: work->Fail(std::string(kFailureText)); break;
    case Answer::kDropped: work->Fail({}); break;
    case Answer::kNothing: work->Complete({}); break;
    case Answer::kGarbage: work->Complete(Bytes(kGarbageBytes, std::byte{1})); break;
  }
}

// A reply that is answered, failed or dropped, once.
template <typename T, typename Good>
std::function<void(Answer)> Settler(engine::Reply<T> reply, Good good) {
  auto kept = std::make_shared<std::optional<engine::Reply<T>>>(std::move(reply));
  return [kept, good = std::move(good)](Answer answer) {
    if (!kept->has_value()) return;
    if (answer == Answer::kFailure) {
      (*kept)->Fail(std::string(kFailureText));
    } else if (answer != Answer::kDropped) {
      good(**kept, answer);
    }
    kept->reset();
  };
}

}  // namespace

std::string Show(Point point) {
  switch (point) {
    case Point::kChooseIdentity: return "the choice of an identity";
    case Point::kServerKey: return "the server's key";
    case Point::kClientVerifier: return "the client's verifier";
    case Point::kClientKey: return "the client's key";
    case Point::kServerVerifier: return "the server's verifier";
  }
  return "?";
}

// What holds the keys of one point.
class Questions::Engine final : public engine::KeyEngine {
 public:
  Engine(std::shared_ptr<Questions> desk, Point point) : desk_(std::move(desk)), point_(point) {}

  engine::Submission Submit(const Work& work) noexcept override {
    if (desk_->busy_ > 0) {
      --desk_->busy_;
      return engine::Submission::kAgain;
    }
    desk_->last_request_ = work->request();
    const auto settle = [work](Answer answer) { SettleWork(work, answer); };
    return desk_->Ask(point_, settle) ? engine::Submission::kPending
                                      : engine::Submission::kRejected;
  }

  void Cancel(const Work& work) noexcept override {
    static_cast<void>(work);
    ++desk_->cancelled_;
  }

  void WhenReady(const engine::Waker& waker) noexcept override {
    desk_->world_.loop().Later(1, [waker] { waker.Wake(); });
  }

 private:
  std::shared_ptr<Questions> desk_;
  Point point_;
};

std::shared_ptr<Questions> Questions::Make(World& world) {
  if (world.loop().runtime() == nullptr) world.loop().MakeRuntime();
  return std::shared_ptr<Questions>(new Questions(world));
}

World::Rules Questions::ClientRules(std::string_view identity) {
  return world_.ClientRules(Verifying(Point::kClientVerifier))
      .ClientIdentity(External(world_.ClientIdentity(identity), Point::kClientKey));
}

World::Rules Questions::ServerRules(std::string_view identity) {
  return world_.ServerRules(Choosing(External(world_.ServerIdentity(identity), Point::kServerKey)))
      .ClientCertificates(ClientCertificate::kRequired, Verifying(Point::kServerVerifier));
}

ExchangeConfigs Questions::Build() {
  return {world_.Build(ClientRules()), world_.Build(ServerRules())};
}

std::shared_ptr<engine::KeyEngine> Questions::EngineOf(Point point) {
  return std::make_shared<Engine>(shared_from_this(), point);
}

World::SharedIdentity Questions::External(const World::SharedIdentity& identity, Point point) {
  return world_.OnEngine(identity, EngineOf(point));
}

Trust Questions::Verifying(Point point, Trust trust) {
  trust.FurtherVerifier(
      [desk = shared_from_this(), point](const PeerCertificates&, OpinionReply reply) {
        const auto opine = [](OpinionReply& to, Answer answer) {
          to.Answer({answer == Answer::kRefusal ? std::optional(Verdict::kRevoked) : std::nullopt});
        };
        if (!desk->Ask(point, Settler(std::move(reply), opine))) {
          throw std::runtime_error(std::string(kFailureText));
        }
      });
  return trust;
}

ChooseIdentity Questions::Choosing(World::SharedIdentity identity) {
  return [desk = shared_from_this(), identity](const ClientHello&, IdentityReply reply) {
    const auto choose = [identity](IdentityReply& to, Answer answer) {
      if (answer == Answer::kRefusal) return to.Fail(std::string(kFailureText));
      to.Answer(identity);
    };
    if (!desk->Ask(Point::kChooseIdentity, Settler(std::move(reply), choose))) {
      throw std::runtime_error(std::string(kFailureText));
    }
  };
}

Question Questions::Next() {
  Question question = std::move(open_.front());
  open_.pop_front();
  return question;
}

void Questions::NoteAsked(Point point) {
  ++asked_[static_cast<std::size_t>(point)];
  // Engines are asked where the library asks; hooks where the program called.
  if (IsKey(point)) return;
  if (engine::Job::current() != nullptr || !OnTheThreadsOwnStack()) ++asked_in_jobs_;
}

// Says whether it takes the question.
bool Questions::Ask(Point point, std::function<void(Answer)> settle) {
  NoteAsked(point);
  const Manner manner = manners_[static_cast<std::size_t>(point)];
  const auto later = [&](Answer answer) {
    ++deferred_;
    const auto turns = static_cast<unsigned>(1 + world_.random().Below(kTurns));
    const bool elsewhere = manner == Manner::kElsewhere;
    world_.loop().Later(turns, [settle, answer, elsewhere] {
      if (!elsewhere) return settle(answer);
      std::thread([&] { settle(answer); }).join();
    });
  };
  switch (manner) {
    case Manner::kAtOnce: settle(Answer::kGood); break;
    case Manner::kLater:
    case Manner::kElsewhere: later(Answer::kGood); break;
    case Manner::kOpen:
      ++deferred_;
      open_.emplace_back(point, std::move(settle));
      break;
    case Manner::kFails: later(Answer::kFailure); break;
    case Manner::kDrops: later(Answer::kDropped); break;
    case Manner::kThrows: return false;
    case Manner::kRefuses: later(Answer::kRefusal); break;
  }
  return true;
}

}  // namespace tandem::conformance
