# nlohmann/json, compiled once: json/nlohmann/json.hpp. To be linked instead of nlohmann_json::nlohmann_json.
find_package(nlohmann_json 3.11 REQUIRED)
add_library(json STATIC json/json.cc json/ordered_json.cc)
target_include_directories(json BEFORE PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/json")
target_link_libraries(json PUBLIC build_options nlohmann_json::nlohmann_json)
