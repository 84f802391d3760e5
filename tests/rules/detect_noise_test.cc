// Digits that mean nothing, in prose; and text made to take long.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <string>

#include "detect_score.h"
#include "rules/detect/detect.h"

namespace octroi::rules {
namespace {

// 8 to 19 digits, together or in groups.
std::string Digits(std::mt19937& random) {
  const std::size_t size = 8 + random() % 12;
  const std::size_t group = std::array<std::size_t, 4>{99, 99, 3, 4}[random() % 4];
  std::string digits;
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0 && i % group == 0) digits.push_back(' ');
    digits.push_back(static_cast<char>((i == 0 ? '1' : '0') + random() % (i == 0 ? 9 : 10)));
  }
  return digits;
}

double ShareFound(const char* before, const char* after, Confidence at_least) {
  std::mt19937 random(11);  // NOLINT: the same each time
  Detector detector({.at_least = at_least});
  constexpr int kTexts = 20'000;
  Tallies tallies;
  int found = 0;
  for (int i = 0; i < kTexts; ++i) {
    const auto finds = detector.Scan(before + Digits(random) + after);
    found += finds.empty() ? 0 : 1;
    for (const Find& find : finds) ++tallies[static_cast<std::size_t>(find.type)].wrong;
  }
  std::printf("\"%s…%s\" %s: %.2f %%\n", before, after, NameOf(at_least).data(),
              100.0 * found / kTexts);
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    if (tallies[i].wrong == 0) continue;
    std::printf("  %s %d", NameOf(static_cast<PersonalData>(i)).id.data(), tallies[i].wrong);
  }
  std::printf("\n");
  return 1.0 * found / kTexts;
}

TEST(DetectNoise, DigitsThatMeanNothingAreSeldomTakenForAPersons) {
  EXPECT_LT(ShareFound("Bonjour, il s'agit de ", ", merci.", Confidence::kLikely), 0.02);
  EXPECT_LT(ShareFound("Ma commande n° ", " n'est pas arrivée.", Confidence::kLikely), 0.004);
  EXPECT_LT(ShareFound("Invoice ", " is still unpaid", Confidence::kLikely), 0.004);
  EXPECT_LT(ShareFound("", "", Confidence::kPossible), 0.15);
}

constexpr const char* kProse =
    "Bonjour, j'ai commandé le 12 mars une paire de chaussures rouges en taille 42 (commande n° "
    "2024-000457) et le colis n'est toujours pas arrivé. Le suivi indique qu'il est bloqué à "
    "l'entrepôt depuis trois semaines. Merci de me rappeler au 06 12 34 56 78 ou de m'écrire à "
    "lea.martin@exemple.fr ; je suis disponible tous les matins avant 11 h 30. Le montant de "
    "129,90 EUR a bien été débité. Cordialement, une cliente qui attend.\n";

double MicrosPerKb(Detector& detector, const std::string& piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const std::clock_t from = std::clock();  // of the processor: others may keep it busy
    (void)detector.Scan(text);
    const double micros = 1e6 * static_cast<double>(std::clock() - from) / CLOCKS_PER_SEC;
    best = std::min(best, micros / (static_cast<double>(text.size()) / 1024));
  }
  return best;
}

// What each reader looks at longest, over and over: sixteen times the text takes sixteen times as
// long, not two hundred and fifty-six.
TEST(DetectNoise, NoTextTakesMoreThanTimeInProportion) {
  const char* const pieces[] = {kProse,
                                "1 ",
                                "a@",
                                "@",
                                "0606060606 ",
                                "+1 ",
                                "1:",
                                ":",
                                "(",
                                "A1",
                                "FR76 3000 ",
                                "http://",
                                "https://a?b=",
                                "aa:",
                                "123456782 ",
                                "4111111111111111 ",
                                "né le ",
                                "1.1.1.1.",
                                "mars ",
                                "\xc2\xa0",
                                "+33612345678 ",
                                "bonjour, ",
                                "a.a.a.a.a@b.b.b.b.",
                                "\xff",
                                "+4930901820 "};
  Detector detector({.at_least = Confidence::kPossible});
  for (const char* const piece : pieces) {
    const double small = MicrosPerKb(detector, piece, 4 * 1024);
    const double large = MicrosPerKb(detector, piece, 64 * 1024);
    std::printf("%-20.20s %8.1f us/kB %8.1f us/kB\n", piece, small, large);
    EXPECT_LT(large, small * 4 + 20) << piece;
  }
}

}  // namespace
}  // namespace octroi::rules
