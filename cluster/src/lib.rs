//! The cluster room: directory, routers, load balance, fault tolerance.
