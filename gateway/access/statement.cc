#include "gateway/access/statement.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/change/statement.h"

namespace octroi::gateway::access {
namespace {

constexpr std::string_view kFormat = "octroi-access-v1";
constexpr std::array<std::string_view, 4> kActs = {"ask", "approve", "refuse", "open"};

}  // namespace

std::string DigestOf(std::string_view ask) {
  return base::Hex(crypto::AsBytes(crypto::Sha256(ask)));
}

std::string Statement::Text() const {
  std::string out(kFormat);
  const auto line = [&](std::string_view name, std::string_view value) {
    out.append("\n").append(name).append(": ").append(value);
  };
  line("tenant", tenant);
  line("act", kActs[static_cast<std::size_t>(act)]);
  line("request", request);
  line("about", about);
  line("at", base::FormatRfc3339(at));
  line("reason", reason);
  return out + "\n";
}

// Read leniently, written again, compared: no two texts mean the same.
base::Result<Statement> Statement::Parse(std::string_view text) {
  const base::Error malformed{base::ErrorCode::kInvalid, "access.malformed",
                              "not a statement about an access"};
  Statement statement;
  std::string act, at;
  std::string* const members[] = {&statement.tenant, &act, &statement.request,
                                  &statement.about,  &at,  &statement.reason};
  std::string_view rest = text.substr(std::min(text.find('\n'), text.size()));
  for (std::string* member : members) {
    const std::size_t value = rest.find(": ");
    if (value == std::string_view::npos) return malformed;
    const std::size_t end = std::min(rest.find('\n', value), rest.size());
    *member = rest.substr(value + 2, end - value - 2);
    rest.remove_prefix(end);
  }
  const auto* const named = std::ranges::find(kActs, act);
  if (named == kActs.end()) return malformed;
  statement.act = static_cast<Act>(named - kActs.begin());
  statement.at = base::ParseRfc3339(at).value_or(0);
  if (statement.Text() != text || !change::IsReason(statement.reason)) return malformed;
  return statement;
}

}  // namespace octroi::gateway::access
