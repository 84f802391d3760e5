#include "gateway/migrate.h"

#include <string>
#include <vector>

#include "base/text.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using policies::ConsentEvent;

constexpr std::size_t kTogether = 500;  // events a transaction

Error Invalid(std::string detail) { return {ErrorCode::kInvalid, "store.move", std::move(detail)}; }

// The whole register, so that two can be compared without holding either.
struct Tally {
  std::uint64_t count = 0, sum = 0;
  bool operator==(const Tally&) const = default;
};

base::Result<Tally> TallyOf(store::ConsentStore& store) {
  Tally tally;
  std::string text;
  const auto read = store.ForEach([&](const ConsentEvent& event) {
    text.clear();
    const std::string limits = policies::TextOf(event.limits.get());
    for (const std::string* part : {&event.id, &event.record_id, &event.purpose, &event.notice,
                                    &event.source, &event.detail, &limits}) {
      text.append(std::to_string(part->size())).append(":").append(*part);
    }
    for (const auto& print : event.subject) text.append(print.begin(), print.end());
    for (const std::int64_t number :
         {static_cast<std::int64_t>(event.state), event.effective_at, event.recorded_at,
          event.valid_until, static_cast<std::int64_t>(event.sequence),
          static_cast<std::int64_t>(policies::MarksOf(event))}) {
      text.append(std::to_string(number)).append(",");
    }
    ++tally.count;
    tally.sum += std::hash<std::string>()(text);  // order does not matter
  });
  if (!read) return read.error();
  return tally;
}

base::Status CopyConsents(store::Store& from, store::Store& to, std::uint64_t total,
                          const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  std::vector<ConsentEvent> together;
  std::uint64_t done = 0;
  base::Status status = base::Ok();
  const auto flush = [&] {
    if (status && !together.empty()) status = to.AppendAll(together);
    done += together.size();
    together.clear();
    progress(done, total);
  };
  const auto read = from.ForEach([&](const ConsentEvent& event) {
    if (!status) return;
    together.push_back(event);
    if (together.size() == kTogether) flush();
  });
  if (!read) return read;
  flush();
  return status;
}

base::Result<std::uint64_t> CopyConfigs(store::Store& from, store::Store& to) {
  const auto latest = from.Latest();
  if (!latest) return latest.error();
  const std::uint32_t last = *latest ? (*latest)->plan : 0;
  std::uint64_t configs = 0;
  for (std::uint32_t plan = 1; plan <= last; ++plan) {
    const auto config = from.ByPlan(plan);
    if (!config) return config.error();
    if (!*config) continue;
    if (auto archived = to.Archive(**config); !archived) return archived.error();
    ++configs;
  }
  const auto there = to.Latest();
  if (!there) return there.error();
  if (*there && (*there)->plan != last) {
    return Invalid("the new store has configs that the old one has not: another gateway uses it");
  }
  return configs;
}

base::Status CopyKeyCheck(store::Store& from, store::Store& to) {
  const auto ours = from.Get(store::kMetaKeyCheck);
  if (!ours) return ours.error();
  const auto theirs = to.Get(store::kMetaKeyCheck);
  if (!theirs) return theirs.error();
  if (!*ours || *ours == *theirs) return base::Ok();
  if (*theirs) return Invalid("the new store was made with other keys: another gateway uses it");
  return to.Set(store::kMetaKeyCheck, **ours);
}

// A token that exists there for somebody who has one here: another gateway made it.
base::Status CopyTokens(store::Store& from, store::Store& to) {
  store::TokenStore::Place place;
  for (;;) {
    auto page = from.TokensAfter(place);
    if (!page) return page.error();
    if (page->empty()) return base::Ok();
    for (auto& [domain, row] : *page) {
      store::TokenRow there = row;
      if (auto minted = to.Mint(domain, {&there, 1}); !minted) return minted;
      if (there != row)
        return Invalid("the new store has other random tokens: another gateway uses it");
      place = {domain, row.subject};
    }
  }
}

base::Status CopyBreaches(store::Store& from, store::Store& to) {
  const auto entries = from.Breaches();
  if (!entries) return entries.error();
  for (const store::BreachEntry& entry : *entries) {
    if (auto added = to.AddBreach(entry); !added) return added;
  }
  return base::Ok();
}

}  // namespace

base::Result<MovedRecords> MoveRegister(
    store::Store& from, store::Store& to,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  if (auto here = CheckNotMoved(from); !here) return here.error();
  if (auto keys = CopyKeyCheck(from, to); !keys) return keys.error();
  const auto before = TallyOf(from);
  if (!before) return before.error();
  if (auto copied = CopyConsents(from, to, before->count, progress); !copied) return copied.error();
  const auto after = TallyOf(to);
  if (!after) return after.error();
  if (*after != *before) {
    return Invalid("the consent register of the new store differs from the old one (" +
                   std::to_string(after->count) + " events there, " +
                   std::to_string(before->count) + " here): another gateway uses it");
  }
  if (auto copied = CopyTokens(from, to); !copied) return copied.error();
  if (auto copied = CopyBreaches(from, to); !copied) return copied.error();
  const auto configs = CopyConfigs(from, to);
  if (!configs) return configs.error();
  return MovedRecords{before->count, *configs, 0};
}

base::Status MarkMoved(store::Store& from, base::Millis now) {
  return from.Set(store::kMetaMoved, base::FormatRfc3339(now));
}

base::Status CheckNotMoved(store::MetaStore& store) {
  const auto moved = store.Get(store::kMetaMoved);
  if (!moved) return moved.error();
  if (!*moved) return base::Ok();
  return Invalid(
      "this store was moved to PostgreSQL on " + **moved +
      ": set `storage.postgres` in gateway.yaml, or there would be two consent registers");
}

}  // namespace octroi::gateway
