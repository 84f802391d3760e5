// Reads the cases of expression_oracle.py from standard input, one a line, and compares the
// oracle's answers with those of rules::Expression. Argument: how many must come.
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/event.h"
#include "rules/contract.h"

namespace octroi::rules {
namespace {

using Json = nlohmann::json;

const std::vector<FieldSpec>& Fields() {
  using Type = ExpressionType;
  static const std::vector<FieldSpec> kFields = {
      {0, false, "i1", Type::kInt},       {1, false, "i2", Type::kInt},
      {2, false, "d1", Type::kDouble},    {3, false, "d2", Type::kDouble},
      {4, false, "s1", Type::kString},    {5, false, "s2", Type::kString},
      {6, false, "t1", Type::kTimestamp}, {7, false, "t2", Type::kTimestamp}};
  return kFields;
}

base::PathMap Paths() {
  std::vector<base::PathMap::Entry> entries;
  for (const FieldSpec& field : Fields()) entries.push_back({field.name, field.id});
  return std::move(*base::PathMap::Compile(entries));
}

std::string Answer(const Json& test, const base::Event& event) {
  ExpressionFault fault;
  const auto expression =
      Expression::Compile(test["expression"].get<std::string>(), Fields(), fault);
  if (!expression) return "refused: " + fault.Text();
  switch (expression->Holds(event, test["received"])) {
    case Truth::kFalse:
      return "false";
    case Truth::kTrue:
      return "true";
    case Truth::kUnknown:
      return "unknown";
  }
  return "";
}

int CompareAll(std::size_t wanted) {
  const base::PathMap paths = Paths();
  base::EventParser parser;
  base::Event event;
  std::map<std::string, std::size_t> answers;
  std::size_t cases = 0;
  std::size_t wrong = 0;
  for (std::string line; std::getline(std::cin, line); ++cases) {
    const Json test = Json::parse(line);
    const std::string text = test["event"];
    if (parser.Parse(text, paths, event).reason != base::Reason::kUndecided)
      throw std::runtime_error("not an event: " + text);
    const std::string answer = Answer(test, event);
    ++answers[answer];
    if (answer == test["expect"]) continue;
    if (++wrong <= 10)
      std::cout << "oracle " << test["expect"] << ", gateway " << answer << "\n  " << line << "\n";
  }
  std::cout << cases << " expressions, " << wrong << " disagreements;";
  for (const char* answer : {"true", "false", "unknown"})
    std::cout << " " << answer << " " << answers[answer];
  std::cout << "\n";
  // A run in which one answer is rare says nothing of it.
  const bool all = answers["true"] > cases / 20 && answers["false"] > cases / 20 &&
                   answers["unknown"] > cases / 20;
  return cases == wanted && wrong == 0 && all ? 0 : 1;
}

}  // namespace
}  // namespace octroi::rules

int main(int argc, char** argv) {
  return argc == 2 ? octroi::rules::CompareAll(std::stoul(argv[1])) : 2;
}
