#include "mockdocker/state/json.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

namespace mockdocker::json {

std::string quote(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            quoted.append({'\\', c});
        else if (c == '\n')
            quoted += "\\n";
        else if (c == '\r')
            quoted += "\\r";
        else if (c == '\t')
            quoted += "\\t";
        else if (octet < 0x20)
            quoted.append("\\u00").append({hex[octet >> 4U], hex[octet & 15U]});
        else
            quoted.push_back(c);
    }
    return quoted + '"';
}

std::string object(std::initializer_list<std::pair<std::string_view, std::string>> members) {
    std::string text = "{";
    for (const auto& [name, value] : members) {
        text.append(text.size() > 1 ? "," : "").append(quote(name)).append(":").append(value);
    }
    return text + "}";
}

std::string array(const std::vector<std::string>& items) {
    std::string text = "[";
    for (const auto& item : items) text.append(text.size() > 1 ? "," : "").append(item);
    return text + "]";
}

std::string strings(const std::vector<std::string>& items) {
    std::vector<std::string> quoted;
    quoted.reserve(items.size());
    for (const auto& item : items) quoted.push_back(quote(item));
    return array(quoted);
}

std::string write(const Poco::Dynamic::Var& value) {
    if (value.isEmpty()) return "null";
    if (value.type() == typeid(Poco::JSON::Object::Ptr)) {
        std::string text = "{";
        const auto& object = value.extract<Poco::JSON::Object::Ptr>();
        if (!object) return "null";
        for (const auto& [name, member] : *object) {
            text.append(text.size() > 1 ? "," : "").append(quote(name)).append(":").append(write(member));
        }
        return text + "}";
    }
    if (value.type() == typeid(Poco::JSON::Array::Ptr)) {
        std::vector<std::string> items;
        for (const auto& item : *value.extract<Poco::JSON::Array::Ptr>()) items.push_back(write(item));
        return array(items);
    }
    if (value.isString()) return quote(value.toString());
    return value.toString();
}

Poco::JSON::Object::Ptr parseObject(const std::string& text) {
    try {
        Poco::JSON::Parser parser;
        const auto parsed = parser.parse(text);
        return parsed.type() == typeid(Poco::JSON::Object::Ptr) ? parsed.extract<Poco::JSON::Object::Ptr>()
                                                                : nullptr;
    } catch (const Poco::Exception&) {
        return nullptr;
    }
}

std::string stringAt(const Poco::JSON::Object& object, const std::string& key) {
    return object.has(key) && object.get(key).isString() ? object.get(key).toString() : std::string{};
}

bool boolAt(const Poco::JSON::Object& object, const std::string& key) {
    return object.has(key) && object.get(key).isBoolean() && object.get(key).convert<bool>();
}

std::vector<std::string> listAt(const Poco::JSON::Object& object, const std::string& key) {
    if (!object.has(key)) return {};
    if (object.get(key).isString()) return {object.get(key).toString()};
    const auto list = object.getArray(key);
    std::vector<std::string> items;
    for (std::size_t i = 0; list && i < list->size(); ++i)
        items.push_back(list->get(static_cast<unsigned>(i)).toString());
    return items;
}

} // namespace mockdocker::json
