// <nlohmann/json.hpp> as who links `json` gets it: the library's own, and the promise that its two
// kinds of document are compiled once (gateway/json/*.cc). They are large: without it each of the
// hundred files that use one compiled a parser, a serialiser and their sanitizer checks anew, which
// was two thirds of their time. Who does not link `json` gets the library's own, and links as well.
#pragma once

#include_next <nlohmann/json.hpp>
#include <string>
#include <vector>

// `how`: extern, where it is used; nothing, in the one place where it is compiled. Texts are read
// from a std::string or from a span of characters.
#define OCTROI_JSON_READ(how, document, input)                                           \
  how template class nlohmann::detail::lexer<document, input>;                           \
  how template class nlohmann::detail::parser<document, input>;                          \
  how template bool nlohmann::detail::parser<document, input>::sax_parse_internal(       \
      nlohmann::detail::json_sax_dom_parser<document>*);                                 \
  how template bool nlohmann::detail::parser<document, input>::sax_parse_internal(       \
      nlohmann::detail::json_sax_dom_callback_parser<document>*);
#define OCTROI_JSON(how, document)                                                       \
  how template class document;                                                           \
  how template class std::vector<document>;                                              \
  how template class nlohmann::detail::serializer<document>;                             \
  how template class nlohmann::detail::iter_impl<const document>;                       \
  how template class nlohmann::detail::json_sax_dom_parser<document>;                    \
  how template class nlohmann::detail::json_sax_dom_callback_parser<document>;           \
  OCTROI_JSON_READ(how, document, nlohmann::detail::iterator_input_adapter<const char*>) \
  OCTROI_JSON_READ(how, document,                                                        \
                   nlohmann::detail::iterator_input_adapter<std::string::const_iterator>)

OCTROI_JSON(extern, nlohmann::basic_json<>)
OCTROI_JSON(extern, nlohmann::basic_json<nlohmann::ordered_map>)
