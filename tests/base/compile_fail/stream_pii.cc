// expect: no match for .operator<<.|invalid operands to binary expression
#include <iostream>

#include "base/log.h"

void Leak(octroi::base::Pii pii) { std::cout << pii; }
