#include "base/json_index.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>

#include "base/json_text.h"

namespace octroi::base {
namespace {

using Implementation = simdjson::internal::dom_parser_implementation;

constexpr std::size_t kFirstCapacity = 64 * 1024;

ParseFault BeforeIndex(std::string_view json) {
  if (json.size() > kBodyInflatedBytesMax) return {Reason::kJsonLimit, "bytes", 0};
  if (json.starts_with("\xef\xbb\xbf")) return {Reason::kJsonInvalid, "bom", 0};
  return {};
}

bool IsOperator(char c) {
  return c == '{' || c == '}' || c == '[' || c == ']' || c == ':' || c == ',';
}

// What simdjson's first stage finds, byte by byte, for texts that it refuses to index.
bool Scan(std::string_view json, std::vector<std::uint32_t>& positions) {
  positions.clear();
  bool scalar = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (IsJsonSpace(c)) {
      scalar = false;
      continue;
    }
    const bool plain = c != '"' && !IsOperator(c);
    if (!plain || !scalar) positions.push_back(static_cast<std::uint32_t>(at));
    scalar = plain;
    if (c != '"') continue;
    for (++at; at < json.size() && json[at] != '"'; ++at) at += json[at] == '\\' ? 1 : 0;
    if (at >= json.size()) return false;
  }
  positions.push_back(static_cast<std::uint32_t>(json.size()));
  return true;
}

ParseFault FaultOf(int error, std::string_view json) {
  switch (error) {
    case simdjson::EMPTY:
      return {Reason::kJsonInvalid, "empty", 0};
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY:
      return {Reason::kJsonLimit, "memory", 0};
    default:
      return FindTextFault(json);
  }
}

}  // namespace

struct JsonIndexer::State {
  std::unique_ptr<Implementation> simd;
  std::vector<std::uint32_t> scanned;
};

JsonIndexer::JsonIndexer() : state_(std::make_unique<State>()) {}
JsonIndexer::~JsonIndexer() = default;

int JsonIndexer::Run(std::string_view json, JsonIndex& index) {
  std::unique_ptr<Implementation>& simd = state_->simd;
  simdjson::error_code error = simdjson::SUCCESS;
  if (simd == nullptr) {
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        kFirstCapacity, kJsonDepthMax, simd);
  }
  if (error == simdjson::SUCCESS && json.size() > simd->capacity()) {
    error = simd->set_capacity(std::bit_ceil(json.size()));
  }
  if (error != simdjson::SUCCESS) return error;
  // The first stage copies its last, partial block, so the text needs no padding (a test with a
  // guard page holds this).
  error = simd->stage1(reinterpret_cast<const std::uint8_t*>(json.data()), json.size(),
                       simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS) return error;
  index.begin = simd->structural_indexes.get();
  index.end = index.begin + simd->n_structural_indexes;
  simd->structural_indexes[simd->n_structural_indexes] = static_cast<std::uint32_t>(json.size());
  return simdjson::SUCCESS;
}

ParseFault JsonIndexer::Strict(std::string_view json, JsonIndex& index) {
  if (const ParseFault fault = BeforeIndex(json); fault.reason != Reason::kUndecided) return fault;
  const int error = Run(json, index);
  return error == simdjson::SUCCESS ? ParseFault{} : FaultOf(error, json);
}

ParseFault JsonIndexer::Structure(std::string_view json, JsonIndex& index) {
  if (const ParseFault fault = BeforeIndex(json); fault.reason != Reason::kUndecided) return fault;
  const int error = Run(json, index);
  if (error == simdjson::SUCCESS) return {};
  // What is wrong inside a string does not matter here: Parse will say it of the element.
  if (error != simdjson::UTF8_ERROR && error != simdjson::UNESCAPED_CHARS) {
    return FaultOf(error, json);
  }
  if (!Scan(json, state_->scanned)) return {Reason::kJsonInvalid, "unclosed_string", json.size()};
  index.begin = state_->scanned.data();
  index.end = index.begin + state_->scanned.size() - 1;
  return {};
}

}  // namespace octroi::base
