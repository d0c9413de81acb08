// One visitor of a variant, made of lambdas.
#pragma once

namespace mailquotad::os {

/// std::visit(Overloaded{[](const A&) {}, [](const B&) {}}, variant).
template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

} // namespace mailquotad::os
