// expect: no matching function|no matching constructor
#include "base/log.h"

octroi::base::LogField Leak(const char* text) { return octroi::base::LogField("email", text); }
