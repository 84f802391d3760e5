# Durable decisions to destinations.
octroi_gateway_part(gateway_dispatcher
  SOURCES
    dispatcher/breaker.cc
    dispatcher/dispatcher.cc
    dispatcher/groups.cc
    dispatcher/in_hand.cc
    dispatcher/lane.cc
    dispatcher/lane_abreast.cc
    dispatcher/lane_outcomes.cc
    dispatcher/lane_queue.cc
    dispatcher/outcome_book.cc
    dispatcher/second_decision.cc
    dispatcher/send_gate.cc
  USES base crypto rules policies journal
  PARTS gateway_sender gateway_config)
