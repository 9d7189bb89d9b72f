# cmake -Dsource=... -Dwork=... -Dparent=... -Dconsumer=... -Dclang=... -P subproject.cmake
#
# A copy of fusionflow becomes a folder of another project: as shared libraries, by clang, with
# warnings as errors, in folders with spaces. Then what was installed is moved, to be found and built
# against there. Each step must succeed.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(NOT clang)
  message("package/subproject: skipped: no clang++")
  return()
endif()

set(copy "${work}/a copy")
set(build "${work}/a build")
set(prefix "${work}/a prefix")
set(moved "${work}/moved there")
set(consumed "${work}/a consumer")
file(REMOVE_RECURSE ${work})
foreach(part CMakeLists.txt LICENSE cmake include data theory solver validation cli)
  file(COPY ${source}/${part} DESTINATION ${copy})
endforeach()

set(tools -G ${generator} -DCMAKE_BUILD_TYPE=${config} -DCMAKE_CXX_COMPILER=${clang}
    -DCMAKE_CXX_COMPILER_LAUNCHER=${launcher} -DCMAKE_COMPILE_WARNING_AS_ERROR=ON)
run(${CMAKE_COMMAND} -S ${parent} -B ${build} ${tools} -DBUILD_SHARED_LIBS=ON -DFUSIONFLOW_INSTALL=ON
    -DFUSIONFLOW_WERROR=ON -Dfusionflow=${copy} -Dconsumer=${consumer})
run(${CMAKE_COMMAND} --build ${build} --config ${config})
run(${build}/consumer)

run(${CMAKE_COMMAND} --install ${build} --config ${config} --prefix ${prefix})
file(RENAME ${prefix} ${moved})
file(REMOVE_RECURSE ${build})
run(${moved}/bin/fusionflow --version)
run(${CMAKE_COMMAND} -S ${consumer} -B ${consumed} ${tools} -DCMAKE_PREFIX_PATH=${moved}
    -Dfusionflow_version=${version})
run(${CMAKE_COMMAND} --build ${consumed} --config ${config})
run(${consumed}/consumer)
run(${consumed}/host ${consumed}/libplugin.so)
file(REMOVE_RECURSE ${work})
