#include "fusionflow/solver/losses/sample_options.hpp"

#include "fusionflow/data/need.hpp"

namespace fusionflow::solver {

void sample_options::validate() const {
    const auto check = [](const auto& choice, const char* field) {
        data::need(choice.is_legal(), field, "need {}:{} with {}, got {}", choice->name,
                   choice->parameter.letter, choice->parameter.range, choice.number);
    };
    check(units, "activation");
    check(loss, "loss");
    check(rule, "optimizer");
    data::need(batch >= 0, "batch", "need at least 1, got {}", batch);
}

void sample_options::match(const data::samples& data) const {
    if (loss->needs_labels) {
        data::need(data.outputs() == 1, "loss", "need one target of +1 and -1 for {}, got {}",
                   loss->name, data.outputs());
        data::need(data.are_labels(), "loss", "need targets of +1 and -1 for {}", loss->name);
    }
    if (loss->needs_classes) {
        data::need(data.outputs() >= 2, "loss",
                   "need two or more classes, a target for each, for {}, got one target (of +1 and "
                   "-1 it can be logistic)",
                   loss->name);
        data::need(data.are_classes(), "loss",
                   "need classes for {}: targets of 0 and, one in each sample, 1", loss->name);
    }
}

}  // namespace fusionflow::solver
