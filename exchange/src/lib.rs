//! The exchange room: requests matched with answers over one multiplexed connection.
