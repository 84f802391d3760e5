// What one check of a rule, or its `when`, must be to mean something.
#include "rules/check_meaning.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/limits.h"
#include "rules/compiled.h"
#include "rules/iso_tables.h"

namespace octroi::rules {
namespace {

using base::FieldId;
using Fields = std::vector<FieldId>;

constexpr std::size_t kPartsMax = 200;  // of one rule, all its composites together

bool HasValueCheck(const CheckSpec& check) {
  const bool of_text = check.format != Format::kNone || check.not_email != 0 || check.matches ||
                       check.not_matches || !check.matches_any.empty() ||
                       !check.matches_all.empty() || check.like || check.not_like ||
                       check.min_length || check.max_length || check.casing != Casing::kAny;
  const bool of_lists = !check.in.empty() || !check.not_in.empty() || check.in_list ||
                        check.not_in_list || check.domain_not_in_list;
  const bool of_times = check.not_future || check.max_age || check.min_age;
  return of_text || of_lists || of_times || check.type != ValueType::kAny ||
         check.json_types != 0 || check.min || check.max || check.above || check.below ||
         check.multiple_of || check.compare != Compare::kNone;
}

bool HasEventCheck(const CheckSpec& check) {
  return !check.any_present.empty() || !check.all_present.empty() || check.event_age_below ||
         !check.all_or_none.empty() || !check.all_equal.empty() || !check.all_different.empty() ||
         check.sum || check.pair || !check.all_of.empty() || !check.any_of.empty() ||
         !check.negated.empty() || check.expression;
}

std::size_t PartsOf(const CheckSpec& check) {
  std::size_t parts = 1;
  for (const auto* list : {&check.all_of, &check.any_of, &check.negated}) {
    for (const CheckSpec& part : *list) parts += PartsOf(part);
  }
  return parts;
}

class CheckReader {
 public:
  CheckReader(const ContractSpec& contract, std::size_t rule, std::vector<SpecFault>& faults)
      : contract_(contract), rule_(rule), faults_(faults) {}

  // `place`: "check", "check.any_of.0". `asked`: something else is asked beside it.
  void Read(const CheckSpec& check, const std::string& place, bool asked, int depth) {
    Reading(check, place).All(*this, asked, depth);
  }

  void Require(bool holds, std::string key, const char* otherwise) {
    if (!holds) faults_.push_back({rule_, std::move(key), otherwise});
  }

 private:
  friend struct Reading;
  // One check at its place.
  struct Reading {
    Reading(const CheckSpec& of, const std::string& at) : check(of), place(at) {}
    const CheckSpec& check;
    const std::string& place;
    CheckReader* reader = nullptr;

    void All(CheckReader& with, bool asked, int depth) {
      reader = &with;
      ReadFields();
      ReadSubject(asked);
      ReadRanges();
      ReadTimes();
      ReadFormat();
      ReadSeveral();
      ReadUnique(depth == 0 && place == "check");
      ReadParts(depth);
    }
    void Require(bool holds, const char* key, const char* otherwise) const {
      reader->Require(holds, place + "." + key, otherwise);
    }
    void RequireListed(FieldId field, const char* key) const {
      Require(reader->IsListed(field), key, "a field that the contract does not list");
    }
    void RequireListed(const Fields& fields, const char* key) const {
      for (const FieldId field : fields) {
        if (field != kSubjectField) RequireListed(field, key);
      }
    }
    void ReadFields() const;
    void ReadSubject(bool asked) const;
    void ReadRanges() const;
    void ReadTimes() const;
    void ReadFormat() const;
    void ReadSeveral() const;
    void ReadUnique(bool allowed) const;
    void ReadParts(int depth) const;
  };

  bool IsListed(FieldId field) const {
    if (field >= base::kSlotEventName && field < base::kSlots) return true;
    return std::ranges::find(contract_.fields, field, &FieldSpec::id) != contract_.fields.end();
  }

  const ContractSpec& contract_;
  std::size_t rule_;
  std::vector<SpecFault>& faults_;
};

void CheckReader::Reading::ReadFields() const {
  if (check.field) RequireListed(*check.field, "field");
  if (check.country_field) RequireListed(*check.country_field, "country_field");
  RequireListed(check.any_present, "any_present");
  RequireListed(check.all_present, "all_present");
  RequireListed(check.all_or_none, "all_or_none");
  RequireListed(check.all_equal, "all_equal");
  RequireListed(check.all_different, "all_different");
  RequireListed(check.unique_on, "unique_on");
  if (check.compare != Compare::kNone) RequireListed(check.other, "compare");
  if (check.sum) {
    RequireListed(check.sum->of, "sum_equals");
    RequireListed(check.sum->total, "sum_equals");
  }
  if (check.pair) RequireListed({check.pair->first, check.pair->second}, "pair_in");
}

void CheckReader::Reading::ReadSubject(bool asked) const {
  const bool of_value = HasValueCheck(check);
  const bool anything = of_value || HasEventCheck(check) || !check.unique_on.empty();
  const bool whole = check.expression || !check.all_of.empty() || !check.any_of.empty() ||
                     !check.negated.empty();  // `field` then says what is dropped or repaired
  reader->Require(anything || asked, place, "it checks nothing");
  Require(check.field || !of_value, "field", "a check on a value needs `field`");
  Require(!check.field || of_value || whole, "field", "nothing is asked of `field`");
  Require(check.compare == Compare::kNone || check.field != check.other, "compare",
          "a field is compared with itself");
}

void CheckReader::Reading::ReadRanges() const {
  const std::pair<const char*, std::optional<double>> limits[] = {
      {"min", check.min}, {"max", check.max}, {"above", check.above}, {"below", check.below}};
  for (const auto& [key, limit] : limits)
    Require(!limit || std::isfinite(*limit), key, "not a finite number");
  Require(!check.multiple_of || IsMultiple(*check.multiple_of, *check.multiple_of), "multiple_of",
          "not a number above 0");
  Require(!(check.min && check.above), "above", "`min` and `above` say the same side twice");
  Require(!(check.max && check.below), "below", "`max` and `below` say the same side twice");
  const auto low = check.min ? check.min : check.above;
  const auto high = check.max ? check.max : check.below;
  const bool touching = check.min && check.max;
  Require(!low || !high || *low < *high || (touching && *low == *high), check.max ? "max" : "below",
          "no number is in this range");
  Require(!check.min_length || !check.max_length || *check.min_length <= *check.max_length,
          "max_length", "no text has such a length");
}

void CheckReader::Reading::ReadTimes() const {
  Require(!check.event_age_below || *check.event_age_below > 0, "event_age_below",
          "not a time span");
  Require(!check.not_future || *check.not_future >= 0, "not_future", "not a time span");
  Require(!check.max_age || *check.max_age > 0, "max_age", "not a time span");
  Require(!check.min_age || *check.min_age > 0, "min_age", "not a time span");
  Require(!check.min_age || !check.max_age || *check.min_age <= *check.max_age, "max_age",
          "nothing has such an age");
}

void CheckReader::Reading::ReadFormat() const {
  const bool postal = check.format == Format::kPostalCode;
  const bool country = !check.country.empty();
  Require(!postal || country != check.country_field.has_value(), "format",
          "`postal-code` needs one of `country` and `country_field`");
  Require(postal || !country, "country", "it belongs to the format `postal-code`");
  Require(postal || !check.country_field, "country_field",
          "it belongs to the format `postal-code`");
  Require(!country || IsCountry(check.country), "country", "not a country of ISO 3166-1");
}

bool AreTwoOrMore(const Fields& fields) {
  return fields.empty() ||
         (fields.size() >= 2 && std::set(fields.begin(), fields.end()).size() == fields.size());
}

void CheckReader::Reading::ReadSeveral() const {
  constexpr const char* kTwo = "it needs two fields or more, each once";
  Require(AreTwoOrMore(check.all_or_none), "all_or_none", kTwo);
  Require(AreTwoOrMore(check.all_equal), "all_equal", kTwo);
  Require(AreTwoOrMore(check.all_different), "all_different", kTwo);
  if (check.sum) {
    Require(AreTwoOrMore(check.sum->of) && !check.sum->of.empty(), "sum_equals", kTwo);
    Require(std::ranges::find(check.sum->of, check.sum->total) == check.sum->of.end(), "sum_equals",
            "the total is one of those added up");
    Require(std::isfinite(check.sum->tolerance) && check.sum->tolerance >= 0, "sum_equals",
            "a tolerance is a number of 0 or more");
  }
  if (check.pair) {
    Require(check.pair->first != check.pair->second, "pair_in", kTwo);
    Require(!check.pair->pairs.empty(), "pair_in", "no pair holds");
  }
}

void CheckReader::Reading::ReadUnique(bool allowed) const {
  const bool unique = !check.unique_on.empty();
  Require(!unique || check.within > 0, "within", "`unique_on` needs `within`, a time span");
  Require(unique || check.within == 0, "within", "`within` belongs to `unique_on`");
  Require(!unique || !(HasValueCheck(check) || HasEventCheck(check) || check.field), "unique_on",
          "`unique_on` stands alone in its check");
  Require(!unique || allowed, "unique_on", "`unique_on` stands in the check of a rule itself");
}

void CheckReader::Reading::ReadParts(int depth) const {
  const bool deep = depth >= static_cast<int>(kCheckDepthMax);
  const bool parts = !check.all_of.empty() || !check.any_of.empty() || !check.negated.empty();
  if (parts && deep) {
    reader->Require(false, place, "checks stand in each other too deep");
    return;
  }
  const auto read = [&](const std::vector<CheckSpec>& list, const char* key, bool numbered) {
    for (std::size_t at = 0; at < list.size(); ++at) {
      const std::string number = numbered ? "." + std::to_string(at) : "";
      reader->Read(list[at], place + "." + key + number, false, depth + 1);
    }
  };
  read(check.all_of, "all_of", true);
  read(check.any_of, "any_of", true);
  read(check.negated, "not", false);
}

}  // namespace

bool AsksNothing(const CheckSpec& check) {
  return !check.field && !HasValueCheck(check) && !HasEventCheck(check) && check.unique_on.empty();
}

void ReadCheck(const CheckSpec& check, const std::string& place, bool asked,
               const ContractSpec& contract, std::size_t rule, std::vector<SpecFault>& faults) {
  CheckReader reader(contract, rule, faults);
  reader.Require(PartsOf(check) <= kPartsMax, place, "more than 200 parts");
  reader.Read(check, place, asked, 0);
}

}  // namespace octroi::rules
