# cmake -Dsource=... -Dversion=... -Dtemplate=... -Doutput=... -P write_version.cmake
#
# Writes the program's version with the commit it is built from, as semantic versioning has it:
# 0.1.0+abc1234, or 0.1.0+abc1234.modified where sources differ from the commit. Without git, or
# outside of a checkout of its own, just 0.1.0. The file is touched only if its text changes.
set(PROGRAM_VERSION ${version})
find_program(git git)
if(git AND EXISTS ${source}/.git)
  execute_process(COMMAND ${git} --no-optional-locks -C ${source} describe --always --abbrev=7 --exclude=*
                          --dirty=.modified
                  RESULT_VARIABLE failed OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed)
    string(APPEND PROGRAM_VERSION "+${commit}")
  endif()
endif()
configure_file(${template} ${output} @ONLY)
