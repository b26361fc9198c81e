//! The service attribute and the derives of Tenfold.
