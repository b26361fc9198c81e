//! The dubbo2 wire protocol, provider and consumer.
