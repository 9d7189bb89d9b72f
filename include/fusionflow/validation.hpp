#pragma once

/// \file
/// Theory held against simulation: tables over grids, suites of experiments, diagnoses of data.

#include "fusionflow/solver.hpp"
#include "fusionflow/validation/diagnosis/diagnosis.hpp"
#include "fusionflow/validation/experiments/suite.hpp"
#include "fusionflow/validation/report/report.hpp"
#include "fusionflow/validation/settings/settings.hpp"
#include "fusionflow/validation/study/table.hpp"
#include "fusionflow/validation/version.hpp"
