# llhttp: the C sources of Debian's node-llhttp, its strict variant. Their warnings are not our errors.
find_path(LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include PATH_SUFFIXES llhttp REQUIRED)
find_path(LLHTTP_SOURCE llhttp.c PATHS /usr/share PATH_SUFFIXES llhttp REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)
add_library(llhttp STATIC ${LLHTTP_SOURCE}/llhttp.c ${LLHTTP_SOURCE}/api.c ${LLHTTP_SOURCE}/http.c)
target_include_directories(llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE})
target_compile_definitions(llhttp PUBLIC LLHTTP_STRICT_MODE=1)
target_compile_options(llhttp PRIVATE -w)

octroi_gateway_part(gateway_edge
  SOURCES
    edge/answer.cc
    edge/answer_queue.cc
    edge/body_reader.cc
    edge/connection.cc
    edge/connection_output.cc
    edge/counters.cc
    edge/deadlines.cc
    edge/edge.cc
    edge/fault.cc
    edge/gunzip.cc
    edge/head.cc
    edge/head_fields.cc
    edge/head_lines.cc
    edge/loop.cc
    edge/mailbox.cc
    edge/request_reader.cc
    edge/socket.cc
    edge/stream.cc
    edge/tls.cc
  USES base
  EXTERNAL llhttp OpenSSL::SSL ZLIB::ZLIB)
