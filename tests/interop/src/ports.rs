//! Free ports and the name of this machine that every peer accepts.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// 127.0.0.1 as one decimal number.
///
/// Java Dubbo refuses to bind, to register and to connect to `localhost` and to everything that
/// looks like 127.x, and takes another address of the machine instead. This form passes its check
/// and is resolved to the loopback address by the JDK and by the C library alike, with no entry in
/// a hosts file.
pub const HOST: &str = "2130706433";

/// A TCP port of the loopback address on which nobody listens.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .map_err(Error::while_doing("look for a free port"))?;
    let address = listener
        .local_addr()
        .map_err(Error::while_doing("read the free port"))?;
    Ok(address.port())
}

/// Waits until something accepts on the port.
pub fn wait_until_open(port: u16, limit: Duration) -> Result<()> {
    let end = Instant::now() + limit;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if Instant::now() > end {
            return Err(Error::new(format!(
                "nothing listens on port {port} after {limit:?}"
            )));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
