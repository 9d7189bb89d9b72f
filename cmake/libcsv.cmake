# The target libcsv::csv; libcsv has no package configuration of its own.
if(NOT TARGET libcsv::csv)
  find_path(libcsv_include_dir csv.h)
  find_library(libcsv_library csv)
  if(NOT libcsv_include_dir OR NOT libcsv_library)
    message(FATAL_ERROR "libcsv was not found (Debian: libcsv-dev)")
  endif()
  add_library(libcsv::csv UNKNOWN IMPORTED)
  set_target_properties(libcsv::csv PROPERTIES IMPORTED_LOCATION ${libcsv_library}
                                               INTERFACE_INCLUDE_DIRECTORIES ${libcsv_include_dir})
endif()
