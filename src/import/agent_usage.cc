#include "import/agent_usage.h"

#include <simdjson.h>

#include <string>

namespace par::import {
namespace {

namespace dom = simdjson::dom;

constexpr double kMost = 1e12;  // of dollars or tokens; also keeps sums finite

double number_at(const dom::element& json, std::string_view pointer) {
  double number = 0;
  if (pointer.empty() || json.at_pointer(pointer).get(number)) return 0;
  return number > 0 && number < kMost ? number : 0;
}

}  // namespace

struct UsageReader::Parser {
  dom::parser json;
};

UsageReader::UsageReader(const core::UsageFields& fields)
    : fields_(fields), parser_(std::make_unique<Parser>()) {}
UsageReader::~UsageReader() = default;

void UsageReader::add(std::string_view line) {
  // Most lines are of other kinds, and need not be parsed.
  if (!line.starts_with('{') || line.find(fields_.line) == std::string_view::npos) return;
  dom::element json;
  std::string_view type;
  if (parser_->json.parse(line.data(), line.size()).get(json) || json["type"].get(type) ||
      type != fields_.line)
    return;
  Usage said{number_at(json, fields_.cost)};
  for (const auto pointer : fields_.tokens)
    said.tokens += static_cast<std::int64_t>(number_at(json, pointer));
  if (!fields_.each) usage_ = {};
  usage_.cost += said.cost;
  usage_.tokens += said.tokens;
}

}  // namespace par::import
