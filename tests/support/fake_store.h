// A store in memory that works and can fail; held to the same contract suite as the real ones
// (tests/store/). Safe from any thread.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "store/projection.h"
#include "store/store.h"

namespace octroi::testing {

class FakeStore : public store::Store {
 public:
  // While down every call fails with kUnavailable and nothing happens.
  void SetDown(bool down) {
    const std::lock_guard lock(mutex_);
    down_ = down;
  }
  // How many times something was applied in vain.
  int applied_in_vain() const {
    const std::lock_guard lock(mutex_);
    return applied_in_vain_;
  }
  // Of the next calls, this many fail with kUnavailable; nothing happens.
  void FailNext(int calls) {
    const std::lock_guard lock(mutex_);
    failing_ = calls;
  }
  // The next write happens, and then says kInDoubt.
  void DoubtNext() {
    const std::lock_guard lock(mutex_);
    doubt_ = true;
  }

  base::Status AppendAll(std::span<const policies::ConsentEvent> events) override {
    return Write("store.append", [&]() -> base::Status {
      if (base::Status whole = store::CheckConsents(events); !whole) return whole;
      auto after = consents_;
      for (const policies::ConsentEvent& event : events) {
        const auto same = std::find_if(after.begin(), after.end(),
                                       [&](const auto& one) { return one.second.id == event.id; });
        if (same == after.end()) {
          after.emplace(std::pair(event.sequence, after.size()), event);
        } else if (!store::SameConsent(same->second, event)) {
          return Invalid("`id` is taken");
        }
      }
      consents_ = std::move(after);
      return base::Ok();
    });
  }
  base::Result<std::vector<policies::ConsentEvent>> History(
      const std::vector<policies::Fingerprint>& subject, std::string_view purpose) override {
    return Read<std::vector<policies::ConsentEvent>>("store.history", [&] {
      std::vector<policies::ConsentEvent> found;
      for (const auto& [order, event] : consents_) {
        const bool theirs = std::any_of(subject.begin(), subject.end(), [&](const auto& one) {
          return std::find(event.subject.begin(), event.subject.end(), one) != event.subject.end();
        });
        if (theirs && (purpose.empty() || event.purpose == purpose)) found.push_back(event);
      }
      return found;
    });
  }
  base::Status ForEach(const std::function<void(const policies::ConsentEvent&)>& each) override {
    auto copy = Read<decltype(consents_)>("store.for_each", [&] { return consents_; });
    if (!copy) return copy.error();
    for (const auto& [order, event] : *copy) each(event);
    return base::Ok();
  }
  base::Result<std::optional<policies::ConsentEvent>> BySequence(std::uint64_t sequence) override {
    return Read<std::optional<policies::ConsentEvent>>("store.by_sequence", [&] {
      const auto found = consents_.lower_bound({sequence, 0});
      const bool there = found != consents_.end() && found->first.first == sequence;
      return there ? std::optional(found->second) : std::nullopt;
    });
  }
  base::Result<std::uint64_t> LastSequence() override {
    return Read<std::uint64_t>("store.last_sequence", [&] {
      return consents_.empty() ? 0 : consents_.rbegin()->first.first;
    });
  }

  base::Status Attach(std::string_view) override { return base::Ok(); }
  base::Result<std::uint64_t> ProjectedThrough() override {
    return Read<std::uint64_t>("store.projected_through", [&] { return flow_.through; });
  }
  base::Status Apply(const store::Projection& batch) override {
    return Write("store.apply", [&]() -> base::Status {
      if (base::Status follows = store::CheckBatch(batch, flow_.through); !follows) return follows;
      std::map<std::uint64_t, store::EventRow> touched;
      for (const store::EventRow& event : batch.events) touched[event.sequence] = event;
      std::uint64_t orphans = 0;
      for (const store::OutcomeUpdate& update : batch.outcomes) {
        store::DeliveryState* current = DeliveryOf(update, touched);
        if (current == nullptr) {
          ++orphans;
          continue;
        }
        if (auto moved = store::Advance(*current, update.state); !moved) return moved.error();
      }
      for (auto& [sequence, event] : touched) flow_.events[sequence] = std::move(event);
      for (const auto& [key, count] : batch.rules) {
        store::RuleCount& to = flow_.rules[key];
        to = {to.evaluated + count.evaluated, to.failed + count.failed,
              to.repaired + count.repaired};
      }
      for (const store::TaskChange& change : batch.tasks) {
        const auto known = flow_.tasks.find(change.task.id);
        const auto task = store::Changed(
            known == flow_.tasks.end() ? std::nullopt : std::optional(known->second), change);
        if (task) flow_.tasks.insert_or_assign(task->id, *task);
      }
      flow_.quality.Add(batch.quality);
      flow_.through = batch.through;
      flow_.orphans += orphans;
      return base::Ok();
    });
  }
  base::Result<std::optional<store::EventRow>> Find(std::uint64_t sequence) override {
    return Read<std::optional<store::EventRow>>("store.find", [&] {
      const auto found = flow_.events.find(sequence);
      return found == flow_.events.end() ? std::nullopt : std::optional(found->second);
    });
  }
  base::Result<std::vector<store::EventRow>> Page(std::uint64_t sequence) override {
    return Read<std::vector<store::EventRow>>("store.page", [&] {
      std::vector<store::EventRow> page;
      for (auto at = flow_.events.lower_bound(sequence);
           at != flow_.events.end() && page.size() < 3; ++at) {
        page.push_back(at->second);
      }
      return page;
    });
  }
  base::Result<std::map<std::uint32_t, store::Totals>> SumByPlan() override {
    return Read<std::map<std::uint32_t, store::Totals>>("store.sum", [&] {
      std::map<std::uint32_t, store::Totals> plans;  // recounted from the rows, each time
      for (const auto& [sequence, event] : flow_.events) {
        store::Totals& totals = plans[event.plan];
        store::CountEvents(totals, {event.source}, 1);
        store::CountEvents(totals, {event.source, event.outcome, event.reason}, 1);
        for (const store::DeliveryState& to : event.deliveries) {
          store::CountDeliveries(totals, {to.destination, to.outcome, to.reason}, 1);
        }
      }
      for (auto& [plan, totals] : plans) store::OfferAccepted(totals);
      return plans;
    });
  }
  base::Result<std::map<store::RuleKey, store::RuleCount>> Rules() override {
    return Read<std::map<store::RuleKey, store::RuleCount>>("store.rules",
                                                            [&] { return flow_.rules; });
  }
  base::Result<store::QualityCounts> Quality(base::Millis since, base::Millis until) override {
    return Read<store::QualityCounts>("store.quality", [&] {
      store::QualityCounts counts;
      for (const auto& [key, count] : flow_.quality.records) {
        if (key.hour >= since && key.hour < until) counts.records[key] = count;
      }
      for (const auto& [key, people] : flow_.quality.people) {
        if (key.day >= since - since % store::kQualityDay && key.day < until)
          counts.people[key] = people;
      }
      return counts;
    });
  }
  base::Result<std::vector<store::Attention>> NeedAttention(std::size_t limit) override {
    return Read<std::vector<store::Attention>>("store.need_attention", [&] {
      std::vector<store::Attention> found = AllAttention();
      std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return std::tie(a.at, a.sequence, a.destination) >
               std::tie(b.at, b.sequence, b.destination);
      });
      if (found.size() > limit) found.resize(limit);
      return found;
    });
  }
  base::Result<bool> AnyKept(std::uint64_t first, std::uint64_t last, base::Millis since) override {
    return Read<bool>("store.any_kept", [&] {
      const std::vector<store::Attention> all = AllAttention();
      return std::any_of(all.begin(), all.end(), [&](const store::Attention& one) {
        return one.sequence >= first && one.sequence <= last && one.at > since;
      });
    });
  }
  base::Status Clear() override {
    return Write("store.clear", [&] { return flow_ = {}, base::Ok(); });
  }

  base::Result<std::vector<store::Task>> Tasks(bool open_only, std::size_t limit) override {
    return Read<std::vector<store::Task>>("store.tasks", [&] {
      std::vector<store::Task> found;
      for (const auto& [id, task] : flow_.tasks) {
        if (!open_only || task.closed == 0) found.push_back(task);
      }
      std::ranges::sort(found, {}, [](const store::Task& task) {
        return std::tuple(task.closed != 0, task.due, task.id);
      });
      if (found.size() > limit) found.resize(limit);
      return found;
    });
  }
  base::Result<std::optional<store::Task>> TaskById(std::string_view id) override {
    return Read<std::optional<store::Task>>("store.task", [&] {
      const auto found = flow_.tasks.find(id);
      return found == flow_.tasks.end() ? std::nullopt : std::optional(found->second);
    });
  }

  base::Status Archive(const store::ArchivedConfig& config) override {
    return Write("store.archive", [&]() -> base::Status {
      if (config.digest.size() != 32) return Invalid("`digest` is not 32 bytes");
      const auto [at, fresh] = configs_.emplace(config.plan, config);
      return fresh || at->second.digest == config.digest ? base::Ok() : Invalid("`plan` is taken");
    });
  }
  base::Result<std::optional<store::ArchivedConfig>> ByPlan(std::uint32_t plan) override {
    return Read<std::optional<store::ArchivedConfig>>("store.config", [&] {
      const auto found = configs_.find(plan);
      return found == configs_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  base::Result<std::optional<store::ArchivedConfig>> Latest() override {
    return Read<std::optional<store::ArchivedConfig>>("store.config", [&] {
      return configs_.empty() ? std::nullopt : std::optional(configs_.rbegin()->second);
    });
  }
  base::Result<std::optional<std::string>> Get(std::string_view key) override {
    return Read<std::optional<std::string>>("store.get", [&]() -> std::optional<std::string> {
      if (key == store::kMetaOrphanOutcomes) {
        return flow_.orphans == 0 ? std::nullopt : std::optional(std::to_string(flow_.orphans));
      }
      const auto found = meta_.find(key);
      return found == meta_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  base::Status Set(std::string_view key, std::string_view value) override {
    return Write("store.set", [&] { return meta_[std::string(key)] = value, base::Ok(); });
  }

  base::Status Mint(std::string_view domain, std::span<store::TokenRow> rows) override {
    return Write("store.mint", [&]() -> base::Status {
      if (base::Status whole = store::CheckTokens(domain, rows); !whole) return whole;
      for (store::TokenRow& row : rows)
        row = tokens_.try_emplace({std::string(domain), row.subject}, row).first->second;
      return base::Ok();
    });
  }
  base::Result<std::optional<store::TokenRow>> ByToken(
      std::string_view domain, const policies::RandomToken& token) override {
    return Read<std::optional<store::TokenRow>>("store.by_token", [&] {
      const auto found = std::find_if(tokens_.begin(), tokens_.end(), [&](const auto& one) {
        return one.first.first == domain && one.second.token == token;
      });
      return found == tokens_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  base::Result<std::uint64_t> Forget(std::span<const policies::Fingerprint> subjects) override {
    std::uint64_t gone = 0;
    const base::Status done = Write("store.forget", [&] {
      gone = std::erase_if(tokens_, [&](const auto& one) {
        return std::find(subjects.begin(), subjects.end(), one.first.second) != subjects.end();
      });
      return base::Ok();
    });
    if (!done) return done.error();
    return gone;
  }
  base::Result<std::vector<std::pair<std::string, store::TokenRow>>> TokensAfter(
      const Place& place) override {
    return Read<std::vector<std::pair<std::string, store::TokenRow>>>("store.tokens_after", [&] {
      std::vector<std::pair<std::string, store::TokenRow>> page;
      for (auto at = tokens_.upper_bound({place.domain, place.subject});
           at != tokens_.end() && page.size() < 3; ++at)
        page.emplace_back(at->first.first, at->second);
      return page;
    });
  }
  base::Status AddBreach(const store::BreachEntry& entry) override {
    return Write("store.breach", [&]() -> base::Status {
      if (base::Status whole = store::CheckBreach(entry); !whole) return whole;
      const auto [at, fresh] = breaches_.emplace(std::pair(entry.breach, entry.place), entry);
      return fresh || at->second == entry ? base::Ok() : Invalid("`place` is taken");
    });
  }
  base::Result<std::vector<store::BreachEntry>> Breaches() override {
    return Read<std::vector<store::BreachEntry>>("store.breaches", [&] {
      std::vector<store::BreachEntry> all;
      for (const auto& [place, entry] : breaches_) all.push_back(entry);
      return all;
    });
  }

 private:
  struct Flow {
    std::uint64_t through = 0, orphans = 0;
    std::map<std::uint64_t, store::EventRow> events;
    std::map<store::RuleKey, store::RuleCount> rules;
    std::map<std::string, store::Task, std::less<>> tasks;
    store::QualityCounts quality;
  };

  static base::Status Invalid(std::string detail) {
    return base::Error{base::ErrorCode::kInvalid, "store.fake", std::move(detail)};
  }
  // The delivery an update is for, in a copy of its event that becomes the event if all goes well.
  store::DeliveryState* DeliveryOf(const store::OutcomeUpdate& update,
                                   std::map<std::uint64_t, store::EventRow>& touched) {
    const auto stored = flow_.events.find(update.sequence);
    if (stored != flow_.events.end()) touched.emplace(update.sequence, stored->second);
    const auto event = touched.find(update.sequence);
    if (event == touched.end()) return nullptr;
    for (store::DeliveryState& state : event->second.deliveries) {
      if (state.destination == update.state.destination) return &state;
    }
    return nullptr;
  }
  std::vector<store::Attention> AllAttention() const {
    std::vector<store::Attention> all;
    for (const auto& [sequence, event] : flow_.events) {
      if (event.outcome == base::Outcome::kQuarantined) {
        all.push_back({sequence, 0xffff, event.outcome, event.reason, event.received, event.plan,
                       event.source});
      }
      for (const store::DeliveryState& to : event.deliveries) {
        if (to.outcome != base::Outcome::kFailed) continue;
        all.push_back(
            {sequence, to.destination, to.outcome, to.reason, to.at, event.plan, event.source});
      }
    }
    return all;
  }
  bool Fails() { return down_ || (failing_ > 0 && failing_-- > 0); }
  template <class Work>
  base::Status Write(std::string_view where, Work&& work) {
    const std::lock_guard lock(mutex_);
    if (Fails()) {
      if (where == "store.apply") ++applied_in_vain_;
      return base::Error{base::ErrorCode::kUnavailable, where, "the fake is down"};
    }
    base::Status status = work();
    if (!status || !std::exchange(doubt_, false)) return status;
    return base::Error{base::ErrorCode::kInDoubt, where, "the fake does not say"};
  }
  template <class T, class Work>
  base::Result<T> Read(std::string_view where, Work&& work) {
    const std::lock_guard lock(mutex_);
    if (Fails()) return base::Error{base::ErrorCode::kUnavailable, where, "the fake is down"};
    return base::Result<T>(work());
  }

  mutable std::mutex mutex_;
  int applied_in_vain_ = 0;
  bool down_ = false, doubt_ = false;
  int failing_ = 0;
  std::map<std::pair<std::uint64_t, std::size_t>, policies::ConsentEvent> consents_;  // by sequence
  Flow flow_;
  std::map<std::uint32_t, store::ArchivedConfig> configs_;
  std::map<std::string, std::string, std::less<>> meta_;
  std::map<std::pair<std::string, policies::Fingerprint>, store::TokenRow> tokens_;
  std::map<std::pair<std::string, std::uint32_t>, store::BreachEntry> breaches_;
};

}  // namespace octroi::testing
