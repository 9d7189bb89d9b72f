# `cmake --install` and `find_package(fusionflow)`.
include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fusionflow)

install(TARGETS fusionflow)
install(CODE "set(source \"${PROJECT_SOURCE_DIR}\")
set(destination \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}\")
include(\"${CMAKE_CURRENT_LIST_DIR}/install_headers.cmake\")")
install(EXPORT fusionflow_targets FILE fusionflow-targets.cmake NAMESPACE fusionflow:: DESTINATION ${config_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/fusionflow-config.cmake.in
                              ${PROJECT_BINARY_DIR}/fusionflow-config.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/fusionflow-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/c_libraries.cmake ${PROJECT_BINARY_DIR}/fusionflow-config.cmake
              ${PROJECT_BINARY_DIR}/fusionflow-config-version.cmake DESTINATION ${config_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
