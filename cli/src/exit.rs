//! Exit codes that scripts can use.
//!
//! | code | meaning |
//! | ---: | --- |
//! | 0 | the method returned |
//! | 1 | the method threw an exception |
//! | 2 | the command line is wrong |
//! | 3 | no provider could be reached, or none knows the service or method |
//! | 4 | no answer came in time |
//! | 5 | anything else went wrong |

use std::process::ExitCode;

use tenfold::{ErrorKind, RpcError};

pub(crate) const THROWN: u8 = 1;
pub(crate) const USAGE: u8 = 2;
const UNREACHABLE: u8 = 3;
const TIMEOUT: u8 = 4;
pub(crate) const OTHER: u8 = 5;

/// The code for a call that failed.
pub(crate) fn of_error(error: &RpcError) -> ExitCode {
    ExitCode::from(match error.kind() {
        ErrorKind::Exception => THROWN,
        ErrorKind::NoProvider
        | ErrorKind::Forbidden
        | ErrorKind::Network
        | ErrorKind::ServiceNotFound
        | ErrorKind::MethodNotFound => UNREACHABLE,
        ErrorKind::Timeout => TIMEOUT,
        _ => OTHER,
    })
}
