// Standing invariants: sentences of which none may come true. Decided on the plan that the config
// compiles to, by the code that decides.
#include <algorithm>

#include "gateway/ask/answer.h"
#include "gateway/config/checks.h"

namespace octroi::gateway::config {
namespace {

struct Invariant {
  const Node* sentence = nullptr;
  std::string owner;
  ask::Question question;
};

// Where a character of a string stands in its file: strings of more than one line and with escapes
// are pointed at as a whole.
Position At(const Node& node, int column, const ConfigFolder& config, const std::string& file) {
  const auto found = config.files.find(file);
  if (found == config.files.end()) return node.at;
  std::string_view text = found->second;
  for (int line = 1; line < node.at.line; ++line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  text = text.substr(0, text.find('\n'));
  const std::size_t begin = text.find(node.text);
  if (begin == std::string_view::npos) return node.at;
  const bool quoted = begin > 0 && (text[begin - 1] == '"' || text[begin - 1] == '\'');
  return {node.at.line, node.at.column + (quoted ? 1 : 0) + column - 1};
}

std::vector<Invariant> Read(const World& world, const ConfigFolder& config, Findings& findings) {
  std::vector<Invariant> invariants;
  const Document* gateway = world.gateway();
  if (!gateway) return invariants;
  for (const Node& one : gateway->root.List("invariants")) {
    const Node* sentence = one.FindString("never");
    if (!sentence) continue;
    auto read = ask::ReadQuestion(sentence->text, world);
    if (const auto* fault = std::get_if<ask::QuestionFault>(&read)) {
      findings.Add(1380, gateway->file, At(*sentence, fault->column, config, gateway->file),
                   {fault->what}, fault->hint);
    } else {
      invariants.push_back(
          {sentence, std::string(one.Text("owner")), std::move(std::get<ask::Question>(read))});
    }
  }
  return invariants;
}

}  // namespace

void CheckInvariants(const World& world, const ConfigFolder& config, base::Millis now,
                     Findings& findings) {
  const std::vector<Invariant> invariants = Read(world, config, findings);
  if (invariants.empty() || findings.errors() != 0) return;
  const auto plan = ask::PlanToAsk(config);
  if (!plan) return;  // a list that is not there yet, which also stops a start: OCT-2102
  const std::string& file = world.gateway()->file;
  for (const Invariant& one : invariants) {
    const ask::Answer answer = AnswerTo(one.question, world, **plan, now);
    if (answer.what == ask::Answer::What::kYes) {
      findings.Add(1381, file, one.sentence->at,
                   {ask::InWords(answer, one.question, **plan), one.owner});
    } else if (answer.what == ask::Answer::What::kUndecided) {
      findings.Add(1382, file, one.sentence->at, {answer.domain});
    }
  }
}

}  // namespace octroi::gateway::config
