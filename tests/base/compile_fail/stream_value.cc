// expect: no match for .operator<<.|invalid operands to binary expression
#include <iostream>

#include "base/event.h"

void Leak(const octroi::base::Event& event) { std::cout << event[0]; }
