//! The Hessian 2 codec as Dubbo uses it.
