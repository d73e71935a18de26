#include "proxy/log/log.h"
#include "proxy/log/quote.h"
#include "tests/proxy/net/allocations.h"
#include "tests/row_name.h"

#include <Poco/JSON/Parser.h>
#include <gmock/gmock.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace proxy::log {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

constexpr const char* time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";

/// What a log writes on, and its reader.
class Sink {
public:
    enum class Kind { pipe, socket };

    explicit Sink(Kind kind = Kind::pipe) {
        std::array<int, 2> ends{-1, -1};
        const int made = kind == Kind::pipe
                             ? ::pipe2(ends.data(), O_CLOEXEC)
                             : ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data());
        EXPECT_EQ(made, 0);
        reader_ = ends[0];
        writer = ends[1];
        ::fcntl(reader_, F_SETFL, O_NONBLOCK);
    }
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    ~Sink() {
        closeReader();
        ::close(writer);
    }
    void closeReader() {
        if (reader_ >= 0) ::close(reader_);
        reader_ = -1;
    }
    /// What can be read now.
    std::string text() const {
        std::string all;
        std::array<char, 4096> part{};
        for (ssize_t n = 0; (n = ::read(reader_, part.data(), part.size())) > 0;)
            all.append(part.data(), static_cast<std::size_t>(n));
        return all;
    }

    int writer = -1;

private:
    int reader_ = -1;
};

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

Access example() {
    Access access;
    access.client = "192.0.2.1:5555";
    access.method = "GET";
    access.target = "/v1.41/containers/json?all";
    access.operation = "ContainerList";
    access.verdict = "allow";
    access.rule = "tecnativa.section";
    access.status = 200;
    access.received = 0;
    access.sent = 1234;
    access.duration = 1020us;
    return access;
}

std::string written(Format format, const Access& access) {
    const Sink sink;
    Log log(sink.writer, Level::debug, format);
    log.access(Level::info, access);
    log.flush();
    return sink.text();
}

// ---- Lines ---------------------------------------------------------------------------------------

TEST(LogText, IsOneLineARequest) {
    EXPECT_THAT(written(Format::text, example()),
                MatchesRegex(std::string(time) +
                             " info 192\\.0\\.2\\.1:5555 GET /v1\\.41/containers/json\\?all ContainerList "
                             "allow tecnativa\\.section 200 0 1234 1\\.020ms\n"));
}

TEST(LogText, EndsWithTheNote) {
    Access access = example();
    access.note = "the client went away";
    EXPECT_THAT(written(Format::text, access), testing::EndsWith(" 1.020ms the client went away\n"));
}

TEST(LogText, WritesADashForWhatIsNot) {
    EXPECT_THAT(written(Format::text, Access{}), testing::EndsWith(" info - - - - - - 0 0 0 0.000ms\n"));
}

TEST(LogText, TellsADoorBehindTheClient) {
    Access access = example();
    access.door = "TRAEFIK";
    EXPECT_THAT(written(Format::text, access), HasSubstr(" info 192.0.2.1:5555 door=TRAEFIK GET /v1.41/"));
}

TEST(LogText, WritesEvents) {
    const Sink sink;
    Log log(sink.writer, Level::debug, Format::text);
    log.event(Level::err, "the daemon is gone");
    log.flush();
    EXPECT_THAT(sink.text(), MatchesRegex(std::string(time) + " err the daemon is gone\n"));
}

TEST(LogJson, HoldsEveryPart) {
    Access access = example();
    access.note = "with \"quotes\"";
    const std::string line = written(Format::json, access);
    ASSERT_THAT(linesOf(line), SizeIs(1));
    const auto object = Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
    EXPECT_THAT(object->getValue<std::string>("time"), MatchesRegex(time));
    EXPECT_EQ(object->getValue<std::string>("level"), "info");
    EXPECT_EQ(object->getValue<std::string>("client"), access.client);
    EXPECT_EQ(object->getValue<std::string>("method"), access.method);
    EXPECT_EQ(object->getValue<std::string>("target"), access.target);
    EXPECT_EQ(object->getValue<std::string>("operation"), access.operation);
    EXPECT_EQ(object->getValue<std::string>("verdict"), access.verdict);
    EXPECT_EQ(object->getValue<std::string>("rule"), access.rule);
    EXPECT_EQ(object->getValue<int>("status"), 200);
    EXPECT_EQ(object->getValue<int>("received"), 0);
    EXPECT_EQ(object->getValue<int>("sent"), 1234);
    EXPECT_DOUBLE_EQ(object->getValue<double>("milliseconds"), 1.02);
    EXPECT_EQ(object->getValue<std::string>("note"), access.note);
}

TEST(LogJson, TellsADoor) {
    Access access = example();
    access.door = "TRAEFIK";
    const std::string line = written(Format::json, access);
    const auto object = Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
    EXPECT_EQ(object->getValue<std::string>("door"), access.door);
}

TEST(LogJson, SaysNothingOfADoorWithoutAName) {
    EXPECT_THAT(written(Format::json, example()), Not(HasSubstr("door")));
}

TEST(LogJson, LeavesAnEmptyNoteOut) {
    EXPECT_THAT(written(Format::json, example()), Not(HasSubstr("note")));
}

TEST(LogJson, WritesEvents) {
    const Sink sink;
    Log log(sink.writer, Level::debug, Format::json);
    log.event(Level::warning, "line one\nline two");
    log.flush();
    const std::string line = sink.text();
    ASSERT_THAT(linesOf(line), SizeIs(1));
    const auto object = Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
    EXPECT_EQ(object->getValue<std::string>("level"), "warning");
    EXPECT_EQ(object->getValue<std::string>("message"), "line one\nline two");
}

// ---- Hostile text --------------------------------------------------------------------------------

struct Hostile {
    const char* id;
    std::string text;
    std::string printable;
};
void PrintTo(const Hostile& row, std::ostream* out) {
    *out << row.id;
}

const std::vector<Hostile> hostile{
    {"forged-line", "/x\n2026-01-01T00:00:00.000Z info forged",
     "/x\\x0a2026-01-01T00:00:00.000Z info forged"},
    {"carriage-return", "/x\r/y", "/x\\x0d/y"},
    {"escape-sequence", "/\x1b[2J", "/\\x1b[2J"},
    {"quote", R"(/x","verdict":"allow)", R"(/x","verdict":"allow)"},
    {"backslash", R"(/x\n)", R"(/x\x5cn)"},
    {"backslash-quote", R"(/x\",)", R"(/x\x5c",)"},
    {"nul", std::string("/a\0b", 4), "/a\\x00b"},
    {"delete", "/a\x7f", "/a\\x7f"},
    {"utf8", "/\xc3\xa9", "/\\xc3\\xa9"},
    {"not-utf8", "/\xff\xfe", "/\\xff\\xfe"},
    {"only-unsafe", "\n\n", "\\x0a\\x0a"},
    {"empty", "", ""},
    {"plain", "/containers/json", "/containers/json"},
};

class HostileText : public testing::TestWithParam<Hostile> {};

TEST_P(HostileText, IsPrintable) {
    std::string out = "before ";
    appendPrintable(out, GetParam().text);
    EXPECT_EQ(out, "before " + GetParam().printable);
}

TEST_P(HostileText, StaysOneLineOfText) {
    Access access = example();
    access.target = GetParam().text;
    access.note = GetParam().text;
    EXPECT_THAT(linesOf(written(Format::text, access)), SizeIs(1));
}

TEST_P(HostileText, StaysOneJsonString) {
    Access access = example();
    access.target = GetParam().text;
    const std::string line = written(Format::json, access);
    EXPECT_THAT(linesOf(line), SizeIs(1));
    const auto object = Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
    EXPECT_EQ(object->getValue<std::string>("verdict"), "allow");
    std::string octets; // each is a code point of its own
    for (const char c : GetParam().text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            octets += c;
        } else {
            octets += static_cast<char>(0xc0 | octet >> 6);
            octets += static_cast<char>(0x80 | (octet & 0x3f));
        }
    }
    if (GetParam().text.find('\0') == std::string::npos) { // POCO's parser cuts there
        EXPECT_EQ(object->getValue<std::string>("target"), octets);
    }
}

INSTANTIATE_TEST_SUITE_P(Rows, HostileText, testing::ValuesIn(hostile), tests::byId);

// ---- Targets -------------------------------------------------------------------------------------

struct Target {
    const char* id;
    std::string path;
    std::string query;
    std::string logged;
};
void PrintTo(const Target& row, std::ostream* out) {
    *out << row.id;
}

class LoggedTarget : public testing::TestWithParam<Target> {};

TEST_P(LoggedTarget, HoldsKeysOnly) {
    std::string out = "what was there before";
    loggedTarget(GetParam().path, GetParam().query, out);
    EXPECT_EQ(out, GetParam().logged);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LoggedTarget,
    testing::Values(
        Target{"no-query", "/_ping", "", "/_ping"}, //
        Target{"values", "/build", R"(t=app&buildargs={"TOKEN":"secret"}&q)", "/build?t&buildargs&q"},
        Target{"equals-in-value", "/x", "a=b=secret", "/x?a"},
        Target{"empty-keys", "/x", "=secret&&=secret&b=1&", "/x?b"},
        Target{"question-mark-in-value", "/x", "a=?secret", "/x?a"},
        Target{"only-value", "/x", "=secret", "/x"},
        Target{"long-path", std::string(2000, 'p'), "a=secret", std::string(1024, 'p') + "..."},
        Target{"long-key", "/x", std::string(2000, 'k') + "=secret", "/x..."},
        Target{"just-fits", std::string(1022, 'p'), "k=secret", std::string(1022, 'p') + "?k"},
        Target{"just-does-not", std::string(1023, 'p'), "k=secret", std::string(1023, 'p') + "..."}),
    tests::byId);

// ---- Levels --------------------------------------------------------------------------------------

TEST(Log, FiltersByLevel) {
    for (int least = 0; least < 8; ++least) {
        const Sink sink;
        Log log(sink.writer, static_cast<Level>(least), Format::text);
        std::size_t expected = 0;
        for (int level = 0; level < 8; ++level) {
            const bool shown = level >= least;
            expected += shown ? 2 : 0;
            EXPECT_EQ(log.enabled(static_cast<Level>(level)), shown);
            log.event(static_cast<Level>(level), "x");
            log.access(static_cast<Level>(level), example());
        }
        log.flush();
        EXPECT_THAT(linesOf(sink.text()), SizeIs(expected)) << "from " << nameOf(static_cast<Level>(least));
    }
}

TEST(Log, NamesLevelsAsSyslogDoes) {
    std::vector<std::string> names;
    names.reserve(8);
    for (int level = 0; level < 8; ++level) names.emplace_back(nameOf(static_cast<Level>(level)));
    EXPECT_THAT(names, ElementsAre("debug", "info", "notice", "warning", "err", "crit", "alert", "emerg"));
}

// ---- Writing -------------------------------------------------------------------------------------

TEST(Log, WritesNothingBeforeTheRoundEnds) {
    const Sink sink;
    Log log(sink.writer, Level::info, Format::text);
    log.event(Level::info, "one");
    log.event(Level::info, "two");
    EXPECT_EQ(sink.text(), "");
    log.flush();
    EXPECT_THAT(linesOf(sink.text()), SizeIs(2));
    log.flush();
    EXPECT_EQ(sink.text(), "");
}

TEST(Log, WritesWhatIsLeftAtItsEnd) {
    const Sink sink;
    { Log(sink.writer, Level::info, Format::text).event(Level::info, "last words"); }
    EXPECT_THAT(sink.text(), HasSubstr("last words"));
}

TEST(Log, LeavesTheDescriptorOpenAndBlocking) {
    const Sink sink;
    { Log(sink.writer, Level::info, Format::text).event(Level::info, "x"); }
    EXPECT_EQ(::fcntl(sink.writer, F_GETFL) & O_NONBLOCK, 0) << "other processes may share it";
}

TEST(Log, SteadyUseAllocatesNothing) {
    const Sink sink;
    Log log(sink.writer, Level::info, Format::text);
    const auto use = [&] {
        for (int i = 0; i < 10; ++i) log.access(Level::info, example());
        log.flush();
    };
    for (int i = 0; i < 3; ++i) use();
    (void)sink.text();
    const std::size_t before = test::allocations();
    for (int i = 0; i < 10; ++i) use();
    EXPECT_EQ(test::allocations(), before);
}

// One round may hold very many lines, and the reader reads.
TEST(Log, AReaderWhoReadsMissesNothingOfALongRound) {
    const Sink sink;
    Log log(sink.writer, Level::info, Format::text);
    std::string read;
    constexpr std::size_t many = 20'000;
    for (std::size_t i = 0; i < many; ++i) {
        log.access(Level::info, example());
        if (i % 100 == 0) read += sink.text();
    }
    for (std::string more = "x"; !more.empty(); read += more) {
        log.flush();
        more = sink.text();
    }
    EXPECT_THAT(linesOf(read), SizeIs(many));
    EXPECT_THAT(read, Not(HasSubstr("were dropped")));
}

/// Every line that was logged is either there or counted as dropped.
void expectAccounted(const std::vector<std::string>& lines, int logged) {
    int there = 0;
    int dropped = 0;
    for (const std::string& line : lines) {
        const auto told = line.find(" log lines were dropped");
        if (told == std::string::npos) {
            ++there;
            EXPECT_THAT(line, MatchesRegex(std::string(time) + " info line x*")) << "whole lines only";
        } else {
            dropped += std::stoi(line.substr(line.rfind(' ', told - 1) + 1));
        }
    }
    EXPECT_GT(dropped, 0) << "or this tests nothing";
    EXPECT_EQ(there + dropped, logged);
}

constexpr int flood = 3000;

void logFlood(Log& log) {
    const std::string text = "line " + std::string(1000, 'x');
    for (int i = 0; i < flood; ++i) {
        log.event(Level::info, text);
        if (i % 10 == 0) log.flush();
    }
}

class Unread : public testing::TestWithParam<Sink::Kind> {};

TEST_P(Unread, LinesAreDroppedAndCounted) {
    const Sink sink(GetParam());
    Log log(sink.writer, Level::info, Format::text);
    logFlood(log); // which must not block
    std::string all;
    for (std::string part = sink.text(); !part.empty(); part = sink.text()) {
        all += part;
        log.flush();
    }
    expectAccounted(linesOf(all), flood);
    log.event(Level::info, "and on");
    log.flush();
    EXPECT_THAT(sink.text(), MatchesRegex(std::string(time) + " info and on\n"));
}

INSTANTIATE_TEST_SUITE_P(Sinks, Unread, testing::Values(Sink::Kind::pipe, Sink::Kind::socket),
                         [](const auto& row) { return row.param == Sink::Kind::pipe ? "pipe" : "socket"; });

TEST(Log, TheCountOfDroppedLinesIsNotLostAtTheEnd) {
    const Sink sink;
    std::string all;
    {
        Log log(sink.writer, Level::info, Format::text);
        logFlood(log);
        all += sink.text();
        log.flush();
        all += sink.text();
        ASSERT_GE(::fcntl(sink.writer, F_SETPIPE_SZ, 1 << 20), 1 << 20); // now all that is left finds room
    }
    all += sink.text();
    expectAccounted(linesOf(all), flood);
}

TEST(Log, AReaderWhoLeftStopsNothing) {
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    Sink sink;
    {
        Log log(sink.writer, Level::info, Format::text);
        sink.closeReader();
        logFlood(log);
    }
    std::signal(SIGPIPE, before);
}

TEST(Log, ASocketWhoseReaderLeftRaisesNoSignal) {
    Sink sink(Sink::Kind::socket);
    Log log(sink.writer, Level::info, Format::text);
    sink.closeReader();
    logFlood(log);
}

TEST(Log, AClosedDescriptorStopsNothing) {
    Log log(-1, Level::info, Format::text);
    logFlood(log);
}

// A disk that is full for a while.
TEST(Log, LinesThatADiskHadNoRoomForAreCounted) {
    const Sink sink;
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    Log log(full, Level::info, Format::text);
    log.event(Level::info, "one");
    log.event(Level::info, "two");
    log.flush();
    ASSERT_EQ(::dup2(sink.writer, full), full);
    log.event(Level::info, "three");
    log.flush();
    EXPECT_THAT(linesOf(sink.text()),
                ElementsAre(HasSubstr(" info three"),
                            HasSubstr(" warning 2 log lines were dropped: No space left on device")));
    ::close(full);
}

TEST(Log, NothingIsGluedToALineThatIsHalfWritten) {
    const Sink sink(Sink::Kind::socket);
    const Sink left(Sink::Kind::socket);
    Sink closed(Sink::Kind::socket);
    closed.closeReader();
    const int descriptor = ::dup(sink.writer);
    Log log(descriptor, Level::info, Format::text);
    log.event(Level::info, std::string(900'000, 'x'));
    log.flush();
    std::string all = sink.text();
    ASSERT_FALSE(all.ends_with('\n')) << "or this tests nothing";
    ASSERT_EQ(::dup2(closed.writer, descriptor), descriptor);
    log.event(Level::info, "lost");
    log.flush();
    ASSERT_EQ(::dup2(left.writer, descriptor), descriptor);
    log.event(Level::info, "next");
    for (std::string part = " "; !part.empty(); part = left.text()) {
        log.flush();
        all += part == " " ? "" : part;
    }
    EXPECT_THAT(linesOf(all), ElementsAre(SizeIs(testing::Gt(900'000U)), HasSubstr(" info next"),
                                          HasSubstr(" warning 1 log lines were dropped: Broken pipe")));
    ::close(descriptor);
}

TEST(Log, ALineThatThereIsNoMemoryForIsCounted) {
    const Sink sink;
    Log log(sink.writer, Level::info, Format::text);
    const std::string much(100'000, 'x');
    test::failAllocation(0);
    log.event(Level::info, much);
    log.flush();
    const std::string text = sink.text();
    EXPECT_THAT(text, HasSubstr(" warning 1 log lines were dropped: memory had run out"));
}

} // namespace
} // namespace proxy::log
