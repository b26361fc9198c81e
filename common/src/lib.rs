//! The ground floor of Tenfold: URL, keys, attachments, deadline, clock, extension points.
