// Several patterns of one field are looked for in one pass over its text (RE2::Set). Each pass
// allocates a little inside RE2; from four patterns on it costs less than half of what they cost
// one by one (tests/bench/rules.cc).
#include <algorithm>
#include <map>

#include "rules/compiled.h"

namespace octroi::rules {
namespace {

constexpr std::size_t kFewest = 4;
constexpr std::size_t kMost = 64;  // of patterns in a set, and of sets: a bit each
constexpr std::int64_t kMemoryBytesMax = 4 << 20;

bool HasPattern(const Test& test) { return test.pattern != nullptr; }

// Nothing: they are too much together, and stay apart.
std::unique_ptr<RE2::Set> SetOf(const std::vector<Test*>& tests) {
  RE2::Options options;
  options.set_log_errors(false);  // it would print to stderr
  options.set_max_mem(kMemoryBytesMax);
  auto set = std::make_unique<RE2::Set>(options, RE2::ANCHOR_BOTH);
  for (const Test* test : tests) {
    if (set->Add(test->pattern->pattern(), nullptr) < 0) return nullptr;
  }
  return set->Compile() ? std::move(set) : nullptr;
}

}  // namespace

void MakeSets(CompiledContract& contract) {
  std::map<base::FieldId, std::vector<Test*>> by_field;
  for (Rule& rule : contract.rules) {
    for (Test& test : rule.tests) {
      auto& tests = by_field[test.field];
      if (HasPattern(test) && tests.size() < kMost) tests.push_back(&test);
    }
  }
  for (auto& [field, tests] : by_field) {
    if (tests.size() < kFewest || contract.sets.size() == kMost) continue;
    auto set = SetOf(tests);
    if (!set) continue;
    for (std::size_t at = 0; at < tests.size(); ++at) {
      tests[at]->set = static_cast<std::uint16_t>(contract.sets.size());
      tests[at]->place = static_cast<std::uint16_t>(at);
    }
    contract.sets.push_back(std::move(set));
  }
}

std::optional<bool> SetMatches::Has(const Test& test, std::string_view text) {
  thread_local std::vector<int> places;
  const std::uint64_t bit = std::uint64_t{1} << test.set;
  if ((asked_ & bit) == 0) {
    asked_ |= bit;
    RE2::Set::ErrorInfo error{};
    contract_.sets[test.set]->Match({text.data(), text.size()}, &places, &error);
    if (error.kind != RE2::Set::kNoError) {
      unusable_ |= bit;
      places.clear();
    }
    found_[test.set] = 0;
    for (const int place : places) found_[test.set] |= std::uint64_t{1} << place;
  }
  if ((unusable_ & bit) != 0) return std::nullopt;
  return (found_[test.set] >> test.place & 1) != 0;
}

}  // namespace octroi::rules
