// A table of customers and orders as a shop exports it, made by chance, with errors planted if
// wanted: letters swapped, codes damaged, the wrong region, units, placeholders, dates as people
// write them, a country in the city's column, an amount without its comma.
#pragma once

#include <cstdint>

#include "profiles/dirty_tables.h"

namespace octroi::profiles {

DirtyTable ShopTable(std::uint64_t seed, bool dirty);

}  // namespace octroi::profiles
