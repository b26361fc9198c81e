//! The registry room: Dubbo's tree on a ZooKeeper client, static lists.
