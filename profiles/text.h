// What the forms of values have in common, whatever they say. Private to the module; ASCII is read,
// any other character counts as a letter.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace octroi::profiles {

// Runs of one kind as one character: digits 9, upper case A, lower case and beyond ASCII a, blanks
// one blank; all else as it stands: "12, rue d'Apt" -> "9, a a'Aa". At most 48 bytes of it.
std::string ShapeOf(std::string_view value);
// The same, a character of the shape for each of the value: "F-75002" -> "A-99999". Values of more
// than 32 bytes have none.
std::string ExactShapeOf(std::string_view value);

// A number as people and programs write it, and what is written behind it: "1 234,50 EUR", "-3e5",
// "16.0 oz.", "80%".
struct Measure {
  double number = 0;
  std::string_view unit;  // no digits; without the blanks before it; may be empty
};
std::optional<Measure> MeasureOf(std::string_view value);
// A unit in everyday use, in its own or its written form, French or English, whatever its case and
// full stop: "kg", "Oz.", "heures", "%". Only its first word counts.
bool IsUnit(std::string_view unit);

// What programs and people write for "nothing": "N/A", "null", "NaN", "#REF!", "néant", "-".
bool IsPlaceholder(std::string_view value);

// Lower case, and nothing but letters and digits.
std::string Folded(std::string_view value);
std::string DigitsOf(std::string_view value);
std::vector<std::string_view> WordsOf(std::string_view value);  // letters and digits together

// Letters that were put in, left out, replaced or swapped with the next one (optimal string
// alignment); `most` + 1 where there are more.
std::size_t Distance(std::string_view a, std::string_view b, std::size_t most);

}  // namespace octroi::profiles
