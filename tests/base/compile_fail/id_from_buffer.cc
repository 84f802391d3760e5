// expect: is not a constant expression|not a constant expression
#include <cstdio>

#include "base/log.h"

octroi::base::Id Leak(int number) {
  char text[16];
  std::snprintf(text, sizeof text, "%d", number);
  return octroi::base::Id(text);
}
