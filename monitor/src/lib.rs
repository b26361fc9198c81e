//! The monitor room: call statistics and metrics.
