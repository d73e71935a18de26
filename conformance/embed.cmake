# cmake -DOUTPUT=file.cpp -DTABLES=a.tsv;b.tsv -P embed.cmake: the tables as one C++ file, so that the program and
# everything that links the catalogue works from any directory.
set(code "#include \"conformance/table.h\"\n\n#include <stdexcept>\n#include <string>\n\nnamespace conformance {\n\n")
string(APPEND code "std::string_view embeddedTable(std::string_view name) {\n")
foreach(table IN LISTS TABLES)
  get_filename_component(name ${table} NAME_WE)
  file(READ ${table} text)
  string(LENGTH "${text}" length)
  string(APPEND code "    if (name == \"${name}\")\n        return R\"~table~(${text})~table~\";\n")
endforeach()
string(APPEND code "    throw std::out_of_range(\"no table named \" + std::string(name));\n}\n\n} // namespace conformance\n")
file(WRITE ${OUTPUT} "${code}")
