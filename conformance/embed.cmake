# cmake -DOUTPUT=file.cpp -DFUNCTION=embeddedTable -DFILES=a.tsv;b.tsv -P embed.cmake: the files as one C++ function from
# name to text, so that the program and everything that links the catalogue works from any directory.
set(code "#include <stdexcept>\n#include <string>\n#include <string_view>\n\nnamespace conformance {\n\n")
string(APPEND code "std::string_view ${FUNCTION}(std::string_view name);\n\n")
string(APPEND code "std::string_view ${FUNCTION}(std::string_view name) {\n")
foreach(one IN LISTS FILES)
  get_filename_component(name ${one} NAME)
  file(READ ${one} text)
  string(APPEND code "    if (name == \"${name}\")\n        return R\"~text~(${text})~text~\";\n")
endforeach()
string(APPEND code "    throw std::out_of_range(\"nothing embedded named \" + std::string(name));\n}\n\n} // namespace conformance\n")
file(WRITE ${OUTPUT} "${code}")
