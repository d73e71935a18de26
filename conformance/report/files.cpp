#include "conformance/report/files.h"

#include "conformance/net/fd.h"
#include "conformance/report/html.h"
#include "conformance/report/json.h"
#include "conformance/report/junit.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace conformance {
namespace {

using Writer = void (*)(std::ostream&, const RunResult&);

struct File {
    const char* option;
    const std::string& path;
    Writer writer;
};

std::array<File, 3> filesOf(const ReportFiles& files) {
    return {{{"--json", files.json, writeJson},
             {"--junit", files.junit, writeJunit},
             {"--html", files.html, writeHtml}}};
}

[[noreturn]] void cannotWrite(const File& file, int error) {
    throw ReportError("the report " + std::string(file.option) + " " + file.path +
                      " cannot be written: " + ::strerrordesc_np(error));
}

// Where it is written, to be renamed when it is whole: whoever looks meanwhile, or after a full disk, finds the
// former report or none. What is no file (/dev/stdout) is written as it is.
std::string beside(const std::string& path) {
    const bool isOther = std::filesystem::exists(path) && !std::filesystem::is_regular_file(path);
    return isOther ? path : path + "." + std::to_string(::getpid()) + ".part";
}

// Only opening tells the truth. A file that was not there is not left behind: the run may never end.
void tryToOpen(const File& file, const std::string& path) {
    const bool isNew = !std::filesystem::exists(path);
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) cannotWrite(file, errno);
    ::close(fd);
    if (isNew) ::unlink(path.c_str());
}

// What root writes in another's folder, out of a container or by sudo, is theirs, as all else there. Nothing but what
// was written just now: in that folder its name may lead to anything by the time.
void giveToWhomTheFolderIs(const std::string& part) {
    struct stat folder {};
    struct stat own {};
    const auto path = std::filesystem::absolute(part).parent_path();
    const Fd file(::open(part.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    if (::geteuid() != 0 || !file || ::stat(path.c_str(), &folder) != 0 || ::fstat(file.get(), &own) != 0)
        return;
    if (own.st_uid == 0 && own.st_nlink == 1)
        std::ignore = ::fchown(file.get(), folder.st_uid, folder.st_gid);
}

void writeWhole(const File& file, const RunResult& run) {
    const auto part = beside(file.path);
    const bool isPart = part != file.path;
    try {
        errno = 0;
        std::ofstream stream(part, std::ios::binary | std::ios::trunc);
        file.writer(stream, run);
        stream.close();
        if (!stream) cannotWrite(file, errno == 0 ? EIO : errno);
        // A link stays one: what it leads to is replaced.
        const auto whole = std::filesystem::weakly_canonical(file.path);
        if (isPart) giveToWhomTheFolderIs(part);
        if (isPart && ::rename(part.c_str(), whole.c_str()) != 0) cannotWrite(file, errno);
    } catch (...) {
        if (isPart) ::unlink(part.c_str());
        throw;
    }
}

} // namespace

void checkWritable(const ReportFiles& files) {
    const auto all = filesOf(files);
    for (const auto& file : all) {
        if (file.path.empty()) continue;
        for (const auto& other : all)
            if (&other != &file && other.path == file.path)
                throw ReportError("two reports cannot be written to one file, " + file.path);
        tryToOpen(file, file.path);
        tryToOpen(file, beside(file.path));
    }
}

void write(const ReportFiles& files, const RunResult& run) {
    for (const auto& file : filesOf(files))
        if (!file.path.empty()) writeWhole(file, run);
}

} // namespace conformance
