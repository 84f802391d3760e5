# Config: strict YAML, JSON Schemas, cross-file checks, and the plan they compile to.
find_package(yaml-cpp 0.7 REQUIRED)

# The schemas and the starter folder go into the binary.
set(embedded "")
set(embedded_files "")
foreach(language fr en)
  foreach(kind gateway dictionary purpose notice source contract policy pseudonym destination list test
               canary)
    list(APPEND embedded "schema/${language}/${kind}.schema.json=${CMAKE_SOURCE_DIR}/docs/schema/${language}/${kind}.schema.json")
    list(APPEND embedded_files "${CMAKE_SOURCE_DIR}/docs/schema/${language}/${kind}.schema.json")
  endforeach()
endforeach()
foreach(file gateway.yaml vocabulary/marketing.yaml purposes/marketing.email.yaml notices/newsletter-v1.yaml
             sources/site-web.yaml contracts/lead.yaml policies/marketing-email.yaml
             pseudonyms/per-destination.yaml destinations/emailing.yaml tests/marketing-email.yaml)
  list(APPEND embedded "starter/${file}=${CMAKE_CURRENT_SOURCE_DIR}/config/starter/${file}")
  list(APPEND embedded_files "${CMAKE_CURRENT_SOURCE_DIR}/config/starter/${file}")
endforeach()
string(REPLACE ";" "|" embedded "${embedded}")
add_custom_command(
  OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/config_embedded.cc"
  COMMAND ${CMAKE_COMMAND} "-DOUT=${CMAKE_CURRENT_BINARY_DIR}/config_embedded.cc" -DHEADER=gateway/config/schema.h
          -DNAMESPACE=octroi::gateway::config "-DFILES=${embedded}"
          -P "${CMAKE_CURRENT_SOURCE_DIR}/config/embed.cmake"
  DEPENDS ${embedded_files} "${CMAKE_CURRENT_SOURCE_DIR}/config/embed.cmake"
  VERBATIM)

octroi_gateway_part(gateway_config
  SOURCES
    ask/answer.cc
    ask/in_order.cc
    ask/question.cc
    ask/sentence.cc
    ask/words.cc
    canary/bytes.cc
    canary/people.cc
    config/check_canaries.cc
    config/check_contracts.cc
    config/check_destinations.cc
    config/check_gateway.cc
    config/check_groups.cc
    config/check_law.cc
    config/check_invariants.cc
    config/check_journeys.cc
    config/check_muted.cc
    config/check_purposes.cc
    config/check_sources.cc
    config/check_templates.cc
    config/codes_later.cc
    config/codes_meaning.cc
    config/codes_reading.cc
    config/codes_rules.cc
    config/compile_canaries.cc
    config/compile_contracts.cc
    config/compile_destinations.cc
    config/compile_notices.cc
    config/compile_policies.cc
    config/compile_signals.cc
    config/compile_sources.cc
    config/csv.cc
    config/findings.cc
    config/folder.cc
    config/formats.cc
    config/init.cc
    config/keys.cc
    config/lines.cc
    config/load.cc
    config/node.cc
    config/node_json.cc
    config/outside_files.cc
    config/places.cc
    config/policy_cases.cc
    config/references.cc
    config/journey_facts.cc
    config/register_facts.cc
    config/render.cc
    config/rotation.cc
    config/rule_faults.cc
    config/scalar.cc
    config/schema.cc
    config/shape.cc
    config/suggest.cc
    config/text_check.cc
    config/world.cc
    config/yaml_reader.cc
    cloud_event_paths.cc
    cmp_choices.cc
    cmp_didomi.cc
    cmp_onetrust.cc
    cmp_reading.cc
    plan.cc
    "${CMAKE_CURRENT_BINARY_DIR}/config_embedded.cc"
  USES base crypto rules policies signals
  PARTS gateway_sender
  EXTERNAL yaml-cpp json Poco::Foundation)
