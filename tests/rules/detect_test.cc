// The detector on prose with planted finds and look-alikes (detect.cases), on the published cases
// of another detector (tests/data/pii-cases), and on what nobody planned.
#include "rules/detect/detect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/utf8.h"
#include "detect_score.h"

namespace octroi::rules {
namespace {

constexpr double kWhereChecked = 0.95;  // recall and precision of types with check digits

struct Case {
  std::string text;
  std::vector<Find> finds;
};

Case CaseOf(const std::string& line) {
  static const std::string kOpen = "⟦";
  static const std::string kClose = "⟧";
  Case made;
  std::size_t at = 0;
  for (std::size_t open = line.find(kOpen); open != std::string::npos;
       open = line.find(kOpen, at)) {
    const std::size_t colon = line.find(':', open);
    const std::size_t close = line.find(kClose, colon);
    made.text += line.substr(at, open - at);
    Find find;
    find.type =
        PersonalDataOf(line.substr(open + kOpen.size(), colon - open - kOpen.size())).value();
    find.begin = made.text.size();
    made.text += line.substr(colon + 1, close - colon - 1);
    find.end = made.text.size();
    made.finds.push_back(find);
    at = close + kClose.size();
  }
  made.text += line.substr(at);
  return made;
}

std::vector<Case> Prose() {
  std::ifstream file(OCTROI_SOURCE_DIR "/tests/rules/detect.cases");
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') cases.push_back(CaseOf(line));
  }
  return cases;
}

bool Same(const Find& a, const Find& b) {
  return a.type == b.type && a.begin == b.begin && a.end == b.end;
}

bool Has(std::span<const Find> finds, const Find& wanted) {
  return std::ranges::any_of(finds, [&](const Find& find) { return Same(find, wanted); });
}

void Count(const Case& one, std::span<const Find> finds, Tallies& tallies) {
  for (const Find& wanted : one.finds) {
    Tally& tally = tallies[static_cast<std::size_t>(wanted.type)];
    const bool found = Has(finds, wanted);
    ++(found ? tally.found : tally.missed);
    if (!found) std::printf("missed %s in: %s\n", NameOf(wanted.type).id.data(), one.text.c_str());
  }
  for (const Find& find : finds) {
    if (Has(one.finds, find)) continue;
    ++tallies[static_cast<std::size_t>(find.type)].wrong;
    std::printf("wrong %s [%s] in: %s\n", NameOf(find.type).id.data(),
                one.text.substr(find.begin, find.end - find.begin).c_str(), one.text.c_str());
  }
}

TEST(Detect, FindsInProseWhatIsPlantedAndLeavesWhatOnlyLooksLikeIt) {
  Tallies tallies;
  Detector detector;
  const std::vector<Case> cases = Prose();
  ASSERT_GT(cases.size(), 300u);
  for (const Case& one : cases) Count(one, detector.Scan(one.text), tallies);
  Print("detect.cases, likely and certain", tallies);
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const PersonalDataName& name = NameOf(static_cast<PersonalData>(i));
    const double least = name.checked ? kWhereChecked : 0.9;
    EXPECT_GE(tallies[i].recall(), least) << name.id;
    EXPECT_GE(tallies[i].precision(), least) << name.id;
  }
}

// Every digit of every planted number with check digits, changed: then it is no longer one.
TEST(Detect, OneWrongDigitIsNeverTheSameKindOfNumber) {
  Detector detector({.at_least = Confidence::kPossible});
  int changed = 0;
  int kept = 0;
  for (const Case& one : Prose()) {
    for (const Find& planted : one.finds) {
      if (!NameOf(planted.type).checked || planted.type == PersonalData::kVat) continue;
      for (std::size_t at = planted.begin; at < planted.end; ++at) {
        if (one.text[at] < '0' || one.text[at] > '9') continue;
        std::string text = one.text;
        text[at] = text[at] == '9' ? '0' : static_cast<char>(text[at] + 1);
        ++changed;
        if (Has(detector.Scan(text), planted)) ++kept;
      }
    }
  }
  ASSERT_GT(changed, 2000);
  // The NIR without its key has nothing to check; sums for La Poste are laxer.
  EXPECT_LE(kept, changed / 100) << kept << " of " << changed;
}

// The cases of another project, per recogniser: only that type is looked for, as they do. What has
// the same text labelled both ways says nothing and is left out; so are types that are not ours.
struct Published {
  std::string text;
  int count = 0;
  std::vector<std::pair<std::size_t, std::size_t>> spans;
};

std::size_t BytesUntil(const std::string& text, std::size_t chars) {
  std::size_t at = 0;
  for (; chars > 0 && at < text.size(); --chars)
    at += std::max<std::size_t>(base::Utf8At(text, at).size, 1);
  return at;
}

std::vector<Published> PublishedOf(const nlohmann::json& all, const std::string& recognizer) {
  std::map<std::string, Published> cases;
  std::set<std::string> both;
  for (const auto& one : all) {
    const auto& params = one.at("params");
    const char* const key = params.contains("text") ? "text" : recognizer == "iban" ? "iban" : "";
    if (one.at("recognizer") != recognizer || !params.contains(key) || !params[key].is_string() ||
        !params.contains("expected_len"))
      continue;
    Published made;
    made.text = params[key];
    made.count = params["expected_len"];
    for (const char* spans : {"expected_positions", "expected_res"}) {
      if (!params.contains(spans) || !params[spans].is_array()) continue;
      for (const auto& span : params[spans])
        made.spans.emplace_back(BytesUntil(made.text, span[0]), BytesUntil(made.text, span[1]));
    }
    const auto [known, fresh] = cases.emplace(made.text, made);
    if (!fresh && known->second.count != made.count) both.insert(made.text);
  }
  std::vector<Published> kept;
  for (auto& [text, one] : cases) {
    if (!both.contains(text)) kept.push_back(std::move(one));
  }
  return kept;
}

Tally TallyOf(const std::vector<Published>& cases, PersonalData type) {
  Detector detector(
      {.types = 1u << static_cast<unsigned>(type), .at_least = Confidence::kPossible});
  Tally tally;
  for (const Published& one : cases) {
    const auto finds = detector.Scan(one.text);
    int right = 0;
    for (const Find& find : finds) {
      const bool met =
          one.spans.empty()
              ? right < one.count
              : std::ranges::find(one.spans, std::pair(find.begin, find.end)) != one.spans.end();
      right += met ? 1 : 0;
      tally.wrong += met ? 0 : 1;
      if (!met) std::printf("  wrong %s: %s\n", NameOf(type).id.data(), one.text.c_str());
    }
    tally.found += right;
    tally.missed += one.count - right;
    if (right < one.count)
      std::printf("  missed %s: %s\n", NameOf(type).id.data(), one.text.c_str());
  }
  return tally;
}

TEST(Detect, MeetsThePublishedCasesOfAnotherDetector) {
  std::ifstream file(OCTROI_SOURCE_DIR "/tests/data/pii-cases/presidio_cases_dev.json");
  const auto all = nlohmann::json::parse(file);
  ASSERT_EQ(all.size(), 941u);
  const std::pair<const char*, PersonalData> recognizers[] = {
      {"credit_card", PersonalData::kPaymentCard},
      {"iban", PersonalData::kIban},
      {"email", PersonalData::kEmail},
      {"ip", PersonalData::kIp},
      {"mac", PersonalData::kMac},
      {"phone", PersonalData::kPhone},
      {"us_ssn", PersonalData::kUsSecurity},
      {"us_itin", PersonalData::kUsTaxpayer},
      {"us_npi", PersonalData::kUsProvider},
      {"us_mbi", PersonalData::kUsBeneficiary},
      {"de_vat_id", PersonalData::kVat},
      {"de_tax_id", PersonalData::kGermanTaxId},
      {"de_social_security", PersonalData::kGermanPension},
      {"de_health_insurance", PersonalData::kGermanHealth},
      {"de_id_card", PersonalData::kGermanDocument},
      {"de_passport", PersonalData::kGermanDocument},
      {"de_kfz", PersonalData::kPlate},
  };
  for (const auto& [recognizer, type] : recognizers) {
    const std::vector<Published> cases = PublishedOf(all, recognizer);
    ASSERT_FALSE(cases.empty()) << recognizer;
    const Tally tally = TallyOf(cases, type);
    std::printf("%-20s recall %.3f precision %.3f (%d %d %d)\n", recognizer, tally.recall(),
                tally.precision(), tally.found, tally.missed, tally.wrong);
    const double least = NameOf(type).checked ? kWhereChecked : 0.8;
    EXPECT_GE(tally.recall(), least) << recognizer;
    EXPECT_GE(tally.precision(), least) << recognizer;
  }
}

// Pieces of what it looks for, in any order, with any bytes between.
std::string Anything(std::mt19937& random) {
  static const std::string kPieces[] = {"lea@exemple.fr",
                                        "@",
                                        "+33 6 12 34 56 78",
                                        "1 85 05 78 006 084 36",
                                        "FR7630006000011234567890189",
                                        "4111 1111 ",
                                        "é",
                                        "\xc3",
                                        "\xe2\x80",
                                        "né le ",
                                        "12/03/1985",
                                        "::1",
                                        "2001:db8::",
                                        "https://a?email=",
                                        "AB-123-CD",
                                        " ",
                                        "-",
                                        ".",
                                        "\xc2\xa0",
                                        "(",
                                        ")",
                                        "+",
                                        "0",
                                        "12",
                                        "CHE-",
                                        "756.",
                                        "VD ",
                                        "\xff",
                                        "鍵",
                                        "tel "};
  std::string text;
  const std::size_t pieces = random() % 40;
  for (std::size_t i = 0; i < pieces; ++i) {
    if (random() % 4 == 0) {
      text.push_back(static_cast<char>(random() % 256));
    } else {
      text += kPieces[random() % std::size(kPieces)];
    }
  }
  return text;
}

bool IsUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = base::Utf8At(text, at).size;
    if (size == 0) return false;
    at += size;
  }
  return true;
}

TEST(Detect, AnyBytesGiveSpansInRangeInOrderApartAndOfWholeCharacters) {
  std::mt19937 random(7);  // NOLINT: the same each time
  Detector detector({.at_least = Confidence::kPossible});
  std::size_t seen = 0;
  for (int round = 0; round < 6'000; ++round) {
    const std::string text = Anything(random);
    const bool valid = IsUtf8(text);
    for (const bool hide : {false, true}) {
      std::size_t end = 0;
      for (const Find& find : hide ? detector.ScanToHide(text) : detector.Scan(text)) {
        ASSERT_GE(find.begin, end);
        ASSERT_GT(find.end, find.begin);
        ASSERT_LE(find.end, text.size());
        end = find.end;
        ++seen;
        if (valid) {
          ASSERT_TRUE(IsUtf8(std::string_view(text).substr(find.begin, find.end - find.begin)));
        }
      }
    }
  }
  EXPECT_GT(seen, 5'000u);
}

}  // namespace
}  // namespace octroi::rules
