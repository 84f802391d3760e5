# cmake -DOUT=file.cc -DMODULE=store_sqlite "-DFILES=0001_a.sql,0002_b.sql" -P embed.cmake
# Writes the migrations, in order, as a C++ array. Numbers must be 1, 2, 3, ... without a gap.
string(REPLACE "," ";" FILES "${FILES}")
set(body "")
set(number 0)
foreach(file IN LISTS FILES)
  math(EXPR number "${number} + 1")
  get_filename_component(name "${file}" NAME)
  string(REGEX MATCH "^[0-9]+" prefix "${name}")
  string(REGEX REPLACE "^0+" "" prefix "${prefix}")
  if(NOT prefix STREQUAL number)
    message(FATAL_ERROR "migration '${name}' should have number ${number}: they are numbered without a gap")
  endif()
  file(READ "${file}" sql)
  string(APPEND body "    R\"sql(${sql})sql\",\n")
endforeach()
file(WRITE "${OUT}" "#include \"${MODULE}/migrations.h\"

namespace octroi::${MODULE} {
namespace {
constexpr const char* kMigrations[] = {
${body}};
}  // namespace

std::span<const char* const> Migrations() { return kMigrations; }

}  // namespace octroi::${MODULE}
")
