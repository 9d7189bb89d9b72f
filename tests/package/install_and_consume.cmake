# cmake -Dbuilt=... -Dwork=... -Dconsumer=... -P install_and_consume.cmake
#
# Installs what is built to a prefix with spaces, then builds a project against it in a folder with
# spaces, and runs its program, its plugin and fusionflow. Each step must succeed. The sanitizers'
# flags, if any, are needed to link the consumer too.
function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(prefix "${work}/a prefix")
set(build "${work}/a build")
file(REMOVE_RECURSE ${prefix} ${build})

run(${CMAKE_COMMAND} --install ${built} --config ${config} --prefix ${prefix})
run(${CMAKE_COMMAND} -S ${consumer} -B ${build} -G ${generator}
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_BUILD_TYPE=${config} -DCMAKE_CXX_COMPILER=${compiler}
    -DCMAKE_CXX_FLAGS=${flags} -DCMAKE_EXE_LINKER_FLAGS=${linker_flags}
    -DCMAKE_MODULE_LINKER_FLAGS=${linker_flags} -Dfusionflow_version=${version})
run(${CMAKE_COMMAND} --build ${build} --config ${config})
run(${build}/consumer)
run(${build}/host ${build}/libplugin.so)
run(${prefix}/bin/fusionflow --version)
