# Contracts of other standards: JSON Schema and ODCS, read and written. Needs no gateway.
octroi_gateway_part(gateway_contract
  SOURCES
    contract/condition.cc
    contract/ecma_pattern.cc
    contract/import.cc
    contract/json_schema.cc
    contract/note.cc
    contract/odcs_export.cc
    contract/odcs_import.cc
    contract/odcs_object.cc
    contract/odcs_options.cc
    contract/odcs_quality.cc
    contract/odcs_words.cc
    contract/read.cc
    contract/rule_maker.cc
    contract/schema_keywords.cc
    contract/schema_members.cc
    contract/schema_reader.cc
  USES base rules
  PARTS gateway_config
  EXTERNAL json)
