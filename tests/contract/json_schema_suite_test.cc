// How far our own checks agree with JSON Schema: every case of the JSON Schema Test Suite.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "gateway/contract/json_schema.h"
#include "judged_import.h"

namespace octroi::gateway::contract {
namespace {

using Json = nlohmann::ordered_json;
using Verdict = JudgedImport::Verdict;

struct Count {
  int agree = 0;     // nothing was left out
  int noted = 0;     // something was, and the case agrees
  int declined = 0;  // something was, said so, and the case is accepted for that
  int unread = 0;    // no event of a gateway: integers beyond 2^53 and the like
  std::vector<std::string> disagree;

  int all() const { return agree + noted + declined + unread + static_cast<int>(disagree.size()); }
  void Add(const Count& other) {
    agree += other.agree;
    noted += other.noted;
    declined += other.declined;
    unread += other.unread;
    disagree.insert(disagree.end(), other.disagree.begin(), other.disagree.end());
  }
};

// The schema as it is read for events that are objects, and for the value of a field.
struct Reading {
  Reading(const config::Node& schema, const std::string& path)
      : imported(ImportJsonSchema(schema, {"suite", path})), judged(imported) {
    for (const Note& note : imported.notes) {
      lost = lost || note.lost;
      no_format = no_format || note.code == 1445;
    }
  }
  Imported imported;
  JudgedImport judged;
  bool lost = false, no_format = false;
};

void Judge(Reading& reading, const Json& test, bool whole, bool formats, const std::string& name,
           Count& count) {
  const Json event = whole ? test["data"] : Json{{"value", test["data"]}};
  const Verdict verdict = reading.judged.Judge(event.dump());
  const bool ours = verdict == Verdict::kAccepted || (verdict == Verdict::kCounted && !formats);
  const bool said = reading.lost || (formats && reading.no_format);
  const bool theirs = test["valid"].get<bool>();
  if (verdict == Verdict::kUnread) {
    ++count.unread;
  } else if (ours == theirs) {
    ++(said ? count.noted : count.agree);
  } else if (said && ours) {
    ++count.declined;
  } else {
    count.disagree.push_back(name + " | " + test["description"].get<std::string>());
  }
}

Count CountFile(const std::filesystem::path& path, bool formats) {
  std::ifstream in(path);
  Count count;
  for (const Json& group : Json::parse(in)) {
    const config::Node schema = NodeOf(group["schema"].dump());
    const std::string name =
        path.filename().string() + " | " + group["description"].get<std::string>();
    Reading whole(schema, ""), value(schema, "value");
    EXPECT_EQ(whole.judged.faults, "") << name << "\n"
                                       << ContractFile(whole.imported, Language::kEnglish);
    EXPECT_EQ(value.judged.faults, "") << name << "\n"
                                       << ContractFile(value.imported, Language::kEnglish);
    for (const Json& test : group["tests"]) {
      const bool object = test["data"].is_object();
      Judge(object ? whole : value, test, object, formats, name, count);
      // An object is asked about as a value, too; that says nothing new where it agrees.
      if (!object) continue;
      Count again;
      Judge(value, test, false, formats, name + " (value)", again);
      count.disagree.insert(count.disagree.end(), again.disagree.begin(), again.disagree.end());
    }
  }
  return count;
}

Count CountFolder(const std::string& folder, bool formats) {
  const std::filesystem::path root =
      std::string(OCTROI_SOURCE_DIR) + "/tests/data/json-schema-test-suite/tests/draft2020-12";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(root / folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  Count sum;
  for (const auto& file : files) {
    const Count count = CountFile(file, formats);
    std::printf(
        "%-34s %4d cases: %4d agree, %4d agree beside a note, %3d declined, %2d no event, %zu "
        "disagree\n",
        file.filename().c_str(), count.all(), count.agree, count.noted, count.declined,
        count.unread, count.disagree.size());
    for (const std::string& line : count.disagree) std::printf("    disagrees: %s\n", line.c_str());
    sum.Add(count);
  }
  std::printf("%s: %d cases, %d agree, %d beside a note, %d declined, %d no event, %zu disagree\n",
              folder.c_str(), sum.all(), sum.agree, sum.noted, sum.declined, sum.unread,
              sum.disagree.size());
  return sum;
}

// The suite has no number with a fraction for it.
TEST(JsonSchemaImport, ANumberThatIsNoInteger) {
  Reading reading(NodeOf(R"({"properties": {"a": {"not": {"type": "integer"}}}})"), "");
  EXPECT_EQ(reading.judged.Judge(R"({"a": 1.5})"), Verdict::kAccepted);
  EXPECT_EQ(reading.judged.Judge(R"({"a": 1.0})"), Verdict::kRefused);
}

// The figures are those of docs/FORMATS.md.
void Expect(const Count& count, int all, int agree, int noted, int declined, int unread) {
  EXPECT_EQ(count.all() - static_cast<int>(count.disagree.size()), all);
  EXPECT_EQ(count.agree, agree);
  EXPECT_EQ(count.noted, noted);
  EXPECT_EQ(count.declined, declined);
  EXPECT_EQ(count.unread, unread);
}

TEST(JsonSchemaSuite, RequiredParts) {
  const Count count = CountFolder(".", false);
  EXPECT_EQ(count.disagree, std::vector<std::string>());
  Expect(count, 1299, 626, 371, 300, 2);
}

TEST(JsonSchemaSuite, OptionalParts) {
  const Count count = CountFolder("optional", false);
  EXPECT_EQ(count.disagree, std::vector<std::string>());
  Expect(count, 162, 114, 26, 21, 1);
}

// Our format `email` is what is sent in practice: no quoted local part, no address in brackets
// (rules/formats.h). Such an address is counted, never refused.
TEST(JsonSchemaSuite, Formats) {
  const Count count = CountFolder("optional/format", true);
  const std::string email = "email.json | validation of e-mail addresses | ";
  const std::vector<std::string> known = {
      email + "a quoted string with a space in the local part is valid",
      email + "a quoted string with a double dot in the local part is valid",
      email + "a quoted string with a @ in the local part is valid",
      email + "an IPv4-address-literal after the @ is valid",
      email + "an IPv6-address-literal after the @ is valid"};
  EXPECT_EQ(count.disagree, known);
  Expect(count, 759, 245, 279, 232, 3);
}

}  // namespace
}  // namespace octroi::gateway::contract
