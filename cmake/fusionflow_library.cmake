# A directory that holds nothing but a link to a folder: what includes through it sees that folder
# and no other, so that including a library that is not linked to fails to compile.
function(fusionflow_include_root name out)
  set(include_root ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include_root}/fusionflow)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_root}/fusionflow/${name} SYMBOLIC)
  set(${out} ${include_root} PARENT_SCOPE)
endfunction()

# fusionflow_library(NAME EXCLUDE ... GENERATED ... LINK ... PRIVATE_LINK ...): the library of a folder and
# its rooms: all sources there but those to exclude, and some that are made by the build. It is static or
# shared as BUILD_SHARED_LIBS says. Static ones are position independent too, since they become part of
# shared libraries and plugins of others.
function(fusionflow_library name)
  cmake_parse_arguments(ARG "" "" "EXCLUDE;GENERATED;LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB_RECURSE sources RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS *.cpp)
  list(REMOVE_ITEM sources ${ARG_EXCLUDE})
  set(target fusionflow_${name})
  fusionflow_include_root(${name} include_root)
  add_library(${target} ${sources} ${ARG_GENERATED})
  add_library(fusionflow::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  fusionflow_find_libraries_from(${target} ${CMAKE_INSTALL_FULL_LIBDIR})
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${include_root}>
                                              $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  fusionflow_compile_options(${target})
  fusionflow_compile_by_rooms(${target} ${sources})
  # Nobody replaces functions of these libraries from outside: calls between them are inlined as ever.
  target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  # What nearly every source reads, parsed once for all libraries: they have the same flags, and no macro
  # of their own when they are shared.
  set_target_properties(${target} PROPERTIES DEFINE_SYMBOL "")
  if(name STREQUAL "data")
    target_precompile_headers(${target} PRIVATE <fmt/format.h> <Eigen/Core> <algorithm> <cmath>
      <functional> <limits> <memory> <optional> <string> <string_view> <vector>)
  else()
    target_precompile_headers(${target} REUSE_FROM fusionflow_data)
  endif()

  if(FUSIONFLOW_INSTALL)
    install(TARGETS ${target} EXPORT fusionflow_targets)
  endif()
endfunction()

# fusionflow_compile_by_rooms(TARGET SOURCE...): with CMAKE_UNITY_BUILD, the sources of a folder are compiled
# as one, which spares the compiler reading the same headers for each of them. They share their unnamed
# namespaces then, so that names in those are different within a folder.
function(fusionflow_compile_by_rooms target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  foreach(source IN LISTS ARGN)
    cmake_path(GET source PARENT_PATH room)
    if(room STREQUAL "")
      set(room ${target})
    endif()
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${room})
  endforeach()
endfunction()

# fusionflow_find_libraries_from(TARGET DIRECTORY): a target that is installed in DIRECTORY finds the
# shared libraries wherever the whole installation is moved to. CMAKE_INSTALL_RPATH goes before.
function(fusionflow_find_libraries_from target directory)
  if(BUILD_SHARED_LIBS AND NOT DEFINED CMAKE_INSTALL_RPATH)
    file(RELATIVE_PATH to_libraries ${directory} ${CMAKE_INSTALL_FULL_LIBDIR})
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${to_libraries}")
  endif()
endfunction()

# The language level, the warnings, and no contraction of a*b+c: the same digits on every x86-64.
function(fusionflow_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -ffp-contract=off)
  # Where several sources are compiled as one, each sees the names of those before it, and classes seem
  # to be of a header; builds without CMAKE_UNITY_BUILD have these two warnings.
  if(CMAKE_UNITY_BUILD)
    target_compile_options(${target} PRIVATE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
  if(FUSIONFLOW_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
