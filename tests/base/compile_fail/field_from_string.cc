// expect: no matching function|no matching constructor
#include <string>

#include "base/log.h"

octroi::base::LogField Leak(const std::string& text) {
  return octroi::base::LogField("email", text);
}
