// `octroi counts`: of what may leave only as a number, the numbers.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/cli_layout.h"
#include "gateway/cli_verbs.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr base::Millis kUsualSpanMs = 7 * 86'400'000LL;

std::string CountsText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json report = Json::parse(json);
  if (report.contains("error")) return ErrorText(report, language);
  if (report["counts"].empty())
    return fr ? "Rien n'a été compté (finalités leaves: counted)."
              : "Nothing was counted (purposes with leaves: counted).";
  std::string text;
  for (const Json& one : report["counts"]) {
    text += one["day"].get<std::string>() + "  " + Left(one["destination"].get<std::string>(), 20) +
            Left(one["purpose"].get<std::string>(), 28);
    if (one.contains("below_floor")) {
      text += (fr ? "moins de " : "fewer than ") + std::to_string(report["floor"].get<int>()) +
              (fr ? " personnes : pas de nombre" : " people: no number");
    } else {
      text += std::to_string(one["records"].get<std::uint64_t>()) +
              (fr ? " enregistrements de " : " records of ") +
              std::to_string(one["people"].get<std::uint64_t>()) + (fr ? " personnes" : " people");
    }
    if (!one["closed"].get<bool>()) text += fr ? " (jour en cours)" : " (day under way)";
    text += "\n";
  }
  text.pop_back();
  return text;
}

}  // namespace

int AskCounts(const Arguments& args) {
  Json order{{"since", base::SystemClock().WallNow() - kUsualSpanMs}};
  if (!TakeInstant(args, "--since", "since", order)) return Misused(args);
  if (args.words.size() > 1) return Misused(args);
  if (args.Has("--destination")) order["destination"] = args.Option("--destination");
  return Ask(args, "counts " + order.dump(),
             [&](const std::string& json) { return CountsText(json, args.language); });
}

}  // namespace octroi::gateway
