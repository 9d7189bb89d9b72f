# Run at installation: installs the public headers, those of include/fusionflow, and of the others those
# that they include, directly or not. What no public header needs is detail, and stays out.
#
# source: the project; destination: the absolute folder of the headers, without DESTDIR.
cmake_policy(VERSION 3.25)
file(GLOB pending RELATIVE ${source}/include ${source}/include/fusionflow/*.hpp)
set(public "")
while(pending)
  list(POP_FRONT pending header)
  if(header IN_LIST public)
    continue()
  endif()
  list(APPEND public ${header})
  set(file ${source}/include/${header})
  if(NOT EXISTS ${file})
    string(REGEX REPLACE "^fusionflow/" "${source}/" file ${header})
  endif()
  file(STRINGS ${file} includes REGEX "^#include \"fusionflow/")
  list(TRANSFORM includes REPLACE "^#include \"(.*)\".*" "\\1")
  list(APPEND pending ${includes})
  cmake_path(GET header PARENT_PATH folder)
  file(INSTALL ${file} DESTINATION ${destination}/${folder})
endwhile()
