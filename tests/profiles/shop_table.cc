#include "profiles/shop_table.h"

#include <array>
#include <cstdio>
#include <random>

namespace octroi::profiles {
namespace {

struct City {
  const char *name, *code, *region, *country;
};
constexpr auto kCities = std::to_array<City>({
    {"Paris", "75002", "Ile-de-France", "FR"},
    {"Versailles", "78000", "Ile-de-France", "FR"},
    {"Lyon", "69003", "Auvergne", "FR"},
    {"Grenoble", "38000", "Auvergne", "FR"},
    {"Marseille", "13001", "Provence", "FR"},
    {"Toulon", "83000", "Provence", "FR"},
    {"Toulouse", "31000", "Occitanie", "FR"},
    {"Montpellier", "34000", "Occitanie", "FR"},
    {"Nantes", "44000", "Pays de la Loire", "FR"},
    {"Angers", "49000", "Pays de la Loire", "FR"},
    {"Rennes", "35000", "Bretagne", "FR"},
    {"Brest", "29200", "Bretagne", "FR"},
    {"Lille", "59000", "Hauts-de-France", "FR"},
    {"Amiens", "80000", "Hauts-de-France", "FR"},
    {"Namur", "50003", "Wallonie", "BE"},
    {"Charleroi", "60001", "Wallonie", "BE"},
});
struct Product {
  const char *name, *category, *weight;
};
constexpr auto kProducts = std::to_array<Product>({
    {"Trail shoe", "Running", "0.7 kg"},
    {"Road shoe", "Running", "0.6 kg"},
    {"Rain jacket", "Hiking", "0.4 kg"},
    {"Tent", "Camping", "2.4 kg"},
    {"Sleeping bag", "Camping", "1.1 kg"},
    {"Backpack", "Hiking", "1.3 kg"},
    {"Helmet", "Cycling", "0.3 kg"},
    {"Saddle", "Cycling", "0.25 kg"},
});
constexpr auto kFirst = std::to_array<const char*>(
    {"Camille", "Louis", "Jeanne", "Hugo", "Nina", "Paul", "Sarah", "Marie-Anne", "Ali", "Chloe"});
constexpr auto kLast = std::to_array<const char*>({"Martin", "Bernard", "Petit", "Durand", "Leroy",
                                                   "Moreau", "Garcia", "Faure", "Roux", "Blanc"});

enum Place {
  kId,
  kEmail,
  kFirstName,
  kCity,
  kCode,
  kRegion,
  kCountry,
  kDay,
  kProduct,
  kCategory,
  kWeight,
  kAmount,
  kPlaces
};
using Row = std::array<std::string, kPlaces>;

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}
  std::size_t Below(std::size_t n) { return random_() % n; }
  bool In(std::size_t n) { return Below(n) == 0; }

 private:
  std::mt19937_64 random_;
};

Row MadeRow(std::size_t number, Chance& chance) {
  const City& city = kCities[chance.Below(kCities.size())];
  const Product& product = kProducts[chance.Below(kProducts.size())];
  const std::string first = kFirst[chance.Below(kFirst.size())];
  std::array<char, 64> text{};
  Row row;
  std::snprintf(text.data(), text.size(), "C-%05zu", number);
  row[kId] = text.data();
  row[kEmail] = first + "." + kLast[chance.Below(kLast.size())] +
                std::to_string(chance.Below(900)) + "@example.net";
  row[kFirstName] = first;
  row[kCity] = city.name;
  row[kCode] = city.code;
  row[kRegion] = city.region;
  row[kCountry] = city.country;
  std::snprintf(text.data(), text.size(), "2026-%02zu-%02zu", 1 + chance.Below(12),
                1 + chance.Below(28));
  row[kDay] = text.data();
  row[kProduct] = product.name;
  row[kCategory] = product.category;
  row[kWeight] = product.weight;
  std::snprintf(text.data(), text.size(), "%zu.%02zu", 5 + chance.Below(240), chance.Below(100));
  row[kAmount] = text.data();
  return row;
}

void Swap(std::string& text, Chance& chance) {
  const std::size_t at = chance.Below(text.size() - 1);
  if (text[at] == text[at + 1])
    text.erase(at, 1);
  else
    std::swap(text[at], text[at + 1]);
}

void Spoil(Row& row, Chance& chance) {
  if (chance.In(60)) Swap(row[kCity], chance);
  if (chance.In(100)) row[kCode][chance.Below(5)] = 'O';
  if (chance.In(100)) row[kRegion] = kCities[chance.Below(kCities.size())].region;
  if (chance.In(100)) row[kCategory] = kProducts[chance.Below(kProducts.size())].category;
  if (chance.In(100)) row[kWeight] = row[kWeight].substr(0, row[kWeight].find(' ')) + " kilos";
  if (chance.In(80)) row[kAmount] = "N/A";
  if (chance.In(300)) row[kAmount] = std::to_string(100'000 + chance.Below(90'000));
  if (chance.In(120)) row[kEmail].erase(row[kEmail].find('@'), 1);
  if (chance.In(120)) row[kDay] = row[kDay].substr(8) + "/" + row[kDay].substr(5, 2) + "/26";
  if (chance.In(90)) {
    row[kCity] += " " + row[kCountry];
    row[kCountry].clear();
  }
}

}  // namespace

DirtyTable ShopTable(std::uint64_t seed, bool dirty) {
  const std::vector<std::string> names{"customer", "email",    "first name", "city",
                                       "code",     "region",   "country",    "day",
                                       "product",  "category", "weight",     "amount"};
  Sampler as_it_is(names), as_it_should(names);
  Chance chance(seed);
  for (std::size_t number = 1; number <= 2'000; ++number) {
    Row row = MadeRow(number, chance);
    std::vector<std::string_view> cells(row.begin(), row.end());
    as_it_should.Add(number, cells);
    if (dirty) Spoil(row, chance);
    cells.assign(row.begin(), row.end());
    as_it_is.Add(number, cells);
  }
  return {as_it_is.Finish(), as_it_should.Finish()};
}

}  // namespace octroi::profiles
