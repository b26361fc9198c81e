//! Java classes that are written through a handle or with their insides.

use std::net::Ipv4Addr;

use super::JavaArray;
use crate::class::ClassDef;
use crate::date::Date;
use crate::decode::{Decode, Decoder, decode_single};
use crate::encode::{Encode, Encoder};
use crate::error::{DecodeError, EncodeError};
use crate::java_type::java_class;

/// A `java.util.BitSet`: 64 bits a word, the lowest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BitSet {
    /// The words.
    pub words: JavaArray<i64>,
}

impl BitSet {
    /// Whether a bit is set.
    pub fn contains(&self, bit: usize) -> bool {
        self.words
            .get(bit / 64)
            .is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }
}

wire_object!(BitSet, "com.alibaba.com.caucho.hessian.io.BitSetHandle", {
    words: JavaArray<i64> = "words",
});
java_class!("Ljava/util/BitSet;", "java.util.BitSet" => BitSet);

/// A `java.util.Calendar`: the instant; the time zone does not travel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Calendar {
    /// The class of a calendar that is not Gregorian.
    pub class: Option<super::JavaClass>,
    /// The instant.
    pub date: Date,
}

wire_object!(Calendar, "com.alibaba.com.caucho.hessian.io.CalendarHandle", {
    date: Date = "date",
    class: Option<super::JavaClass> = "type",
});
java_class!("Ljava/util/Calendar;", "java.util.Calendar" => Calendar);

/// A `java.net.InetAddress` of IPv4, with the fields of the JDK's own holder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InetAddress {
    holder: Holder,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Holder {
    host_name: Option<String>,
    address: i32,
    family: i32,
}

impl InetAddress {
    /// An address, perhaps with its name.
    pub fn new(host_name: Option<String>, address: Ipv4Addr) -> Self {
        InetAddress {
            holder: Holder {
                host_name,
                address: u32::from(address).cast_signed(),
                family: 1,
            },
        }
    }

    /// The name, if it was known.
    pub fn host_name(&self) -> Option<&str> {
        self.holder.host_name.as_deref()
    }

    /// The address.
    pub fn address(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.holder.address.cast_unsigned())
    }
}

wire_object!(Holder, "java.net.InetAddress$InetAddressHolder", {
    host_name: Option<String> = "hostName",
    address: i32 = "address",
    family: i32 = "family",
});

const INET_ADDRESS: &ClassDef = class_def!("java.net.InetAddress", ["holder"]);

impl Encode for InetAddress {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_object_start(INET_ADDRESS)?;
        self.holder.encode(e)?;
        e.write_object_end();
        Ok(())
    }
}

impl Decode for InetAddress {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let holder = decode_single(d, INET_ADDRESS)?;
        Ok(InetAddress { holder })
    }
}

java_class!("Ljava/net/InetAddress;", "java.net.InetAddress" => InetAddress);
