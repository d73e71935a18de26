// Masking: the same verdict and octets whole, octet by octet and cut as the input's first octet says; only what is within
// the value of a key `Env`, or of one treated so, changes, to asterisks and ones; and what was masked is masked.
#include "proxy/mask/env_mask.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace {

using namespace proxy::mask;
using fuzz::require;

struct Masked {
    std::string text; ///< of the pieces before a fault
    Fault fault;
};

Masked mask(std::string_view document, std::size_t pieceSize, Documents documents = Documents::one) {
    EnvMask mask(documents);
    std::string text;
    for (std::size_t at = 0; at < document.size(); at += pieceSize) {
        // An exact copy on the heap, so that a sanitizer sees every access beyond it.
        std::vector<char> piece(document.begin() + static_cast<std::ptrdiff_t>(at),
                                document.begin() +
                                    static_cast<std::ptrdiff_t>(std::min(document.size(), at + pieceSize)));
        if (!mask.feed(piece)) return {text, mask.fault()};
        text.append(piece.data(), piece.size());
    }
    require(mask.finish() == (mask.fault() == Fault::none), "what finish() says is the fault");
    return {text, mask.fault()};
}

// A plain reading of a document that is known to be JSON, which finds the values of all keys `Env`.
class Environments {
public:
    explicit Environments(std::string_view document)
        : document_(document)
        , within_(document.size()) {
        value(false);
    }

    [[nodiscard]] bool hold(std::size_t at) const { return within_[at]; }

private:
    char next() {
        at_ = std::min(document_.find_first_not_of(" \t\n\r,:", at_), document_.size() - 1);
        return document_[at_];
    }

    void value(bool within) {
        const std::size_t begin = (next(), at_);
        const char first = document_[begin];
        if (first == '"')
            string();
        else if (first == '{' || first == '[')
            members(first == '{', within);
        else
            at_ = std::min(document_.find_first_of(" \t\n\r,]}", at_), document_.size());
        if (within) std::fill(within_.begin() + offset(begin), within_.begin() + offset(at_), true);
    }

    void members(bool object, bool within) {
        ++at_;
        while (next() != '}' && document_[at_] != ']') value(object && isEnv(string()) ? true : within);
        ++at_;
    }

    std::string string() {
        std::string text;
        for (++at_; document_[at_] != '"'; ++at_) {
            if (document_[at_] != '\\') {
                text += document_[at_];
            } else if (document_[++at_] == 'u') {
                const auto unit = std::stoul(std::string(document_.substr(at_ + 1, 4)), nullptr, 16);
                text += unit < 0x80 ? static_cast<char>(unit) : '?';
                at_ += 4;
            } else {
                text += '?';
            }
        }
        ++at_;
        return text;
    }

    static bool isEnv(std::string key) {
        for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return key == "env" || key == "createcommand" || key == "created_by" || key == "createdby" ||
               key == "onbuild";
    }

    static std::ptrdiff_t offset(std::size_t at) { return static_cast<std::ptrdiff_t>(at); }

    std::string_view document_;
    std::vector<bool> within_;
    std::size_t at_ = 0;
};

void requireOnlyEnvironmentsChanged(std::string_view document, std::string_view masked) {
    const Environments environments(document);
    for (std::size_t i = 0; i < document.size(); ++i) {
        if (document[i] == masked[i]) continue;
        require(environments.hold(i), "nothing outside of an environment changes");
        require(masked[i] == '*' || (masked[i] == '1' && document[i] >= '0' && document[i] <= '9'),
                "what changes becomes an asterisk, a number's digit 1");
        require(document[i] != '"' || document[i - 1] == '\\', "a string ends where it did");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view document = fuzz::text(data + 1, size - 1);
    const Masked whole = mask(document, std::max<std::size_t>(document.size(), 1));
    for (const std::size_t pieceSize : {std::size_t{1}, data[0] + std::size_t{1}}) {
        const Masked cut = mask(document, pieceSize);
        require(cut.fault == whole.fault, "however it is cut the verdict is the same");
        if (whole.fault == Fault::none)
            require(cut.text == whole.text, "however it is cut it becomes the same");
        require(cut.text.size() <= document.size(), "nothing is added");
    }
    const Masked several = mask(document, std::max<std::size_t>(document.size(), 1), Documents::many);
    const Masked severalCut = mask(document, 1, Documents::many);
    require(severalCut.fault == several.fault,
            "the verdict on several documents is the same, however they are cut");
    if (several.fault == Fault::none) require(severalCut.text == several.text, "and so is what they become");
    if (whole.fault != Fault::none) return 0;
    require(several.fault == Fault::none && several.text == whole.text, "one is a case of several");
    require(whole.text.size() == document.size(), "no length changes");
    requireOnlyEnvironmentsChanged(document, whole.text);
    const Masked again = mask(whole.text, document.size());
    require(again.fault == Fault::none && again.text == whole.text, "what was masked is masked");
    return 0;
}
