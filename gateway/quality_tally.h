// QualityTally: the quality counters of what the journal says, hour by hour.
//
// Bounded: of one source's hour, kCampaigns are told apart and kCombinations of findings a
// contract; what comes beyond counts under "other campaigns" and as folded. Which those are hangs
// on the order of the journal alone, also over a restart, so a rebuild makes the same rows.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "journal/records.h"
#include "store/quality.h"

namespace octroi::gateway {

class QualityTally {
 public:
  static constexpr std::size_t kCampaigns = 200;
  static constexpr std::size_t kCombinations = 512;
  // What is projected of one hour: asked once, when its first record comes.
  using KnownOf = std::function<store::QualityCounts(base::Millis hour)>;

  explicit QualityTally(KnownOf known) : known_(std::move(known)) {}
  void Add(const journal::EventRecord& record);
  store::QualityCounts Take();  // and begins anew; what was told apart stays so

 private:
  struct Hour {
    std::map<std::uint16_t, std::set<std::uint64_t>> campaigns;  // by source
    using Cell = std::tuple<std::uint32_t, std::uint16_t, std::uint16_t>;
    std::map<Cell, std::set<std::pair<std::uint64_t, std::uint64_t>>> findings;
  };
  Hour& HourOf(base::Millis hour);
  void Bound(store::QualityKey& key);
  void AddPeople(const journal::EventRecord& record, const store::QualityKey& key);

  KnownOf known_;
  std::map<base::Millis, Hour> hours_;
  store::QualityCounts counts_;
};

}  // namespace octroi::gateway
