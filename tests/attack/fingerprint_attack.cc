// A store that the product filled, attacked with a list of candidates and no key: nobody may be
// found. And that the attack is one: who has the key finds everybody in each column that holds
// fingerprints, and without a key everybody is found there once they are unkeyed.
//
//   fingerprint_attack [CANDIDATES [PEOPLE]]     one JSON object; exit 1: problems
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "attack/attack.h"

namespace octroi::testing {
namespace {

using Json = nlohmann::ordered_json;

// Where the design says that fingerprints are; what more there is comes from the store itself.
constexpr std::string_view kKnown[] = {"consents.subject", "consent_subjects.fingerprint",
                                       "event_chunks.events", "tokens.subject"};
constexpr std::size_t kPerPerson = 3;

Identifier OfPeople(std::uint64_t number) {
  const Person person = PersonOf(number / kPerPerson);
  const Identifier* const each[] = {&person.email, &person.phone, &person.customer};
  return *each[number % kPerPerson];
}

// The people, and then as many others as it takes, of the shapes that such lists have.
Identifier Candidate(std::uint64_t number, std::uint64_t of_people) {
  if (number < of_people) return OfPeople(number);
  const std::string digits = std::to_string(number);
  switch (number % kPerPerson) {
    case 0:
      return {"email", "camille.petit" + digits + "@example.invalid"};
    case 1:
      return {"phone",
              "+3366" + std::string(digits.size() < 7 ? 7 - digits.size() : 0, '0') + digits};
    default:
      return {"customer_id", "cust-" + digits};
  }
}

// The same columns, if the fingerprints had no key.
std::vector<Place> Unkeyed(std::vector<Place> places, const crypto::HmacKey& key,
                           std::uint64_t of_people) {
  for (std::uint64_t number = 0; number < of_people; ++number) {
    const std::string message = LaidOut(OfPeople(number));
    const crypto::Digest keyed = crypto::Hmac(key, message), plain = crypto::Sha256(message);
    const std::string_view was = crypto::AsBytes(keyed).substr(0, 16);
    for (Place& place : places) {
      for (std::size_t at = place.bytes.find(was); at != place.bytes.npos;
           at = place.bytes.find(was, at + was.size()))
        place.bytes.replace(at, was.size(), crypto::AsBytes(plain).substr(0, was.size()));
    }
  }
  return places;
}

int Run(std::uint64_t candidates, std::size_t people) {
  const FilledStore filled(people);
  const std::vector<Place> places = PlacesOf(filled.storage());
  const std::uint64_t of_people = people * kPerPerson;
  candidates = std::max(candidates, of_people);
  const auto candidate = [&](std::uint64_t number) { return Candidate(number, of_people); };
  const crypto::HmacKey key = filled.FingerprintKey();

  const Found without = Attack(places, candidates, candidate, filled.tenant());
  const Found with = Attack(places, of_people, candidate, filled.tenant(), {key});
  const Found unkeyed =
      Attack(Unkeyed(places, key, of_people), of_people, candidate, filled.tenant());

  Json problems = Json::array(), columns = Json::object();
  for (const auto& [place, numbers] : without)
    problems.push_back(place + ": " + std::to_string(numbers.size()) + " found without a key");
  for (const auto& [place, numbers] : with) {
    const auto also = unkeyed.find(place);
    const std::size_t control = also == unkeyed.end() ? 0 : also->second.size();
    const auto found = without.find(place);
    columns[place] = {{"linked", found == without.end() ? 0 : found->second.size()},
                      {"with_the_key", numbers.size()},
                      {"unkeyed", control}};
    if (control != numbers.size())
      problems.push_back(place + ": the control without a key does not find all");
  }
  for (const std::string_view known : kKnown) {
    const auto found = with.find(std::string(known));
    if (found == with.end() || found->second.size() != of_people)
      problems.push_back(std::string(known) + ": not everybody is in it, or the attack is none");
  }
  std::size_t bytes = 0;
  for (const Place& place : places) bytes += place.bytes.size();
  const Json result{{"candidates", candidates}, {"people", people},    {"identifiers", of_people},
                    {"places", places.size()},  {"bytes", bytes},      {"linked", without.size()},
                    {"columns", columns},       {"problems", problems}};
  std::printf("%s\n", result.dump().c_str());
  return problems.empty() ? 0 : 1;
}

}  // namespace
}  // namespace octroi::testing

int main(int argc, char** argv) {
  const std::uint64_t candidates = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
  const std::size_t people = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100;
  if (people == 0 || people > octroi::testing::kPeopleMax) return 2;
  return octroi::testing::Run(candidates, people);
}
