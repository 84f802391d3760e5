#include "gateway/edge/counters.h"

namespace octroi::gateway::edge {

Counters::Counters(base::Metrics& metrics)
    : connections(&metrics.GaugeOf("octroi_edge_connections")),
      bytes_in(&metrics.CounterOf("octroi_edge_bytes", {{base::Id("direction"), base::Id("in")}})),
      bytes_out(
          &metrics.CounterOf("octroi_edge_bytes", {{base::Id("direction"), base::Id("out")}})),
      durable(&metrics.LatencyOf("octroi_answer_durable")),
      by_class{},
      refused{} {
  static constexpr std::string_view kClasses[] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (std::size_t i = 0; i < by_class.size(); ++i) {
    by_class[i] = &metrics.CounterOf("octroi_edge_requests",
                                     {{base::Id("class"), base::Id::OfConfig(kClasses[i])}});
  }
  for (std::size_t i = 1; i < refused.size(); ++i) {
    const std::string_view code = WordsOf(static_cast<Fault>(i)).code;
    refused[i] =
        &metrics.CounterOf("octroi_edge_refused", {{base::Id("reason"), base::Id::OfConfig(code)}});
  }
}

}  // namespace octroi::gateway::edge
