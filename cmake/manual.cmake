# DSP_DATE: the day of this version, as the changelog has it; empty where there is none, as in the image's build.
set(DSP_DATE "")
if(EXISTS ${CMAKE_SOURCE_DIR}/CHANGELOG.md)
  string(REPLACE "." "\\." version "${PROJECT_VERSION}")
  file(STRINGS ${CMAKE_SOURCE_DIR}/CHANGELOG.md heading REGEX "^## \\[${version}\\] - ")
  string(REGEX REPLACE ".* - " "" DSP_DATE "${heading}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/CHANGELOG.md)
endif()

# manual_of_help(TARGET): TARGET.1 in the folder of the program, from its --help.
function(manual_of_help target)
  set(page ${CMAKE_CURRENT_BINARY_DIR}/${target}.1)
  add_custom_command(OUTPUT ${page}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DNAME=${target} -DVERSION=${PROJECT_VERSION} -DDATE=${DSP_DATE}
            -DOUTPUT=${page} -P ${CMAKE_SOURCE_DIR}/cmake/page_of_help.cmake
    DEPENDS ${target} ${CMAKE_SOURCE_DIR}/cmake/page_of_help.cmake VERBATIM COMMENT "Writing ${target}.1")
  add_custom_target(${target}-manual ALL DEPENDS ${page})
  add_dependencies(manual ${target}-manual)
endfunction()
