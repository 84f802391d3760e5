// Reads the cases of decision_oracle.py from standard input, one configuration a line, and compares
// the oracle's answers with those of People, ConsentIndex and PolicySet::Decide. Argument: how many
// must come.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "oracle_config.h"
#include "policies/people.h"

namespace octroi::policies {
namespace {

using Json = nlohmann::json;

// What the gateway does with what is on file about everybody.
void Replay(const std::vector<ConsentEvent>& events, std::size_t purposes, base::Millis now,
            ConsentIndex& index) {
  const People people(events, now);
  for (const ConsentEvent& event : events) {
    for (const Fingerprint& print : event.subject) {
      for (std::size_t place = 0; place < purposes; ++place)
        index.Set(print, place, people.Of(print, "purpose." + std::to_string(place)));
      index.Set(print, ConsentIndex::kPerson, people.Of(print, kWholePerson));
      index.SetAge(print, people.AgeOf(print));
    }
  }
}

base::Reason TcfReason(const std::string& name) {
  for (auto code = static_cast<std::uint16_t>(base::Reason::kTcfVendorNotDisclosed);
       base::Name(static_cast<base::Reason>(code)) != ""; ++code) {
    if (base::Name(static_cast<base::Reason>(code)) == name) return static_cast<base::Reason>(code);
  }
  throw std::runtime_error("no reason of a TC string: " + name);
}

base::Verdict Decide(const PolicySet& set, const ConsentIndex& index, const Json& test) {
  std::vector<Fingerprint> identifiers;
  for (const Json& identifier : test["identifiers"]) identifiers.push_back(Person(identifier));
  const std::vector subjects = index.SubjectsOf(identifiers);
  const JsonFields fields(test["fields"]);
  DecisionInput input;
  input.source = test["source"];
  input.contract = test["contract"];
  input.event_time = test["te"];
  input.now = test["td"];
  input.received = test["tr"];
  input.subjects = subjects;
  input.identified = !identifiers.empty();
  input.signals.denied_purposes = test["denied"];
  input.signals.gpc = test["gpc"];
  std::vector<base::SignalDenial> denials;
  for (const Json& denial : test["denials"])
    denials.push_back({denial[0], TcfReason(denial[1]), denial[2]});
  input.signals.denials = denials;
  input.fields = &fields;
  return set.Decide(input, test["destination"], index);
}

Json Answer(const base::Verdict& verdict) {
  return {{"allowed", verdict.allowed},
          {"reason", ReasonText(verdict.reason)},
          {"purposes", verdict.purposes},
          {"consent", verdict.consent}};
}

struct Tally {
  std::size_t cases = 0;
  std::size_t disagreements = 0;
};

void Compare(const Json& config, Tally& tally) {
  const auto set = PolicySet::Compile(SpecOf(config));
  if (!set) throw std::runtime_error("does not compile: " + set.error().detail);
  std::vector<ConsentEvent> events;
  for (const Json& consent : config["consents"]) events.push_back(EventOf(consent));
  std::ranges::reverse(events);  // the order of arrival must not matter
  ConsentIndex index(config["purposes"].size());
  for (const Json& test : config["cases"]) {
    Replay(events, config["purposes"].size(), test["td"], index);
    const Json answer = Answer(Decide(*set, index, test));
    ++tally.cases;
    if (answer == test["expect"] || ++tally.disagreements > 3) continue;
    Json shown = config;
    shown["cases"] = Json::array({test});
    std::cout << "case " << tally.cases << ": the program says " << answer
              << "\n  oracle: " << test["expect"] << "\n  of " << shown << "\n";
  }
}

int Run(std::size_t expected) {
  Tally tally;
  for (std::string line; std::getline(std::cin, line);) Compare(Json::parse(line), tally);
  std::cout << tally.cases << " cases, " << tally.disagreements << " disagreements\n";
  return tally.cases == expected && tally.disagreements == 0 ? 0 : 1;
}

}  // namespace
}  // namespace octroi::policies

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: decision_oracle.py --run decide_cases\n";
    return 2;
  }
  try {
    return octroi::policies::Run(std::stoull(argv[1]));
  } catch (const std::exception& error) {
    std::cerr << "decide_cases: " << error.what() << "\n";
    return 2;
  }
}
