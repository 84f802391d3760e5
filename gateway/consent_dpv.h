// The terms of DPV that consent records are written in, and the parts of a record that the config
// alone settles. Internal to consent_dpv*.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "gateway/config/register_facts.h"
#include "policies/consent.h"

namespace octroi::gateway::dpv {

using Json = nlohmann::ordered_json;
using Missing = std::set<std::string>;  // names of TS 27560's fields that nothing settles

Json Context();
std::string SchemaOf(std::string_view part);         // "record-eu-gdpr" -> its IRI
std::string_view BasisTerm(std::string_view basis);  // "": none
std::string_view ActorTerm(std::string_view actor);  // likewise

Json Controller(const config::RegisterFacts& facts, Missing& missing);
Json Process(const config::RegisterFacts& facts, const std::string& id,
             const config::PurposeFacts& purpose, Missing& missing);
// `detail`: DetailOf(event).
Json Notice(const config::RegisterFacts& facts, const policies::ConsentEvent& event,
            const Json& detail, Missing& missing);
// "": an objection, which is the exercise of a right.
std::string_view StatusOf(const policies::ConsentEvent& event, const Json& detail, bool renewed);

}  // namespace octroi::gateway::dpv
