// expect: could not convert|cannot convert|no viable conversion
#include "base/log.h"

octroi::base::Id Leak(octroi::base::Pii pii) { return pii; }
