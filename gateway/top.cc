#include "gateway/top.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "gateway/canary/light.h"
#include "gateway/cli_layout.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::uint64_t Count(const Json& status, const char* group, const std::string& id, const char* key) {
  const auto rows = status.find(group);
  if (rows == status.end() || !rows->contains(id)) return 0;
  return (*rows)[id].value(key, std::uint64_t{0});
}

// Totals may shrink (a delivery that failed is replayed): then it is none a second, not less.
double Rate(std::uint64_t before, std::uint64_t now, double seconds) {
  if (now <= before || seconds <= 0) return 0;
  return std::round(static_cast<double>(now - before) / seconds * 10) / 10;
}

Json Rates(const Json& before, const Json& now, const char* group, const std::string& id,
           std::initializer_list<const char*> keys, double seconds) {
  Json rates;
  for (const char* key : keys) {
    rates[std::string(key) + "_per_second"] =
        Rate(Count(before, group, id, key), Count(now, group, id, key), seconds);
  }
  return rates;
}

// Of {"2048": 12, ...} at two moments: how many came between, and the bounds that hold the half and
// 99 of 100 of them.
Json Times(const Json& before, const Json& now) {
  std::map<std::uint64_t, std::uint64_t> came;  // by bound
  std::uint64_t count = 0;
  for (const auto& [bound, total] : now.items()) {
    const auto was = before.value(bound, std::uint64_t{0});
    const auto is = total.get<std::uint64_t>();
    if (is <= was) continue;  // a restart counts from zero
    came[bound == "longer" ? UINT64_MAX : std::stoull(bound)] = is - was;
    count += is - was;
  }
  const auto bound_of = [&](std::uint64_t percent) -> Json {
    std::uint64_t seen = 0;
    for (const auto& [bound, times] : came) {
      seen += times;
      if (seen * 100 < count * percent) continue;
      return bound == UINT64_MAX ? Json() : Json(static_cast<double>(bound) / 1'000);
    }
    return {};
  };
  return {{"count", count}, {"p50_ms", bound_of(50)}, {"p99_ms", bound_of(99)}};
}

std::string Decimal(const Json& value, bool fr) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value.get<double>());
  std::string decimal = text;
  if (fr) decimal.replace(decimal.find('.'), 1, ",");
  return decimal;
}

// "2.0 ms", "4.1 s"
std::string Span(const Json& times, const char* percentile, bool fr) {
  if (times["count"] == 0) return "—";
  if (times[percentile].is_null()) return "> 67 s";
  const double ms = times[percentile];
  return "≤ " + Decimal(ms < 1'000 ? ms : ms / 1'000, fr) + (ms < 1'000 ? " ms" : " s");
}

std::string BreakerWord(const std::string& state, bool fr, bool color) {
  if (state == "closed") return fr ? "fermé" : "closed";
  const std::string word =
      state == "open" ? (fr ? "▲ ouvert" : "▲ open") : (fr ? "▲ essai" : "▲ probing");
  return color ? "\x1b[33m" + word + "\x1b[0m" : word;
}

struct Column {
  const char *key, *fr, *en;
};
constexpr Column kOfSource[] = {{"received_per_second", "reçus/s", "received/s"},
                                {"accepted_per_second", "acceptés/s", "accepted/s"},
                                {"quarantined_per_second", "quarantaine/s", "quarantined/s"},
                                {"merged_per_second", "fusionnés/s", "merged/s"},
                                {"rejected_per_second", "refusés/s", "rejected/s"}};
constexpr Column kOfDestination[] = {{"sent_per_second", "transmis/s", "sent/s"},
                                     {"withheld_per_second", "retenus/s", "withheld/s"},
                                     {"failed_per_second", "échecs/s", "failed/s"}};

template <std::size_t N>
std::string Table(const Json& rows, const char* title, const Column (&columns)[N], bool fr,
                  bool color) {
  std::string text = Left(title, 20);
  for (const Column& column : columns) text += Right(fr ? column.fr : column.en, 15);
  const bool queued = !rows.empty() && rows.begin()->contains("queue");
  if (queued) {
    text += Right("p50", 12) + Right("p99", 12) + Right(fr ? "en file" : "queued", 12) +
            (fr ? "  disjoncteur" : "  breaker");
  }
  text += "\n";
  for (const auto& [id, row] : rows.items()) {
    text += Left(id, 20);
    for (const Column& column : columns) text += Right(Decimal(row[column.key], fr), 15);
    if (queued) {
      text += Right(Span(row["sent_last_minute"], "p50_ms", fr), 12) +
              Right(Span(row["sent_last_minute"], "p99_ms", fr), 12);
      text += Right(std::to_string(row["queue"].template get<std::int64_t>()), 12) + "  " +
              BreakerWord(row["breaker"], fr, color);
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string TopFigures(const std::string& earliest, const std::string& before,
                       const std::string& now, double seconds) {
  const Json first = Json::parse(earliest, nullptr, false);
  const Json last = Json::parse(before, nullptr, false);
  const Json here = Json::parse(now, nullptr, false);
  for (const Json* one : {&first, &last, &here}) {
    if (!one->is_object() || !one->contains("sources")) return {};
  }
  Json figures{
      {"as_of", here["as_of"]},        {"tenant", here["tenant"]}, {"seconds", seconds},
      {"pending", here["pending"]},    {"held", here["held"]},     {"sources", Json::object()},
      {"destinations", Json::object()}};
  if (here.contains("canaries")) figures["canaries"] = here["canaries"];
  for (const auto& [id, row] : here["sources"].items()) {
    figures["sources"][id] =
        Rates(last, here, "sources", id,
              {"received", "accepted", "quarantined", "merged", "rejected"}, seconds);
  }
  for (const auto& [id, row] : here["destinations"].items()) {
    Json& there = figures["destinations"][id];
    there = Rates(last, here, "destinations", id, {"sent", "withheld", "failed"}, seconds);
    there["queue"] = row.value("queue", std::int64_t{0});
    there["breaker"] = row.value("breaker", std::string("closed"));
    const Json earlier = first.value("destinations", Json::object()).value(id, Json::object());
    there["sent_last_minute"] = Times(earlier.value("sent_within_micros", Json::object()),
                                      row.value("sent_within_micros", Json::object()));
  }
  figures["answered_last_minute"] = Times(first.value("answered_within_micros", Json::object()),
                                          here.value("answered_within_micros", Json::object()));
  Json reasons = Json::object();
  const Json earlier = first.value("withheld_reasons", Json::object());
  const Json latest = here.value("withheld_reasons", Json::object());
  for (const auto& [reason, count] : latest.items()) {
    const std::uint64_t was = earlier.value(reason, std::uint64_t{0});
    if (count.get<std::uint64_t>() > was) reasons[reason] = count.get<std::uint64_t>() - was;
  }
  figures["withheld_last_minute"] = reasons;
  return figures.dump();
}

std::string TopText(const std::string& figures, Language language, bool color) {
  const bool fr = language == Language::kFrench;
  const Json json = Json::parse(figures);
  std::string text = "octroi top · " + json["tenant"].get<std::string>() + " · " +
                     json["as_of"].get<std::string>().substr(0, 19) + "Z";
  if (json["held"].get<bool>()) {
    text += fr ? " · ENVOIS SUSPENDUS : le registre ne répond pas"
               : " · SENDING HELD: the register does not answer";
  }
  text += "\n";
  if (json.contains("canaries")) text += CanariesText(json["canaries"], language);
  text += "\n" + Table(json["sources"], "SOURCE", kOfSource, fr, color) + "\n" +
          Table(json["destinations"], "DESTINATION", kOfDestination, fr, color) + "\n";
  const Json& answered = json["answered_last_minute"];
  text += fr ? "RÉPONSE (1 min)   de la requête lue à la réponse durable : p50 "
             : "ANSWER (1 min)   from the request read to the durable answer: p50 ";
  text += Span(answered, "p50_ms", fr) + " · p99 " + Span(answered, "p99_ms", fr) + "\n";
  text +=
      fr ? "                  p50 et p99 d'une destination : de la réception à transmis, 1 min\n"
         : "                 p50 and p99 of a destination: from receipt to sent, 1 min\n";
  text += fr ? "RETENUS (1 min)" : "WITHHELD (1 min)";
  const char* between = "   ";
  for (const auto& [reason, count] : json["withheld_last_minute"].items()) {
    text += between + reason + " " + std::to_string(count.get<std::uint64_t>());
    between = " · ";
  }
  return text + (json["withheld_last_minute"].empty() ? "   —\n" : "\n");
}

}  // namespace octroi::gateway
