octroi_gateway_part(gateway_signals
  SOURCES
    event_signals.cc
    signal_report.cc
  USES base policies signals journal
  PARTS gateway_config)
