#include <nlohmann/json.hpp>

OCTROI_JSON(, nlohmann::basic_json<>)
