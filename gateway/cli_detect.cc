// `octroi detect`: where personal data stands in a text. Needs no config and no gateway, keeps
// nothing, and never prints what it found: the reader has the text.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "gateway/cli_verbs.h"
#include "rules/detect/detect.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

// "iban,nir"; nothing: one of them is no type.
std::optional<std::uint32_t> Types(std::string_view list) {
  std::uint32_t types = 0;
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const auto type = rules::PersonalDataOf(list.substr(0, comma));
    if (!type) return std::nullopt;
    types |= 1U << static_cast<unsigned>(*type);
    if (comma == list.size()) return types;
    list.remove_prefix(comma + 1);
  }
}

int Usage(const Arguments& args) {
  const bool fr = args.language == Language::kFrench;
  std::fputs(fr ? "octroi detect [FICHIER|-] [--type TYPE,…] [--all] [--json]\nTYPE : "
                : "octroi detect [FILE|-] [--type TYPE,…] [--all] [--json]\nTYPE: ",
             stderr);
  for (std::size_t i = 0; i < rules::kPersonalDataTypes; ++i) {
    const auto& name = rules::NameOf(static_cast<rules::PersonalData>(i));
    std::fprintf(stderr, "%s%s", i == 0 ? "" : ", ", std::string(name.id).c_str());
  }
  std::fputs("\n", stderr);
  return kUsage;
}

// Characters; a byte that is none counts as one.
std::size_t Characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count)
    at += std::max<std::size_t>(base::Utf8At(text, at).size, 1);
  return count;
}

Json EvidenceOf(const rules::Find& find) {
  Json evidence = Json::array();
  if (find.evidence & rules::kByPattern) evidence.push_back("pattern");
  if (find.evidence & rules::kByCheckDigits) evidence.push_back("check_digits");
  if (find.evidence & rules::kByContext) evidence.push_back("context");
  return evidence;
}

std::string EvidenceText(const rules::Find& find, bool fr) {
  std::string text = fr ? "forme" : "form";
  if (find.evidence & rules::kByCheckDigits) text += fr ? ", clé de contrôle" : ", check digits";
  if (find.evidence & rules::kByContext) text += fr ? ", mots autour" : ", words around";
  return text;
}

std::string_view ConfidenceText(rules::Confidence confidence, bool fr) {
  if (!fr) return rules::NameOf(confidence);
  if (confidence == rules::Confidence::kCertain) return "certain";
  return confidence == rules::Confidence::kLikely ? "probable" : "possible";
}

class Report {
 public:
  explicit Report(const Arguments& args)
      : json_(args.json), fr_(args.language == Language::kFrench) {}

  void Line(std::size_t number, std::string_view line, std::span<const rules::Find> finds) {
    for (const rules::Find& find : finds) {
      ++finds_;
      const std::size_t column = Characters(line.substr(0, find.begin)) + 1;
      const auto& name = rules::NameOf(find.type);
      if (json_) {
        const Json made{{"line", number},
                        {"column", column},
                        {"length", Characters(line.substr(find.begin, find.end - find.begin))},
                        {"type", name.id},
                        {"confidence", rules::NameOf(find.confidence)},
                        {"evidence", EvidenceOf(find)}};
        std::printf("%s%s", finds_ == 1 ? "{\"finds\":[" : ",", made.dump().c_str());
      } else {
        std::printf("%zu:%zu  %s, %s (%s)\n", number, column,
                    std::string(fr_ ? name.fr : name.en).c_str(),
                    std::string(ConfidenceText(find.confidence, fr_)).c_str(),
                    EvidenceText(find, fr_).c_str());
      }
    }
  }

  int End() const {
    if (json_) {
      std::printf("%s]}\n", finds_ == 0 ? "{\"finds\":[" : "");
    } else if (finds_ == 0) {
      std::puts(fr_ ? "Rien de trouvé. Les noms et les adresses postales ne se cherchent pas ici."
                    : "Nothing found. Names and postal addresses are not looked for.");
    }
    return finds_ == 0 ? kOk : kNo;
  }

 private:
  bool json_, fr_;
  std::size_t finds_ = 0;
};

}  // namespace

int DetectInText(const Arguments& args) {
  rules::DetectFor wanted;
  if (args.Has("--type")) {
    const auto types = Types(args.Option("--type"));
    if (!types) return Usage(args);
    wanted.types = *types;
  }
  if (args.words.size() > 2) return Usage(args);
  if (args.Has("--all")) wanted.at_least = rules::Confidence::kPossible;
  const auto text = ReadWholeInput(args.words.size() > 1 ? args.words[1] : "-");
  if (!text) return Complain(text.error(), kUnreachable);
  rules::Detector detector(wanted);
  Report report(args);
  std::size_t number = 0;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    const std::string_view line = std::string_view(*text).substr(at, end - at);
    report.Line(++number, line, detector.Scan(line));
    at = end + 1;
  }
  return report.End();
}

}  // namespace octroi::gateway
