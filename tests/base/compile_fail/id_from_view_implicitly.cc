// expect: could not convert|cannot convert|no viable conversion
#include "base/log.h"

octroi::base::Id Leak(std::string_view text) { return text; }
