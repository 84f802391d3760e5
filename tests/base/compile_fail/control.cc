// Compiles: what the other files do wrongly, done rightly.
#include <string>

#include "base/event.h"
#include "base/log.h"

void Control(const octroi::base::Event& event, const std::string& name) {
  using octroi::base::Id;
  octroi::base::Log::Info("event.read", {{"source", Id::OfConfig(name)},
                                         {"reason", "json.invalid"},
                                         {"bytes", event.text().size()},
                                         {"last", true}});
}
