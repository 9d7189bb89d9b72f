# FUSIONFLOW_WITH_MPI: whether `mpirun fusionflow table` deals out rows. Needs nothing where MPI is
# not installed.
set(FUSIONFLOW_WITH_MPI OFF)
if(FUSIONFLOW_MPI)
  find_package(MPI QUIET COMPONENTS CXX)
  if(MPI_CXX_FOUND)
    set(FUSIONFLOW_WITH_MPI ON)
  endif()
endif()
message(STATUS "fusionflow: MPI ${FUSIONFLOW_WITH_MPI}")
