#include "base/metrics.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>

#include "base/guarded.h"

namespace octroi::base {
namespace {

enum class Kind { kCounter, kGauge, kLatency };

void AppendEscaped(std::string_view value, std::string& out) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n') {
      out.append("\\n");
    } else {
      out.push_back(c);
    }
  }
}

// `a="x",b="y"`, in the order of the names, so that the same set is the same series.
std::string LabelText(Labels labels) {
  std::sort(labels.begin(), labels.end(),
            [](const auto& a, const auto& b) { return a.name.text() < b.name.text(); });
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text.push_back(',');
    text.append(name.text()).append("=\"");
    AppendEscaped(value.text(), text);
    text.push_back('"');
  }
  return text;
}

void AppendSample(std::string_view name, std::string_view suffix, std::string_view labels,
                  std::string_view value, std::string& out) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

std::string Seconds(std::uint64_t micros) {
  char text[32];
  std::snprintf(text, sizeof text, "%llu.%06llu",
                static_cast<unsigned long long>(micros / 1'000'000),
                static_cast<unsigned long long>(micros % 1'000'000));
  return text;
}

}  // namespace

void Latency::Record(std::int64_t micros) {
  const std::uint64_t value = micros < 0 ? 0 : static_cast<std::uint64_t>(micros);
  int bucket = 0;
  while (bucket < kBuckets && (std::uint64_t{1} << bucket) < value) ++bucket;
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_micros_.fetch_add(value, std::memory_order_relaxed);
}

struct Metrics::State {
  struct Family {
    Kind kind;
    std::map<std::string, Counter> counters;  // by label text; a map never moves its values
    std::map<std::string, Gauge> gauges;
    std::map<std::string, Latency> latencies;
  };
  using Families = std::map<std::string, Family, std::less<>>;

  static Family& FamilyOf(Families& families, std::string_view name, Kind kind) {
    Family& family =
        families.try_emplace(std::string(name), Family{kind, {}, {}, {}}).first->second;
    if (family.kind != kind) std::abort();  // one name, two types: a mistake in the program
    return family;
  }
  static void Render(const std::string& name, const Family& family, std::string& out);
  static void Render(std::string_view name, const std::string& labels, const Latency& latency,
                     std::string& out);

  Guarded<Families> families;
};

void Metrics::State::Render(std::string_view name, const std::string& labels,
                            const Latency& latency, std::string& out) {
  const std::string comma = labels.empty() ? "" : ",";
  std::uint64_t count = 0;
  for (int bucket = 0; bucket <= Latency::kBuckets; ++bucket) {
    count += latency.buckets_[bucket].load(std::memory_order_relaxed);
    const std::string limit =
        bucket == Latency::kBuckets ? "+Inf" : Seconds(std::uint64_t{1} << bucket);
    AppendSample(name, "_bucket", labels + comma + "le=\"" + limit + "\"", std::to_string(count),
                 out);
  }
  AppendSample(name, "_count", labels, std::to_string(count), out);
  AppendSample(name, "_sum", labels, Seconds(latency.sum_micros_.load(std::memory_order_relaxed)),
               out);
}

void Metrics::State::Render(const std::string& name, const Family& family, std::string& out) {
  switch (family.kind) {
    case Kind::kCounter:
      out.append("# TYPE ").append(name).append(" counter\n");
      for (const auto& [labels, counter] : family.counters) {
        AppendSample(name, "_total", labels, std::to_string(counter.value()), out);
      }
      return;
    case Kind::kGauge:
      out.append("# TYPE ").append(name).append(" gauge\n");
      for (const auto& [labels, gauge] : family.gauges) {
        AppendSample(name, "", labels, std::to_string(gauge.value()), out);
      }
      return;
    case Kind::kLatency: {
      const std::string full = name + "_seconds";
      out.append("# TYPE ").append(full).append(" histogram\n");
      out.append("# UNIT ").append(full).append(" seconds\n");
      for (const auto& [labels, latency] : family.latencies) Render(full, labels, latency, out);
      return;
    }
  }
}

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::CounterOf(Id name, const Labels& labels) {
  return state_->families.With([&](State::Families& families) -> Counter& {
    return State::FamilyOf(families, name.text(), Kind::kCounter).counters[LabelText(labels)];
  });
}

Gauge& Metrics::GaugeOf(Id name, const Labels& labels) {
  return state_->families.With([&](State::Families& families) -> Gauge& {
    return State::FamilyOf(families, name.text(), Kind::kGauge).gauges[LabelText(labels)];
  });
}

Latency& Metrics::LatencyOf(Id name, const Labels& labels) {
  return state_->families.With([&](State::Families& families) -> Latency& {
    return State::FamilyOf(families, name.text(), Kind::kLatency).latencies[LabelText(labels)];
  });
}

std::string Metrics::Render() const {
  std::string out;
  state_->families.With([&](const State::Families& families) {
    for (const auto& [name, family] : families) State::Render(name, family, out);
  });
  out.append("# EOF\n");
  return out;
}

}  // namespace octroi::base
