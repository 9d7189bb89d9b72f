// Files to begin with: fuzz_seeds DIR makes DIR/csv, DIR/npy, DIR/npz and DIR/idx. The first byte
// of each is the fuzz target's option; what it puts in front itself is left out.
#include <filesystem>
#include <fstream>
#include <string>

#include "fusionflow/data/readers/npz.hpp"
#include "tests/support/arrays.hpp"

using namespace fusionflow;

namespace {

class seed_folder {
public:
    seed_folder(const std::string& root, const std::string& format, std::size_t head)
        : folder_(root + "/" + format), head_(head) {
        std::filesystem::create_directories(folder_);
    }
    void add(const std::string& bytes) {
        tests::write(folder_ + "/" + std::to_string(count_++), "1" + bytes.substr(head_));
    }

private:
    std::string folder_;
    std::size_t head_;
    int count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const std::string root = argc > 1 ? argv[1] : "seeds";
    seed_folder csv(root, "csv", 0);
    csv.add("a,b,c\n1,2,3\n4,5e-3,-6\n");
    csv.add("\"a\",\"b,\"\"x\"\"\",c\r\n1,NA, 3\r\n\"4\n\",,nan\r\n");
    csv.add(tests::gzipped("a,b,c\n1,2,3\n"));
    seed_folder npy(root, "npy", 6);
    npy.add(tests::npy_file({2, 3}, {1, 2, 3, 4, 5, 6}));
    npy.add(tests::npy_head(">i2", true, "(2, 2)", 2) + tests::integers({1, 2, 3, 4}, 2, true));
    seed_folder npz(root, "npz", 4);
    npz.add(data::format_npz({{"x", {2, 2}, {1, 2, 3, 4}}, {"y", {2}, {5, 6}}}, {{"t", "text"}}));
    seed_folder idx(root, "idx", 2);
    idx.add(tests::idx_head(8, {2, 2}) + "abcd");
    idx.add(tests::idx_head(0x0d, {1}) + tests::integers({0x3fc00000}, 4, true));
    return 0;
}
