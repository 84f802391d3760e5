octroi_gateway_part(gateway_service
  SOURCES
    admin_socket.cc
    api.cc
    ask/example.cc
    ask/report.cc
    audit.cc
    auditor.cc
    change/cells.cc
    change/control.cc
    change/difference.cc
    change/impact.cc
    change/reach.cc
    change/report.cc
    change/statement.cc
    cli.cc
    cli_ask.cc
    cli_change.cc
    cli_consent.cc
    cli_flow.cc
    cli_options.cc
    cli_reconcile.cc
    cli_simulate.cc
    cli_test.cc
    cli_store.cc
    cli_text.cc
    cli_text_ask.cc
    cli_text_change.cc
    cli_text_consent.cc
    cli_text_flow.cc
    cli_text_explain.cc
    cli_text_simulate.cc
    cli_top.cc
    cloud_event.cc
    cmp_request.cc
    cloud_event_http.cc
    config_desk.cc
    config_desk_answers.cc
    consent_answers.cc
    consent_desk.cc
    consent_history.cc
    consent_parts.cc
    consent_request.cc
    consent_watch.cc
    evaluate.cc
    event_reader.cc
    explain.cc
    explain_report.cc
    forward_desk.cc
    gate.cc
    housekeeper.cc
    messages.cc
    migrate.cc
    names.cc
    policy_tests.cc
    projector.cc
    rate_limits.cc
    receipt.cc
    reconcile.cc
    recovery.cc
    replay.cc
    replay_serve.cc
    replay_walk.cc
    report.cc
    request_events.cc
    seen.cc
    service.cc
    simulate.cc
    split_events.cc
    tap.cc
    top.cc
    whole_file.cc
  USES base crypto rules policies signals journal store
  PARTS gateway_config gateway_edge gateway_sender gateway_dispatcher gateway_signals)

# The only place that sees everything.
octroi_check_arrows(main gateway store_sqlite store_postgres)
add_executable(octroi main.cc)
target_link_libraries(octroi PRIVATE build_options gateway_service store_sqlite store_postgres)
target_compile_definitions(gateway_service PRIVATE OCTROI_VERSION="${PROJECT_VERSION}")
