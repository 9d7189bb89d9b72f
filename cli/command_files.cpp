#include "fusionflow/cli/command_files.hpp"

#include "fusionflow/validation/files/file_plan.hpp"

namespace fusionflow::cli {

namespace {

// Plans to read both FILE and FILE:COLUMNS behind an @: which is meant depends on the files that
// are there, and neither may be written.
void reads_behind_at(const std::string& what, const std::string& value,
                     validation::file_plan& plan) {
    const std::size_t start = value.find('=') + 1;  // 0 without a name before it
    if (value.compare(start, 1, "@") != 0) {
        return;
    }
    const std::string text = value.substr(start + 1);
    plan.reads(what, text);
    if (const std::size_t colon = text.rfind(':'); colon != std::string::npos) {
        plan.reads(what, text.substr(0, colon));
    }
}

void add(file_use use, const std::string& what, const std::string& value,
         validation::file_plan& plan) {
    switch (use) {
        case file_use::none: break;
        case file_use::read: plan.reads(what, value); break;
        case file_use::read_behind_at: reads_behind_at(what, value, plan); break;
        case file_use::written: plan.writes(what, value); break;
    }
}

}  // namespace

validation::file_plan planned_files(const command& c, const arguments& given) {
    validation::file_plan plan;
    for (const std::string& word : given.positional) {
        add(c.words, "", word, plan);
    }
    for (const validation::given_option& s : given.settings.given) {
        if (validation::find_setting(s.name)->argument == "FILE") {
            plan.reads(s.name, s.value);
        }
    }
    for (const option& o : c.options) {
        for (const std::string& value : given.all(o.name)) {
            add(o.use, std::string(o.name), value, plan);
        }
        if (given.has(o.name)) {
            add(o.use, std::string(o.name), given.get(o.name), plan);
        }
    }
    if (c.more_files != nullptr) {
        c.more_files(given, plan);
    }
    plan.writes_streams();
    return plan;
}

}  // namespace fusionflow::cli
