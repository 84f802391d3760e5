# The console: its API and its pages. The pages are built from web/ and kept in web/dist, so that a build needs no
# node; `./dev web` makes them anew (docs/decisions/0040-console.md).
option(OCTROI_CONSOLE "put the console into the binary" ON)
find_package(ZLIB REQUIRED)
set(pages "")
set(page_files "")
if(OCTROI_CONSOLE)
  # What web/dist was made from, as web/record-sources.mjs wrote it: other sources want another dist.
  file(STRINGS "${CMAKE_SOURCE_DIR}/web/dist/sources.sha256" recorded)
  foreach(line IN LISTS recorded)
    string(REGEX MATCH "^([0-9a-f]+)  (.+)$" ignored "${line}")
    set(wanted "${CMAKE_MATCH_1}")
    set(name "${CMAKE_MATCH_2}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/web/${name}")
    file(SHA256 "${CMAKE_SOURCE_DIR}/web/${name}" found)
    if(NOT found STREQUAL wanted)
      message(FATAL_ERROR "web/${name} changed after web/dist was made: run ./dev web")
    endif()
  endforeach()
  file(GLOB_RECURSE page_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/web/dist/*")
  list(FILTER page_files EXCLUDE REGEX "sources\\.sha256$")
  foreach(file IN LISTS page_files)
    file(RELATIVE_PATH name "${CMAKE_SOURCE_DIR}/web/dist" "${file}")
    list(APPEND pages "${name}=${file}")
  endforeach()
endif()
string(REPLACE ";" "|" pages "${pages}")
set(CONSOLE_EMBEDDED "${CMAKE_CURRENT_BINARY_DIR}/console_embedded.cc")
add_custom_command(
  OUTPUT "${CONSOLE_EMBEDDED}"
  COMMAND ${CMAKE_COMMAND} "-DOUT=${CONSOLE_EMBEDDED}" -DHEADER=gateway/console/assets.h
          -DNAMESPACE=octroi::gateway::console "-DFILES=${pages}" -P "${CMAKE_CURRENT_SOURCE_DIR}/config/embed.cmake"
  DEPENDS ${page_files} "${CMAKE_CURRENT_SOURCE_DIR}/config/embed.cmake"
  VERBATIM)
target_sources(gateway_service PRIVATE
  "${CONSOLE_EMBEDDED}"
  console/assets.cc
  console/cli_users.cc
  console/completeness.cc
  console/console.cc
  console/feed.cc
  console/floor.cc
  console/lineage.cc
  console/messages_console.cc
  console/record.cc
  console/request.cc
  console/roles.cc
  console/scorecard.cc
  console/sessions.cc
  console/users.cc
  console/worker.cc)
target_link_libraries(gateway_service PRIVATE ZLIB::ZLIB)
