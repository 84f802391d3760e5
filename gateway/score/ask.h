// Ask: what `octroi score` and `octroi problems` are asked, and what they read.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/score/terms.h"
#include "store/store.h"

namespace octroi::gateway::score {

enum class By { kSource, kCampaign, kContract, kField, kRule, kDay };

struct Question {
  By by = By::kSource;
  std::string source, campaign, field, rule;  // empty: all
  base::Millis since = 0, until = 0;          // whole hours

  // {"by", "source", "campaign", "field", "rule", "since", "until"}: all optional; times in
  // milliseconds. Seven days until now by default, by source, or by what `field` and `rule` name,
  // which go with no other. Nothing: it is none.
  static std::optional<Question> FromJson(std::string_view json, base::Millis now);
};

// What one answer read and the next can use: of a few questions about one moment (a scorecard). One
// thread.
struct Kept {
  std::map<std::uint32_t, std::unique_ptr<PlanTerms>> plans;  // null: it cannot be read
  std::map<std::uint64_t, std::string> campaigns;
  std::map<std::pair<base::Millis, base::Millis>, store::QualityCounts> counts;  // by range
};

struct Parts {
  store::Store* store = nullptr;
  std::function<base::Result<PastConfig>(std::uint32_t plan)> past;
  std::uint32_t plan = 0;                      // in force
  const crypto::HmacKey* campaigns = nullptr;  // of CampaignHash
  base::Millis now = 0;
  Kept* kept = nullptr;  // null: nothing is kept
};

// One row of the counters, with what it means.
struct Piece {
  base::Millis hour = 0;
  const std::string* source = nullptr;
  const ContractTerms* contract = nullptr;  // null: none, or its config cannot be read any more
  std::uint64_t campaign = 0;
  scores::Found found;
  std::uint64_t records = 0, repaired = 0;
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  bool usable = false, folded = false;
  bool judged = false;      // by rules; else refused, or taken without any
  bool repeat = false;      // of a message that was received before: no record of its own
  bool unmeasured = false;  // taken without a contract
  bool Counts() const { return !repeat && !unmeasured; }
};

// The counters of some hours, read once.
class Counted {
 public:
  explicit Counted(const Parts& parts)
      : parts_(parts), kept_(parts.kept != nullptr ? *parts.kept : own_) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  // Errors: the store's.
  base::Status Read(const Question& question, base::Millis since, base::Millis until);

  // Whether anything came from it, or may; after Read.
  bool KnowsSource(const std::string& source);
  const std::vector<Piece>& pieces() const { return pieces_; }
  // People of whom a record failed that rule in [since, until), by day; "": a required field.
  std::uint64_t People(std::string_view contract, std::string_view rule, base::Millis since,
                       base::Millis until) const;
  const PlanTerms* TermsOfPlan(std::uint32_t plan);        // null: it cannot be read
  std::string CampaignName(std::uint64_t campaign) const;  // "-": none; "*": the others together

 private:
  bool Wanted(const Question& question, const std::string& source, std::uint64_t campaign) const;
  const Parts& parts_;
  Kept own_;
  Kept& kept_;
  std::vector<Piece> pieces_;
  const store::QualityCounts* counts_ = nullptr;  // after Read
  Question question_;
};

}  // namespace octroi::gateway::score
