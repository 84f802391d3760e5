// expect: no matching (function|constructor)|is private within|calling a private
#include "base/log.h"

octroi::base::Id Leak(std::string_view text) { return octroi::base::Id(text); }
