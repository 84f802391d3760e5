#include <algorithm>

#include "gateway/config/checks.h"

namespace octroi::gateway::config {

// A journey that counts nobody is a figure that nobody misses: say so where it is written.
void Checker::Journey(const Document& dictionary, const Node& counts) const {
  if (counts.Find("journey") == nullptr) return;
  const Node* same = counts.FindString("same");
  if (same != nullptr && same->text != "subject") Add(1410, dictionary, same->at, {same->text});
  if (counts.Find("purpose") == nullptr) {
    Add(2122, dictionary, counts.KeyAt("journey"));
  } else {
    Refers(dictionary, counts.Find("purpose"), "Purpose", 1205);
  }
  for (const Node& event : counts.List("journey")) {
    const bool comes = std::ranges::any_of(world_.Of("Source"), [&](const Document* source) {
      const auto& accepts = source->root.List("accepts");
      return std::ranges::any_of(accepts,
                                 [&](const Node& one) { return one.Text("event") == event.text; });
    });
    if (!comes) Add(2123, dictionary, event.at, {event.text});
  }
}

}  // namespace octroi::gateway::config
