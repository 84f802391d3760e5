// `octroi consent decode`: what a TC or GPP string says, whether it is valid, and what it allows.
// Needs no config and no gateway, and keeps nothing.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "gateway/cli_text_consent.h"
#include "gateway/cli_verbs.h"
#include "gateway/signal_report.h"

namespace octroi::gateway {
namespace {

// "1,3,4": purposes 1 to 24. 0: none, or something else.
signals::SmallIds Purposes(std::string_view text) {
  signals::SmallIds purposes = 0;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto id = Number(std::string(text.substr(0, comma)), signals::kTcfPurposesMax);
    if (!id) return 0;
    purposes |= signals::OfId(static_cast<unsigned>(*id));
    if (comma == text.size()) return purposes;
    text.remove_prefix(comma + 1);
  }
}

int Usage(const Arguments& args) {
  std::fputs(args.language == Language::kFrench
                 ? "octroi consent decode --tcf CHAÎNE | --gpp CHAÎNE [--purposes 1,3,4 [--vendor "
                   "N]] [--at INSTANT]\n"
                 : "octroi consent decode --tcf STRING | --gpp STRING [--purposes 1,3,4 [--vendor "
                   "N]] [--at INSTANT]\n",
             stderr);
  return kUsage;
}

}  // namespace

int DecodeConsent(const Arguments& args) {
  const bool tcf = args.Has("--tcf");
  if (args.words.size() != 2 || args.words[1] != "decode" || tcf == args.Has("--gpp"))
    return Usage(args);
  base::Millis at = base::SystemClock().WallNow();
  if (args.Has("--at")) {
    const auto given = base::ParseRfc3339(args.Option("--at"), /*date_allowed=*/true);
    if (!given) return Usage(args);
    at = *given;
  }
  std::optional<signals::TcfQuestion> question;
  if (args.Has("--purposes")) {
    question.emplace();
    question->purposes = Purposes(args.Option("--purposes"));
    if (question->purposes == 0) return Usage(args);
  }
  if (args.Has("--vendor")) {
    const auto vendor = Number(args.Option("--vendor"), 0xFFFF);
    if (!vendor || !question) return Usage(args);
    question->vendor = static_cast<std::uint16_t>(*vendor);
  }
  const SignalReport report = tcf ? ReportTcf(args.Option("--tcf"), question, at)
                                  : ReportGpp(args.Option("--gpp"), question, at);
  if (args.json) {
    std::printf("%s\n", report.json.c_str());
  } else {
    const auto text =
        tcf ? TcfText(report.json, args.language) : GppText(report.json, args.language);
    std::fputs(text.c_str(), stdout);
  }
  return report.yes ? kOk : kNo;
}

}  // namespace octroi::gateway
