// The Python module socket_proxy_conformance: the suite's groups of cases, and verdicts on them.
//
//   cases(dialect="tecnativa")                  -> [Case]: .id .family .variable .level .sentence
//   run(adapter, ids, level="hardening")        -> [(id, "pass" | "fail" | "error" | "skip" | "disabled",
//   why)]
//
// `adapter` is a target adapter's JSON (conformance/target/adapter.h), or the name of a file with one.
// Errors are ValueError. The interpreter's lock is free while a target is judged.
#include "conformance/bridge/bridge.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <stdexcept>
#include <tuple>

namespace py = pybind11;

namespace {

using conformance::CaseGroup;

std::vector<CaseGroup> cases(const std::string& dialect) {
    const auto known = conformance::dialectNamed(dialect);
    if (!known) throw std::invalid_argument("dialect is tecnativa or linuxserver, not '" + dialect + "'");
    return conformance::caseGroups(*known);
}

std::vector<std::tuple<std::string, std::string, std::string>>
run(const std::string& adapter, const std::vector<std::string>& ids, const std::string& level) {
    const auto judged = conformance::levelNamed(level);
    if (!judged) throw std::invalid_argument("level is required or hardening, not '" + level + "'");
    try {
        const auto target = adapter.starts_with('{') ? conformance::parseAdapter(adapter, "adapter")
                                                     : conformance::readAdapter(adapter);
        std::vector<std::tuple<std::string, std::string, std::string>> verdicts;
        for (const auto& one : conformance::judgeGroups(target, ids, *judged))
            verdicts.emplace_back(one.id, nameOf(one.status), one.why);
        return verdicts;
    } catch (const conformance::AdapterError& error) {
        throw std::invalid_argument(error.what());
    }
}

} // namespace

PYBIND11_MODULE(socket_proxy_conformance, module) {
    module.doc() = "The conformance suite for socket proxies of the Docker Engine API";
    py::class_<CaseGroup>(module, "Case")
        .def_readonly("id", &CaseGroup::id)
        .def_readonly("family", &CaseGroup::family)
        .def_readonly("variable", &CaseGroup::variable)
        .def_property_readonly("level", [](const CaseGroup& one) { return std::string(nameOf(one.level)); })
        .def_readonly("sentence", &CaseGroup::sentence)
        .def("__repr__", [](const CaseGroup& one) { return "<Case " + one.id + ">"; });
    module.def("cases", &cases, py::arg("dialect") = "tecnativa");
    module.def("run", &run, py::arg("adapter"), py::arg("ids"), py::arg("level") = "hardening",
               py::call_guard<py::gil_scoped_release>());
}
