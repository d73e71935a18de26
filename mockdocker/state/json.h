// The little JSON the mock daemon needs: reading through POCO, writing as Go's encoding/json does
// (POCO's stringifier escapes slashes and sorts keys, Go does neither).
#pragma once

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mockdocker::json {

/// The text as a JSON string, quotes included.
[[nodiscard]] std::string quote(std::string_view text);
/// {"name":value,…} from values that are JSON already.
[[nodiscard]] std::string object(std::initializer_list<std::pair<std::string_view, std::string>> members);
[[nodiscard]] std::string array(const std::vector<std::string>& items);
[[nodiscard]] std::string strings(const std::vector<std::string>& items);
/// What POCO parsed, written back.
[[nodiscard]] std::string write(const Poco::Dynamic::Var& value);
inline std::string boolean(bool value) {
    return value ? "true" : "false";
}

/// A null pointer when `text` is not a JSON object.
[[nodiscard]] Poco::JSON::Object::Ptr parseObject(const std::string& text);
[[nodiscard]] std::string stringAt(const Poco::JSON::Object& object, const std::string& key);
[[nodiscard]] bool boolAt(const Poco::JSON::Object& object, const std::string& key);
/// A list of strings, or one string as a list of one; empty when absent.
[[nodiscard]] std::vector<std::string> listAt(const Poco::JSON::Object& object, const std::string& key);

} // namespace mockdocker::json
