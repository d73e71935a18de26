// Runs a fuzz target over files and folders named on the command line: the committed corpus as a test, a
// crash to look at.
//
//   TARGET FILE-OR-FOLDER …
//   TARGET --mutations N FILE-OR-FOLDER …    and then over N inputs that are made of them, the same each time
//
// The one that broke the target is left in the file broke-it of the folder where it was started.
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Inputs = std::vector<std::string>;

std::string_view running;

// The process is as good as gone: what is not safe in a handler elsewhere is here.
void keep(int number) {
    std::ofstream("broke-it", std::ios::binary) << running;
    std::signal(number, SIG_DFL);
    std::raise(number);
}

void run(const std::string& input) {
    running = input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

void replay(const std::filesystem::path& path, Inputs& inputs) {
    if (std::filesystem::is_directory(path)) {
        // Sorted, or mutations would differ from folder to folder.
        std::vector<std::filesystem::path> entries;
        for (const auto& entry : std::filesystem::directory_iterator(path)) entries.push_back(entry.path());
        std::ranges::sort(entries);
        for (const auto& entry : entries) replay(entry, inputs);
        return;
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    std::fprintf(stderr, "%s\n", path.c_str()); // before it runs: the last one named is the one that crashed
    run(inputs.back());
}

class Mutations {
public:
    explicit Mutations(const Inputs& inputs)
        : inputs_(inputs) {}

    std::string next() {
        std::string input = any(inputs_);
        for (std::size_t changes = 1 + below(4); changes != 0; --changes) change(input);
        if (input.size() > mostOctets) input.resize(mostOctets);
        return input;
    }

private:
    static constexpr std::size_t mostOctets = 4096;
    // What decides in heads, chunk lines, paths and JSON.
    static constexpr std::array<std::string_view, 24> telling{
        "\r\n", "\r", "\n",  "\r\n\r\n", " ", "\t", ":", ",", ";", "/", "%2f",  "..",
        "?",    "\"", "\\u", "{",        "}", "[",  "]", "0", "f", "-", "\x80", std::string_view("\0", 1)};

    // Of no distribution of the library's: each library draws others.
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
    template <typename Container>
    const typename Container::value_type& any(const Container& container) {
        return container[below(container.size())];
    }

    void change(std::string& input) {
        const std::size_t place = below(input.size() + 1);
        switch (below(6)) {
        case 0:
            input.insert(place, any(telling));
            break;
        case 1:
            input.replace(place, std::min<std::size_t>(1, input.size() - place), any(telling));
            break;
        case 2:
            if (place < input.size()) input[place] = static_cast<char>(below(256));
            break;
        case 3:
            input.erase(place, 1 + below(16));
            break;
        case 4:
            input.insert(place, input.substr(below(input.size()), 1 + below(64)));
            break;
        default: {
            const std::string& other = any(inputs_);
            input = input.substr(0, place) + other.substr(below(other.size()));
        }
        }
    }

    const Inputs& inputs_;
    std::mt19937 random_{1};
};

std::size_t number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw std::runtime_error("--mutations takes a number");
    return value;
}

} // namespace

int main(int count, char** arguments) {
    try {
        std::vector<std::string_view> words(arguments + 1, arguments + count);
        std::size_t wanted = 0;
        if (words.size() > 1 && words[0] == "--mutations") {
            wanted = number(words[1]);
            words.erase(words.begin(), words.begin() + 2);
        }
        Inputs inputs;
        for (const auto word : words) replay(word, inputs);
        if (inputs.empty()) return 1; // an empty corpus is a mistake, not a success
        for (const int number : {SIGABRT, SIGSEGV, SIGFPE}) std::signal(number, keep);
        Mutations mutations(inputs);
        for (std::size_t i = 0; i < wanted; ++i) run(mutations.next());
        std::printf("%zu inputs replayed, %zu made of them\n", inputs.size(), wanted);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
