#include <boost/test/unit_test.hpp>

// By hand rather than by BOOST_TEST_MODULE, which the precompiled header would come before.
int main(int argc, char** argv) {
    return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
