// cloudevents/conformance: every HTTP scenario of its feature, and every sample event in all three
// modes. What is compared is the text that is judged, journalled and forwarded.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gateway/cloud_events_request.h"
#include "gateway/edge/head.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;
using Headers = CloudEventsRequest::Headers;
using base::Reason;

std::string FileText(const std::string& name) {
  std::ifstream file(OCTROI_SOURCE_DIR "/tests/data/cloudevents-conformance/" + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \r"));
  text.erase(text.find_last_not_of(" \r") + 1);
  return text;
}

struct Scenario {
  std::string name;
  std::vector<std::string> texts;  // between """: the request, the data
  std::vector<std::vector<std::string>> attributes, examples;
};

// As much of Gherkin as the feature uses.
std::vector<Scenario> Scenarios() {
  std::vector<Scenario> all;
  std::istringstream lines(FileText("features/http-protocol-binding.feature"));
  std::size_t indent = 0;
  bool text = false, examples = false;
  for (std::string line; std::getline(lines, line);) {
    const std::string trimmed = Trimmed(line);
    if (trimmed == "\"\"\"") {
      indent = line.find('"');
      text = !text;
      if (text) all.back().texts.emplace_back();
    } else if (text) {
      all.back().texts.back() += (line.size() > indent ? line.substr(indent) : "") + "\n";
    } else if (trimmed.starts_with("Scenario")) {
      all.push_back({trimmed, {}, {}, {}});
      examples = false;
    } else if (trimmed.starts_with("Examples")) {
      examples = true;
    } else if (trimmed.starts_with("|")) {
      std::istringstream cells(trimmed.substr(1));
      auto& row = (examples ? all.back().examples : all.back().attributes).emplace_back();
      for (std::string cell; std::getline(cells, cell, '|');) row.push_back(Trimmed(cell));
    }
  }
  return all;
}

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

// The request as the edge reads its head; the body is as long as the head says.
std::pair<int, std::vector<CloudEventsRequest::Read>> TakeOverHttp(const std::string& request) {
  const std::size_t end = request.find("\n\n");
  const std::string wire = Replaced(request.substr(0, end), "\n", "\r\n") + "\r\n\r\n";
  std::string body = request.substr(end + 2);
  body.pop_back();  // the line's end before """
  edge::Head head;
  std::string_view input = wire;
  EXPECT_EQ(edge::HeadReader().Take(input, head), edge::Fault::kNone);
  EXPECT_EQ(head.content_length, body.size());
  CloudEventsRequest taken;
  return taken.TakeHead(head.request, body);
}

TEST(Conformance, EveryScenarioOfTheHttpFeature) {
  const std::vector<Scenario> scenarios = Scenarios();
  ASSERT_EQ(scenarios.size(), 2u);
  std::size_t count = 0;
  for (const Scenario& scenario : scenarios) {
    ASSERT_EQ(scenario.texts.size(), 2u);
    for (std::size_t e = 1; e < scenario.examples.size(); ++e, ++count) {
      const std::string& content_type = scenario.examples[e][0];
      SCOPED_TRACE(scenario.name + " " + content_type);
      const auto [status, events] =
          TakeOverHttp(Replaced(scenario.texts[0], "<contentType>", content_type));
      EXPECT_EQ(status, 0);
      ASSERT_EQ(events.size(), 1u);
      ASSERT_EQ(events[0].fault.rule, "");
      Json wanted = {{"data", Json::parse(scenario.texts[1])}};
      for (std::size_t a = 1; a < scenario.attributes.size(); ++a)
        wanted[scenario.attributes[a][0]] =
            Replaced(scenario.attributes[a][1], "<contentType>", content_type);
      EXPECT_EQ(Json::parse(events[0].text), wanted);
    }
  }
  EXPECT_EQ(count, 4u);
}

// A sample as a sender has it: attributes and payload bytes.
struct Sample {
  std::map<std::string, std::string> attributes;
  std::string data;
};

std::vector<Sample> Samples(const std::string& file) {
  std::vector<Sample> all;
  for (const YAML::Node& document : YAML::LoadAll(FileText(file))) {
    Sample& sample = all.emplace_back();
    for (const auto& attribute : document["ContextAttributes"]) {
      const auto name = attribute.first.as<std::string>();
      if (name != "Extensions") {
        sample.attributes[name] = attribute.second.as<std::string>();
        continue;
      }
      for (const auto& extension : attribute.second)
        sample.attributes[extension.first.as<std::string>()] = extension.second.as<std::string>();
    }
    sample.data = document["Data"].as<std::string>();
  }
  return all;
}

Json AsJson(const Sample& sample) {
  Json event = sample.attributes;
  const auto type = sample.attributes.find("datacontenttype");
  const bool json = type == sample.attributes.end() || IsJsonMediaType(type->second);
  event["data"] = json ? Json::parse(sample.data) : Json(sample.data);
  return event;
}

// Protocol binding 3.1.3.2, encoding.
std::string PercentEncoded(const std::string& value) {
  std::string encoded;
  for (const char c : value) {
    if (c > ' ' && c <= '~' && c != '"' && c != '%') {
      encoded += c;
      continue;
    }
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned char>(c));
    encoded += hex;
  }
  return encoded;
}

Headers AsHeaders(const Sample& sample) {
  Headers headers;
  for (const auto& [name, value] : sample.attributes) {
    if (name == "datacontenttype") {
      headers.emplace_back("content-type", value);
    } else {
      headers.emplace_back("ce-" + name, PercentEncoded(value));
    }
  }
  return headers;
}

struct Mode {
  const char* name;
  Headers headers;
  std::string body;
};

std::vector<Mode> InEveryMode(const Sample& sample) {
  const std::string event = AsJson(sample).dump();
  return {{"structured", {{"content-type", "application/cloudevents+json"}}, event},
          {"batched", {{"content-type", "application/cloudevents-batch+json"}}, "[" + event + "]"},
          {"binary", AsHeaders(sample), sample.data}};
}

struct File {
  const char* name;
  std::size_t samples;
  bool readable;
};

TEST(Conformance, EverySampleInEveryModeIsTheSameEvent) {
  const File files[] = {{"yaml/v1.yaml", 2, true},
                        {"yaml/v1.0/v1_minimum.yaml", 6, true},
                        {"yaml/v03.yaml", 1, false},
                        {"yaml/v0.3/v03_minimum.yaml", 6, false}};
  CloudEventsRequest request;
  for (const File& file : files) {
    auto samples = Samples(file.name);
    // v1.yaml begins with the binary sample, whose `Mode` is not part of the event.
    EXPECT_EQ(samples.size(), file.samples) << file.name;
    for (const Sample& sample : samples) {
      for (const Mode& mode : InEveryMode(sample)) {
        SCOPED_TRACE(file.name + (" " + sample.attributes.at("id") + " ") + mode.name);
        const auto [status, events] = request.Take(mode.headers, mode.body);
        EXPECT_EQ(status, 0);
        ASSERT_EQ(events.size(), 1u);
        if (file.readable) {
          ASSERT_EQ(events[0].fault.rule, "");
          EXPECT_EQ(Json::parse(events[0].text), AsJson(sample));
        } else {
          EXPECT_EQ(events[0].fault.reason, Reason::kCloudEventVersion);
          EXPECT_EQ(events[0].fault.pointer, "/specversion");
        }
      }
    }
  }
}

}  // namespace
}  // namespace octroi::gateway
