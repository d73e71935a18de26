// Bytes of answers: heads in the order Go's net/http writes them, chunks, stdcopy frames.
#pragma once

#include "mockdocker/wire/request.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mockdocker {

using Fields = std::vector<Field>;

[[nodiscard]] std::string_view reasonPhrase(int status);
/// "Tue, 24 Nov 2026 02:13:38 GMT", now.
[[nodiscard]] std::string httpDate();
/// "HTTP/1.1 200 OK" CRLF; `http11` false: HTTP/1.0.
[[nodiscard]] std::string statusLine(int status, bool http11);
/// `fields` sorted by name, as net/http writes what handlers have set.
[[nodiscard]] std::string sortedFields(Fields fields);
[[nodiscard]] std::string chunk(std::string_view data);
/// Docker's stream multiplexing: {STREAM,0,0,0,SIZE big-endian} and the
/// payload. stream 1 = stdout, 2 = stderr.
[[nodiscard]] std::string stdcopyFrame(int stream, std::string_view payload);

/// The checkable pattern of huge bodies: octet i is letter i mod 251 of a fixed block; 251 is prime, so that
/// no buffer size hides a shift.
[[nodiscard]] std::string pattern(std::uint64_t offset, std::size_t size);
[[nodiscard]] bool isPattern(std::uint64_t offset, std::string_view bytes);

} // namespace mockdocker
