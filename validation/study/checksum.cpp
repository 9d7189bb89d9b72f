#include "fusionflow/validation/study/checksum.hpp"

#include <boost/crc.hpp>

namespace fusionflow::validation {

std::uint32_t checksum(std::string_view text) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    return crc.checksum();
}

}  // namespace fusionflow::validation
