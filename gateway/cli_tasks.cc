// `octroi tasks [list | show | close]`: recipients to be told of a no that came late, and that they
// were.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/change/statement.h"
#include "gateway/cli_text_tasks.h"
#include "gateway/cli_verbs.h"

namespace octroi::gateway {
namespace {

int Usage(const Arguments& args) {
  const bool fr = args.language == Language::kFrench;
  std::fputs(fr ? "octroi tasks list  [--all]\n"
                  "octroi tasks show  TÂCHE\n"
                  "octroi tasks close TÂCHE --reason TEXTE\n"
                  "TÂCHE : t_…, comme octroi tasks list l'écrit. --all : aussi ce qui est fait.\n"
                : "octroi tasks list  [--all]\n"
                  "octroi tasks show  TASK\n"
                  "octroi tasks close TASK --reason TEXT\n"
                  "TASK: t_..., as octroi tasks list writes it. --all: what is done, too.\n",
             stderr);
  return kUsage;
}

}  // namespace

int TendTasks(const Arguments& args) {
  const std::string what = args.words.size() > 1 ? args.words[1] : "list";
  const bool one = args.words.size() == 3, none = args.words.size() <= 2;
  nlohmann::json order{{"what", what}};
  if (what == "list" && none && !args.Has("--reason")) {
    order["all"] = args.Has("--all");
    return Ask(args, "tasks " + order.dump(),
               [&](const std::string& json) { return TaskListText(json, args.language); });
  }
  if (!one || args.Has("--all")) return Usage(args);
  order["task"] = args.words[2];
  if (what == "close" && change::IsReason(args.Option("--reason"))) {
    order["reason"] = args.Option("--reason");
  } else if (what != "show" || args.Has("--reason")) {
    return Usage(args);
  }
  return Ask(args, "tasks " + order.dump(),
             [&](const std::string& json) { return TaskText(json, args.language); });
}

}  // namespace octroi::gateway
