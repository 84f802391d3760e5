// Options that belong to some verbs only.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "gateway/cli_verbs.h"

namespace octroi::gateway {
namespace {

struct Option {
  std::string_view name;
  bool value = false;
  std::string_view verbs;  // between spaces
};

constexpr Option kOptions[] = {
    {"-f", true, " simulate explain "},
    {"--source", true, " simulate explain tap reconcile score problems import "},
    {"--at", true, " simulate explain consent "},
    {"--consents", true, " simulate explain "},
    {"--cloudevents", false, " simulate explain "},
    {"--jsonl", false, " simulate tap "},
    {"--outcome", true, " tap "},
    {"--destination", true, " tap replay training counts "},
    {"--reason", true, " tap replay apply propose reidentify consent tasks keys "},
    {"--status", true, " replay "},
    {"--since", true, " replay counts score problems journeys "},
    {"--rate", true, " replay "},
    {"--dry-run", false, " replay "},
    {"--yes", false, " replay approve reidentify keys "},
    {"--coverage", false, " test "},
    {"--as-test", true, " ask "},
    {"--help", false, " ask "},
    {"--once", false, " top "},
    {"--impact", true, " diff "},
    {"--version", true, " diff apply propose "},
    {"--allow-removals", false, " apply "},
    {"--as", true, " approve reidentify "},
    {"--key", true, " approve reidentify import "},
    {"--tcf", true, " consent "},
    {"--gpp", true, " consent "},
    {"--purposes", true, " consent "},
    {"--vendor", true, " consent "},
    {"--subject", true, " consent training keys "},
    {"--known-at", true, " consent "},
    {"--receipt", false, " consent "},
    {"--type", true, " detect "},
    {"--all", false, " detect tasks "},
    {"--token", true, " reidentify "},
    {"--until", true, " keys score problems journeys "},
    {"--by", true, " score "},
    {"--campaign", true, " score problems journeys "},
    {"--field", true, " score problems "},
    {"--rule", true, " score problems "},
    {"--reference", true, " breaches "},
    {"--from", true, " contract "},
    {"--to", true, " contract "},
    {"--object", true, " contract "},
    {"--role", true, " console "},
    {"--format", true, " import csv profile "},
    {"--encoding", true, " import csv profile "},
    {"--delimiter", true, " import csv profile "},
    {"--columns", true, " import csv profile "},
    {"--contract", true, " profile "},
    {"--show-values", false, " profile "},
    {"--event", true, " import "},
    {"--url", true, " import "},
    {"--state", true, " import "},
    {"--wait", true, " import "},
    {"--progress", false, " import "},
};

}  // namespace

std::optional<std::uint64_t> Number(const std::string& text, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || number == 0 || number > most) return std::nullopt;
  return number;
}

bool TakeOption(int argc, char** argv, int& at, Arguments& args) {
  const auto option = std::ranges::find(kOptions, std::string_view(argv[at]), &Option::name);
  if (option == std::end(kOptions)) return false;
  if (option->value && at + 1 >= argc) return false;
  args.options[argv[at]] = option->value ? argv[at + 1] : "";
  at += option->value ? 1 : 0;
  return true;
}

bool OptionsFit(const Arguments& args) {
  const std::string verb = " " + args.words[0] + " ";
  return std::ranges::all_of(args.options, [&](const auto& given) {
    const auto option = std::ranges::find(kOptions, given.first, &Option::name);
    return option->verbs.find(verb) != std::string_view::npos;
  });
}

}  // namespace octroi::gateway
