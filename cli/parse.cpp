#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>

#include "fusionflow/cli/command.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/validation/version.hpp"

namespace fusionflow::cli {

namespace {

namespace po = boost::program_options;

constexpr auto common_options = std::to_array<option>({
    {"format", "F", "text (for people) or json (text)", true},
    {"quiet", "", "no progress and no warnings", true},
    {"help", "", "print this", true},
});

// Boost's name for words without dashes; its space keeps it from being typed as an option.
constexpr const char* positional_words = "positional words";

std::vector<validation::given_option> own_defaults(const command& c,
                                                   const validation::settings& given) {
    return c.defaults == nullptr ? std::vector<validation::given_option>() : c.defaults(given);
}

po::options_description describe(const command& c) {
    po::options_description all;
    const auto add = [&](std::string_view name, bool flag, bool repeats = false) {
        if (repeats) {
            all.add_options()(std::string(name).c_str(), po::value<std::vector<std::string>>());
        } else if (flag) {
            all.add_options()(std::string(name).c_str(), po::bool_switch());
        } else {
            all.add_options()(std::string(name).c_str(), po::value<std::string>());
        }
    };
    for (const std::string_view name : c.settings) {
        add(name, validation::find_setting(name)->argument.empty());
    }
    for (const option& o : c.options) {
        add(o.name, o.argument.empty(), o.repeats);
    }
    for (const option& o : common_options) {
        add(o.name, o.argument.empty());
    }
    all.add_options()(positional_words, po::value<std::vector<std::string>>());
    return all;
}

// The words with the values that were left out where an option has one that may be.
std::vector<std::string> with_implied(const command& c, std::vector<std::string> words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        for (const std::string_view name : c.settings) {
            const std::string_view implied = validation::find_setting(name)->implied;
            const bool alone = i + 1 == words.size() || words[i + 1].starts_with("--");
            if (!implied.empty() && alone && words[i] == fmt::format("--{}", name)) {
                words[i] += fmt::format("={}", implied);
            }
        }
    }
    return words;
}

po::variables_map read(const command& c, const po::options_description& all,
                       const std::vector<std::string>& words) {
    using style = po::command_line_style::style_t;
    po::positional_options_description positional;
    positional.add(positional_words, -1);
    const auto refuse = [](const po::error_with_option_name& e, const std::string& rule) {
        throw data::input_error(e.get_option_name(), rule);
    };
    po::variables_map given;
    try {
        po::store(
            po::command_line_parser(with_implied(c, words))
                .options(all)
                .positional(positional)
                .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                .run(),
            given);
    } catch (const po::unknown_option& e) {
        refuse(e, fmt::format("there is no such option; see fusionflow {} --help", c.name));
    } catch (const po::multiple_occurrences& e) {
        refuse(e, "is given twice");
    } catch (const po::invalid_command_line_syntax& e) {
        const bool extra = e.kind() == po::invalid_syntax::extra_parameter;
        refuse(e, extra ? "takes no value" : "needs a value");
    } catch (const po::error_with_option_name& e) {
        refuse(e, e.what());
    }
    return given;
}

// The seed, the tolerance and the command's own defaults, as far as the command has them: results
// depend on them even if no option says them.
std::string terms_of(const command& c, validation::settings used) {
    const auto has = [&c](std::string_view name) {
        return std::find(c.settings.begin(), c.settings.end(), name) != c.settings.end();
    };
    std::string others;
    for (const validation::given_option& d : own_defaults(c, used)) {
        validation::set_option(used, d.name, d.value);
        others += d.name == "rtol" ? "" : fmt::format(", {} {}", d.name, d.value);
    }
    std::string terms = has("seed") ? fmt::format(", seed {}", used.training.seed) : "";
    terms += has("rtol") ? fmt::format(", rtol {:g}", used.run.rtol) : "";
    terms += others;
    return terms.substr(std::min<std::size_t>(2, terms.size()));
}

// Boost takes the next word as the value of an option. A forgotten value must not swallow the
// option after it.
void refuse_own_option(const command& c, std::string_view name, const std::string& value) {
    if (value.starts_with("--") &&
        is_option(c, std::string_view(value).substr(2, value.find('=') - 2))) {
        throw data::input_error(std::string(name), "needs a value");
    }
}

void refuse_own_options(const command& c, const po::variables_map& given) {
    for (const auto& [name, value] : given) {
        if (const auto* one = boost::any_cast<std::string>(&value.value())) {
            refuse_own_option(c, name, *one);
        }
        const auto* several = boost::any_cast<std::vector<std::string>>(&value.value());
        if (several != nullptr && name != positional_words) {
            for (const std::string& one : *several) {
                refuse_own_option(c, name, one);
            }
        }
    }
}

std::string make_provenance(const command& c, const arguments& given) {
    std::string line = fmt::format("fusionflow {} {}", validation::version(), c.name);
    for (const std::string& word : given.positional) {
        line += ' ' + validation::shell_word(word);
    }
    const std::string settings = validation::command_line(given.settings);
    line += settings.empty() ? "" : ' ' + settings;
    for (const option& o : c.options) {
        for (const std::string& value : given.all(o.name)) {
            line += fmt::format(" --{} {}", o.name, validation::shell_word(value));
        }
        if (!o.where_output_goes && given.has(o.name)) {
            line += fmt::format(" --{}", o.name);
            line += o.argument.empty() ? "" : ' ' + validation::shell_word(given.get(o.name));
        }
    }
    const std::string terms = terms_of(c, given.settings);
    return terms.empty() ? line : fmt::format("{} ({})", line, terms);
}

// An option and what it does, on as many lines of at most 100 columns as that takes.
std::string option_line(std::string_view name, std::string_view argument, std::string_view text) {
    constexpr std::size_t room = 71;  // right of the names
    std::string lines = fmt::format(
        "  {:<26} ", fmt::format("--{}{}{}", name, argument.empty() ? "" : " ", argument));
    while (text.size() > room) {
        const std::size_t space = text.rfind(' ', room);
        if (space == std::string_view::npos) {
            break;
        }
        lines += fmt::format("{}\n{:29}", text.substr(0, space), "");
        text.remove_prefix(space + 1);
    }
    return lines + fmt::format("{}\n", text);
}

constexpr auto group_titles = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"data", "Data"},
    {"network", "Network"},
    {"start", "Initial weights"},
    {"drawing", "Networks that are drawn"},
    {"training", "Training"},
    {"compression", "Compressed and sampled networks"},
    {"samples", "Training on samples"},
    {"solver", "Integration"},
});

// The help of a setting, with the command's own default in the brackets at its end.
std::string with_own_default(const command& c, const validation::setting_info& info) {
    std::string text(info.help);
    for (const validation::given_option& d : own_defaults(c, {})) {
        if (d.name == info.name) {
            text = fmt::format("{}({})", text.substr(0, text.rfind('(')), d.value);
        }
    }
    return text;
}

std::string settings_help(const command& c) {
    std::string text;
    for (const auto& [group, title] : group_titles) {
        std::string lines;
        for (const std::string_view name : c.settings) {
            const validation::setting_info& info = *validation::find_setting(name);
            if (info.group == group) {
                lines += option_line(info.name, info.argument, with_own_default(c, info));
            }
        }
        text += lines.empty() ? "" : fmt::format("\n{}:\n{}", title, lines);
    }
    return text;
}

}  // namespace

void arguments::refuse(std::initializer_list<std::string_view> names,
                       const std::string& rule) const {
    for (const std::string_view name : names) {
        if (has(name) || settings.has(name)) {
            throw data::input_error(std::string(name), rule);
        }
    }
}

std::string arguments::get(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() ? "" : found->second;
}

std::vector<std::string> arguments::all(std::string_view name) const {
    const auto found = lists.find(name);
    return found == lists.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string_view> settings_in(const std::vector<std::string_view>& groups) {
    std::vector<std::string_view> names;
    for (const validation::setting_info& info : validation::setting_table()) {
        if (std::find(groups.begin(), groups.end(), info.group) != groups.end()) {
            names.push_back(info.name);
        }
    }
    return names;
}

arguments parse(const command& c, const std::vector<std::string>& words) {
    const po::options_description all = describe(c);
    const po::variables_map given = read(c, all, words);
    refuse_own_options(c, given);
    arguments result;
    result.command = c.name;
    result.help = given["help"].as<bool>();
    result.quiet = given["quiet"].as<bool>();
    if (result.help) {
        return result;
    }
    if (given.count(positional_words) > 0) {
        result.positional = given[positional_words].as<std::vector<std::string>>();
    }
    if (c.positional.empty() && !result.positional.empty()) {
        throw data::input_error(std::string(c.name),
                                fmt::format("takes options only, got '{}'", result.positional[0]));
    }
    for (const option& o : c.options) {
        const po::variable_value& value = given[std::string(o.name)];
        if (o.repeats) {
            if (!value.empty()) {
                result.lists[std::string(o.name)] = value.as<std::vector<std::string>>();
            }
        } else if (o.argument.empty() ? value.as<bool>() : !value.empty()) {
            result.values[std::string(o.name)] = o.argument.empty() ? "" : value.as<std::string>();
        }
    }
    if (given.count("format") > 0) {
        const auto format = given["format"].as<std::string>();
        data::need(format == "text" || format == "json", "format", "need text or json, got '{}'",
                   format);
        result.json = format == "json";
    }
    for (const std::string_view name : c.settings) {
        const po::variable_value& value = given[std::string(name)];
        if (validation::find_setting(name)->argument.empty()) {
            if (value.as<bool>()) {
                validation::set_option(result.settings, name, "true");
            }
        } else if (!value.empty()) {
            validation::set_option(result.settings, name, value.as<std::string>());
        }
    }
    result.provenance = make_provenance(c, result);
    return result;
}

std::string help(const command& c) {
    std::string text = fmt::format("usage: fusionflow {}{}{} [options]\n\n{}\n", c.name,
                                   c.positional.empty() ? "" : " ", c.positional, c.about);
    text += settings_help(c);
    text += fmt::format("\n{}:\n", "Output and running");
    for (const option& o : c.options) {
        text += option_line(o.name, o.argument, o.help);
    }
    for (const option& o : common_options) {
        text += option_line(o.name, o.argument, o.help);
    }
    return text + fmt::format("\nExample:\n  {}\n", c.example);
}

bool is_option(const command& c, std::string_view name) {
    const auto named = [name](const option& o) { return o.name == name; };
    return std::find(c.settings.begin(), c.settings.end(), name) != c.settings.end() ||
           std::any_of(c.options.begin(), c.options.end(), named) ||
           std::any_of(std::begin(common_options), std::end(common_options), named);
}

}  // namespace fusionflow::cli
