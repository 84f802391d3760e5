// The values that an expression is run on, and what its steps make of them. Private to the module.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rules/expression_program.h"

namespace octroi::rules {

// One value: what is not known has no other member that says anything.
struct Cell {
  bool known = false;
  std::int64_t whole = 0;  // int, bool, timestamp, duration
  double number = 0;
  std::string_view text;
};

inline Cell Unknown() { return {}; }
inline Cell Whole(std::int64_t whole) { return {true, whole, 0, {}}; }
inline Cell Number(double number) { return {true, 0, number, {}}; }

Cell FieldOf(const base::Value& value, ExpressionType type);
Cell OfInts(Op op, std::int64_t left, std::int64_t right);  // kAddInt .., and those of times
Cell OfDoubles(Op op, double left, double right);           // kAddDouble ..
Cell OfTime(Op op, std::int64_t time);                      // kYear ..
Cell Converted(Op op, const Cell& cell);                    // kIntOfDouble ..

bool Holds(Relation relation, std::partial_ordering order);
// Exact, which a conversion to double is not.
std::partial_ordering Order(std::int64_t whole, double number);

}  // namespace octroi::rules
