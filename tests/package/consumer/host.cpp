// Loads the plugin that is named, as an interpreter does, and calls it.

#include <dlfcn.h>

#include <cstdio>

int main(int, char** words) {
    void* plugin = ::dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) {
        std::fprintf(stderr, "host: %s\n", ::dlerror());
        return 1;
    }
    const auto time_ratio = reinterpret_cast<double (*)(double)>(::dlsym(plugin, "time_ratio"));
    const auto refuses = reinterpret_cast<bool (*)(double)>(::dlsym(plugin, "refuses"));
    if (time_ratio == nullptr || refuses == nullptr) {
        return 1;
    }
    std::printf("plugin: time ratio %g\n", time_ratio(0.5));
    return time_ratio(0.5) > 1 && refuses(1.5) && !refuses(0.5) ? 0 : 1;
}
