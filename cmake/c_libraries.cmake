# Libraries in C without a package configuration that serves: libcsv has none, and Debian's of libzip
# names programs that are in other packages and fails without them.

# fusionflow_c_library(LIBRARY TARGET HEADER PACKAGE): an imported target of a library and its header.
function(fusionflow_c_library library target header package)
  if(TARGET ${target})
    return()
  endif()
  find_path(lib${library}_include_dir ${header})
  find_library(lib${library}_library ${library})
  if(NOT lib${library}_include_dir OR NOT lib${library}_library)
    message(FATAL_ERROR "lib${library} was not found (Debian: ${package})")
  endif()
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${lib${library}_library}
                                             INTERFACE_INCLUDE_DIRECTORIES ${lib${library}_include_dir})
endfunction()

fusionflow_c_library(csv libcsv::csv csv.h libcsv-dev)
fusionflow_c_library(zip libzip::zip zip.h libzip-dev)
