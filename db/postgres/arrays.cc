#include "store_postgres/arrays.h"

namespace octroi::store_postgres {

void Array::AddHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  Separate();
  text_ += '"';  // an empty element must not read as none
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text_ += kDigits[byte >> 4];
    text_ += kDigits[byte & 15];
  }
  text_ += '"';
}

void Array::AddText(std::string_view text) {
  Separate();
  text_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') text_ += '\\';
    text_ += c;
  }
  text_ += '"';
}

}  // namespace octroi::store_postgres
