//! The operating system's request to end.

/// Waits for Ctrl-C or SIGTERM.
///
/// # Cancel safety
///
/// Dropping the future gives no signal back that came before; none is lost that comes after.
pub async fn terminated() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return interrupted().await;
        };
        tokio::select! {
            () = interrupted() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupted().await;
}

async fn interrupted() {
    // Without a handler for Ctrl-C the process is ended by the operating system, so there is
    // nothing to wait for.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
