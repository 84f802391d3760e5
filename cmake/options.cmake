# One set of compile options for every target of ours; a warning is an error.
find_package(Threads REQUIRED)
add_library(build_options INTERFACE)
target_compile_options(build_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor $<$<NOT:$<CONFIG:Release>>:-Werror>
  -fno-omit-frame-pointer -fstack-protector-strong)
target_compile_options(build_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>)
# At -O3 g++ 12 sees what is not there (GCC bug 105329, and strings built in place): a warning is an
# error where CI builds, not in the binary that users build, with whatever compiler they have.
target_compile_options(build_options INTERFACE
  $<$<CONFIG:Release>:-Wno-restrict -Wno-array-bounds -Wno-maybe-uninitialized>)
target_link_libraries(build_options INTERFACE Threads::Threads)

if(OCTROI_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(OCTROI_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()

# Places where the fault campaign ends the process: gateway/base/crash_point.h. Never in a release.
if(OCTROI_CRASH_POINTS)
  add_compile_definitions(OCTROI_CRASH_POINTS)
endif()

# Release: the portable x86-64-v2 baseline; faster paths are chosen at run time.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-march=x86-64-v2>)
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
