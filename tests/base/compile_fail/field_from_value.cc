// expect: no matching function|no matching constructor
#include "base/event.h"
#include "base/log.h"

octroi::base::LogField Leak(const octroi::base::Event& event) {
  return octroi::base::LogField("email", event[0].text);
}
