octroi_gateway_part(gateway_signals
  SOURCES
    signal_report.cc
  USES base signals)
