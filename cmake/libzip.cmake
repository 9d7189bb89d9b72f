# The target libzip::zip. Debian's own package configuration of libzip names programs that are in
# other packages and fails without them.
if(NOT TARGET libzip::zip)
  find_path(libzip_include_dir zip.h)
  find_library(libzip_library zip)
  if(NOT libzip_include_dir OR NOT libzip_library)
    message(FATAL_ERROR "libzip was not found (Debian: libzip-dev)")
  endif()
  add_library(libzip::zip UNKNOWN IMPORTED)
  set_target_properties(libzip::zip PROPERTIES IMPORTED_LOCATION ${libzip_library}
                                               INTERFACE_INCLUDE_DIRECTORIES ${libzip_include_dir})
endif()
