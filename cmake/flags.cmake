# Two interface targets carry the flags to everything: dsp_flags (warnings, sanitizers, hardening).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

find_program(DSP_CCACHE ccache)
if(DSP_CCACHE)
  # A second clone finds what the first has compiled: paths are looked up relative to the tree's top.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${DSP_CCACHE})
endif()

add_library(dsp_flags INTERFACE)
target_include_directories(dsp_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(dsp_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
  $<$<BOOL:${DSP_WERROR}>:-Werror>
  -fstack-protector-strong)
if(DSP_SANITIZE)
  target_compile_definitions(dsp_flags INTERFACE DSP_INSTRUMENTED)
  target_compile_options(dsp_flags INTERFACE -fsanitize=${DSP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(dsp_flags INTERFACE -fsanitize=${DSP_SANITIZE})
else()
  target_compile_definitions(dsp_flags INTERFACE
    $<$<CONFIG:RelWithDebInfo>:_FORTIFY_SOURCE=2> $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
  target_link_options(dsp_flags INTERFACE LINKER:-z,relro,-z,now)
  if(CMAKE_BUILD_TYPE STREQUAL Release)
    include(${CMAKE_CURRENT_LIST_DIR}/hardening.cmake)
  endif()
endif()
