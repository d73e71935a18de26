# cmake -DPROGRAM=path -DNAME=name -DVERSION=1.2.3 -DDATE=2026-01-31 -DOUTPUT=name.1 -P page_of_help.cmake: what the program
# prints with --help, whose first line is "NAME: what it does", as its manual page.
execute_process(COMMAND ${PROGRAM} --help OUTPUT_VARIABLE help COMMAND_ERROR_IS_FATAL ANY)
if(NOT help MATCHES "^${NAME}: ([^\n]*)\n\n(.*)$")
  message(FATAL_ERROR "${PROGRAM} --help does not begin with '${NAME}: ', what it does, and an empty line")
endif()
set(purpose "${CMAKE_MATCH_1}")
set(text "${CMAKE_MATCH_2}")
foreach(one purpose text NAME)
  string(REPLACE "\\" "\\e" ${one} "${${one}}")
  string(REPLACE "-" "\\-" ${one} "${${one}}")
  string(REPLACE "'" "\\(aq" ${one} "${${one}}")
endforeach()
# Neither a period nor an empty line at the left means anything to it.
string(REGEX REPLACE "(^|\n)\\." "\\1\\\\&." text "${text}")
string(REGEX REPLACE "\n\n+" "\n.PP\n" text "${text}")
string(TOUPPER "${NAME}" title)
file(WRITE ${OUTPUT} ".\\\" Generated from what the program prints with \\-\\-help.
.TH ${title} 1 \"${DATE}\" \"docker\\-socket\\-proxy ${VERSION}\"
.SH NAME
${NAME} \\- ${purpose}
.SH DESCRIPTION
.nf
${text}.fi
.SH SEE ALSO
.BR docker\\-socket\\-proxy (8)
")
