#include "gateway/edge/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "gateway/edge/fault.h"

namespace octroi::gateway::edge {
namespace {

class PostedAnswer final : public Deferred {
 public:
  PostedAnswer(std::shared_ptr<Mailbox> mailbox, std::uint64_t connection, std::uint64_t request)
      : mailbox_(std::move(mailbox)), connection_(connection), request_(request) {}
  ~PostedAnswer() override {
    if (!answered_) PostedAnswer::Answer(AnswerTo(Fault::kNotAnswered));
  }
  PostedAnswer(const PostedAnswer&) = delete;
  PostedAnswer& operator=(const PostedAnswer&) = delete;

  void Answer(Response response) override {
    if (answered_.exchange(true)) return;
    mailbox_->Post({connection_, request_, std::move(response)});
  }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const std::uint64_t connection_, request_;
  std::atomic<bool> answered_{false};
};

}  // namespace

Mailbox::Mailbox() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Mailbox::~Mailbox() {
  if (fd_ >= 0) close(fd_);
}

void Mailbox::Wake() {
  if (awake_.exchange(true)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);  // full means awake already
}

void Mailbox::Post(Letter letter) {
  const bool posted = box_.With([&letter](Box& box) {
    if (!box.closed) box.letters.push_back(std::move(letter));
    return !box.closed;
  });
  if (posted) Wake();
}

std::vector<Mailbox::Letter> Mailbox::Take() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = read(fd_, &count, sizeof count);
  awake_.store(false);  // from here on a Wake writes again, so nothing that follows can be missed
  return box_.With([](Box& box) { return std::exchange(box.letters, {}); });
}

void Mailbox::Close() {
  std::vector<Letter> dropped = box_.With([](Box& box) {
    box.closed = true;
    return std::exchange(box.letters, {});
  });
}

std::shared_ptr<Deferred> MakeDeferred(std::shared_ptr<Mailbox> mailbox, std::uint64_t connection,
                                       std::uint64_t request) {
  return std::make_shared<PostedAnswer>(std::move(mailbox), connection, request);
}

}  // namespace octroi::gateway::edge
