// One check of a rule -> its tests, each followed by its parts.
#include <algorithm>
#include <utility>

#include "rules/compiled.h"
#include "rules/pattern.h"

namespace octroi::rules {
namespace {

using base::FieldId;
using Kind = Test::Kind;

constexpr std::int64_t kPatternMemoryBytesMax =
    1 << 20;  // of one pattern, program and DFA states together

RE2::Options PatternOptions() {
  RE2::Options options;
  options.set_log_errors(false);  // it would print to stderr
  options.set_max_mem(kPatternMemoryBytesMax);
  return options;
}

std::vector<std::string> Sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

// SQL's LIKE as RE2: % is any text, _ any character, a backslash takes the next one as it is.
std::string PatternOfLike(std::string_view like) {
  std::string pattern = "(?s)";
  for (std::size_t at = 0; at < like.size(); ++at) {
    if (like[at] == '%') {
      pattern += ".*";
    } else if (like[at] == '_') {
      pattern += '.';
    } else {
      if (like[at] == '\\' && at + 1 < like.size()) ++at;
      pattern += RE2::QuoteMeta(re2::StringPiece(like.data() + at, 1));
    }
  }
  return pattern;
}

// Several patterns as one, so that a value is looked at once.
std::string Either(const std::vector<std::string>& patterns) {
  std::string all;
  for (const std::string& pattern : patterns) all += (all.empty() ? "(?:" : "|(?:") + pattern + ")";
  return all;
}

class TestList {
 public:
  TestList(const ContractSpec& contract, std::size_t rule, std::vector<SpecFault>& faults)
      : contract_(contract), rule_(rule), faults_(faults) {}

  void AddCheck(const CheckSpec& check, const std::string& key) {
    const FieldId outer = std::exchange(field_, check.field.value_or(0));
    key_ = key;
    AddOfEvent(check);
    AddOfValue(check);
    AddTimes(check);
    AddPatterns(check);
    AddExpression(check);
    AddParts(Kind::kAllOf, check.all_of, key + "all_of.");
    AddParts(Kind::kAnyOf, check.any_of, key + "any_of.");
    AddParts(Kind::kNot, check.negated, key + "not.");
    if (!check.unique_on.empty()) {
      Test& test = Add(Kind::kUnique);
      test.fields = check.unique_on;
      test.span = check.within;
    }
    field_ = outer;
  }
  std::vector<Test> Take() { return std::move(tests_); }

 private:
  Test& Add(Kind kind) {
    Test& test = tests_.emplace_back();
    test.kind = kind;
    test.field = field_;
    return test;
  }
  void AddLimit(Kind kind, const std::optional<double>& limit) {
    if (limit) Add(kind).limit = *limit;
  }
  void AddLength(Kind kind, const std::optional<std::uint32_t>& length) {
    if (length) Add(kind).length = *length;
  }
  void AddFields(Kind kind, const std::vector<FieldId>& fields) {
    if (!fields.empty()) Add(kind).fields = fields;
  }
  void AddSpan(Kind kind, const std::optional<base::Millis>& span) {
    if (span) Add(kind).span = *span;
  }
  void AddList(Kind kind, const std::shared_ptr<const ValueList>& list) {
    if (list) Add(kind).list = list.get();
  }

  void AddOfEvent(const CheckSpec& check) {
    AddFields(Kind::kAnyPresent, check.any_present);
    AddFields(Kind::kAllPresent, check.all_present);
    AddFields(Kind::kAllOrNone, check.all_or_none);
    AddFields(Kind::kAllEqual, check.all_equal);
    AddFields(Kind::kAllDifferent, check.all_different);
    AddSpan(Kind::kEventAge, check.event_age_below);
    if (check.sum) {
      Test& test = Add(Kind::kSum);
      test.fields = check.sum->of;
      test.other = check.sum->total;
      test.limit = check.sum->tolerance;
    }
    if (check.pair) {
      Test& test = Add(Kind::kPair);
      test.field = check.pair->first;
      test.other = check.pair->second;
      test.pairs = check.pair->pairs;
    }
  }

  void AddOfValue(const CheckSpec& check) {
    if (check.json_types != 0) Add(Kind::kJsonType).types = check.json_types;
    if (check.type != ValueType::kAny) Add(Kind::kType).type = check.type;
    AddLength(Kind::kMinLength, check.min_length);
    AddLength(Kind::kMaxLength, check.max_length);
    AddLimit(Kind::kMin, check.min);
    AddLimit(Kind::kMax, check.max);
    AddLimit(Kind::kAbove, check.above);
    AddLimit(Kind::kBelow, check.below);
    if (check.multiple_of) Add(Kind::kMultipleOf).values = {*check.multiple_of};
    if (check.format == Format::kPostalCode) {
      Test& test = Add(Kind::kPostalCode);
      test.other = check.country_field.value_or(kSubjectField);
      test.values = {check.country};
    } else if (check.format != Format::kNone) {
      Add(Kind::kFormat).format = check.format;
    }
    if (check.not_email != 0) Add(Kind::kNotEmail).emails = check.not_email;
    AddList(Kind::kDomain, check.domain_not_in_list);
    if (check.casing != Casing::kAny) Add(Kind::kCasing).casing = check.casing;
    if (!check.in.empty()) Add(Kind::kIn).values = Sorted(check.in);
    if (!check.not_in.empty()) Add(Kind::kNotIn).values = Sorted(check.not_in);
    AddList(Kind::kInList, check.in_list);
    AddList(Kind::kNotInList, check.not_in_list);
  }

  void AddTimes(const CheckSpec& check) {
    AddSpan(Kind::kNotFuture, check.not_future);
    AddSpan(Kind::kMaxAge, check.max_age);
    AddSpan(Kind::kMinAge, check.min_age);
    if (check.compare == Compare::kNone) return;
    Test& test = Add(Kind::kCompare);
    test.compare = check.compare;
    test.other = check.other;
  }

  void AddPatterns(const CheckSpec& check) {
    if (check.matches) AddPattern(Kind::kPattern, "matches", *check.matches);
    if (check.not_matches) AddPattern(Kind::kNotPattern, "not_matches", *check.not_matches);
    if (check.like) AddLike(Kind::kPattern, "like", *check.like);
    if (check.not_like) AddLike(Kind::kNotPattern, "not_like", *check.not_like);
    for (const std::string& pattern : check.matches_all)
      AddPattern(Kind::kPattern, "matches_all", pattern);
    if (check.matches_any.empty()) return;
    // Each by itself first: "(a" and "b)" would make a pattern together.
    const std::size_t before = faults_.size();
    for (const std::string& pattern : check.matches_any) {
      if (IsShort("matches_any", pattern)) Compiled("matches_any", pattern);
    }
    if (faults_.size() == before)
      Add(Kind::kPattern).pattern = Compiled("matches_any", Either(check.matches_any));
  }

  void AddPattern(Kind kind, const char* key, const std::string& text) {
    if (IsShort(key, text)) Add(kind).pattern = Compiled(key, text);
  }
  void AddLike(Kind kind, const char* key, const std::string& like) {
    if (IsShort(key, like)) Add(kind).pattern = Compiled(key, PatternOfLike(like));
  }

  bool IsShort(const char* key, const std::string& written) {
    if (written.size() <= kPatternBytesMax) return true;
    Fault(key, "longer than " + std::to_string(kPatternBytesMax) + " bytes");
    return false;
  }

  std::unique_ptr<RE2> Compiled(const char* key, const std::string& text) {
    auto pattern = std::make_unique<RE2>(text, PatternOptions());
    if (pattern->ok()) return pattern;
    Fault(key, "RE2 refuses it: " + pattern->error());
    return nullptr;
  }

  void AddExpression(const CheckSpec& check) {
    if (!check.expression) return;
    ExpressionFault fault;
    auto expression = Expression::Compile(*check.expression, contract_.fields, fault);
    if (!expression) {
      SpecFault& found = Fault("cel", fault.Text());
      found.code = fault.code;
      found.pieces = {std::to_string(fault.line), std::to_string(fault.column)};
      found.pieces.insert(found.pieces.end(), fault.pieces.begin(), fault.pieces.end());
      return;
    }
    Add(Kind::kExpression).expression = std::move(expression);
  }

  void AddParts(Kind kind, const std::vector<CheckSpec>& parts, const std::string& key) {
    if (parts.empty()) return;
    const std::size_t whole = tests_.size();
    Add(kind);
    for (std::size_t at = 0; at < parts.size(); ++at) {
      // What is set in one part belongs together, also among alternatives.
      const std::size_t begin = tests_.size();
      if (kind != Kind::kAllOf) Add(Kind::kAllOf);
      AddCheck(parts[at], key + (kind == Kind::kNot ? "" : std::to_string(at) + "."));
      if (kind != Kind::kAllOf)
        tests_[begin].parts = static_cast<std::uint16_t>(tests_.size() - begin - 1);
    }
    tests_[whole].parts = static_cast<std::uint16_t>(tests_.size() - whole - 1);
  }

  SpecFault& Fault(const char* key, std::string what) {
    return faults_.emplace_back(SpecFault{rule_, key_ + key, std::move(what)});
  }

  const ContractSpec& contract_;
  std::size_t rule_;
  std::vector<SpecFault>& faults_;
  std::string key_;  // where the check stands that is being added
  FieldId field_ = 0;
  std::vector<Test> tests_;
};

}  // namespace

std::string PatternFault(const std::string& pattern) {
  const RE2 compiled(pattern, PatternOptions());
  return compiled.ok() ? std::string() : compiled.error();
}

std::vector<Test> CompileCheck(const CheckSpec& check, const ContractSpec& contract,
                               std::size_t rule, const std::string& key,
                               std::vector<SpecFault>& faults) {
  TestList tests(contract, rule, faults);
  tests.AddCheck(check, key);
  return tests.Take();
}

}  // namespace octroi::rules
