//! What a provider weighs, and how it warms up.

use std::sync::Arc;

use tenfold_common::{Url, keys};

use crate::Member;

/// What one provider's URL says about its weight for one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weight {
    weight: i32,
    /// Start of the provider in milliseconds since the epoch; 0 when unknown.
    timestamp: u64,
    warmup: i32,
    /// Whether the URL says anything about it.
    is_set: bool,
}

/// The weights of a snapshot's members for one method.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    each: Box<[Weight]>,
    /// Whether all weigh the same once they are warm.
    equal: bool,
    /// When the last of them is warm.
    warm_at: u64,
}

impl Weight {
    pub(crate) fn of(url: &Url, method: &str) -> Self {
        let weight = url.method_param(method, keys::WEIGHT);
        let timestamp = url.param(keys::TIMESTAMP);
        let warmup = url.method_param(method, keys::WARMUP);
        let number = |text: Option<&str>| text.and_then(|text| text.trim().parse().ok());
        Self {
            weight: number(weight).unwrap_or(WEIGHT),
            timestamp: timestamp
                .and_then(|text| text.trim().parse().ok())
                .unwrap_or(0),
            warmup: number(warmup).unwrap_or(WARMUP_MILLIS),
            is_set: weight.is_some() || timestamp.is_some(),
        }
    }

    /// The weight at `now`, in the 32-bit float arithmetic of Dubbo's `AbstractLoadBalance`, so
    /// that every consumer sees the same.
    pub(crate) fn at(self, now: u64) -> u32 {
        if self.weight > 0 && self.timestamp > 0 {
            let Some(uptime) = now.checked_sub(self.timestamp) else {
                return 1;
            };
            let uptime = i32::try_from(uptime).unwrap_or(i32::MAX);
            if uptime > 0 && uptime < self.warmup {
                let step = self.warmup as f32 / self.weight as f32;
                // Cut towards zero, as Java's cast does.
                let warm = (uptime as f32 / step) as i32;
                return u32::try_from(warm.clamp(1, self.weight)).unwrap_or(1);
            }
        }
        u32::try_from(self.weight).unwrap_or(0)
    }

    fn warm_at(self) -> u64 {
        if self.weight > 0 && self.timestamp > 0 {
            let warmup = u64::try_from(self.warmup).unwrap_or(0);
            self.timestamp.saturating_add(warmup)
        } else {
            0
        }
    }
}

impl Weights {
    pub(crate) fn of(members: &[Arc<Member>], method: &str) -> Self {
        let each: Box<[Weight]> = members
            .iter()
            .map(|member| Weight::of(member.url(), method))
            .collect();
        let first = each.first().map(|first| first.weight);
        Self {
            equal: each.iter().all(|one| Some(one.weight) == first),
            warm_at: each.iter().map(|one| one.warm_at()).max().unwrap_or(0),
            each,
        }
    }

    /// The weight of the member at `place`.
    pub(crate) fn at(&self, place: usize, now: u64) -> u32 {
        self.each.get(place).map_or(0, |one| one.at(now))
    }

    /// Whether all members weigh the same at `now`, as far as that can be told at once.
    pub(crate) fn are_equal(&self, now: u64) -> bool {
        self.equal && now >= self.warm_at
    }

    /// Whether the URL of the member at `place` says anything about its weight.
    pub(crate) fn is_set(&self, place: usize) -> bool {
        self.each.get(place).is_some_and(|one| one.is_set)
    }
}

/// Dubbo's defaults.
const WEIGHT: i32 = 100;
const WARMUP_MILLIS: i32 = 600_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(parameters: &str) -> Weight {
        let url = Url::parse(&format!("dubbo://h:1/a.B?{parameters}")).expect("a URL");
        Weight::of(&url, "find")
    }

    #[test]
    fn a_provider_warms_up_in_ten_minutes() {
        let start = 1_000_000;
        let weight = weight(&format!("timestamp={start}"));
        for (uptime, expected) in [
            (0, 100),
            (1, 1),
            (5_999, 1),
            (6_000, 1),
            (12_000, 2),
            (60_000, 10),
            (599_999, 99),
            (600_000, 100),
            (u64::from(u32::MAX), 100),
        ] {
            assert_eq!(weight.at(start + uptime), expected, "{uptime} ms");
        }
        assert_eq!(weight.at(start - 1), 1, "a start in the future");
    }

    #[test]
    fn method_parameters_and_odd_values_are_understood() {
        assert_eq!(weight("weight=5&find.weight=7").at(1), 7);
        assert_eq!(weight("weight=5").at(1), 5);
        assert_eq!(weight("").at(1), 100);
        assert_eq!(weight("weight=-3").at(1), 0);
        assert_eq!(weight("weight=x").at(1), 100);
        assert_eq!(weight("weight=0&timestamp=1").at(2), 0);
        assert_eq!(weight("weight=200&timestamp=1000&warmup=100").at(1050), 100);
        assert_eq!(weight("timestamp=1000&warmup=-1").at(1050), 100);
    }

    #[test]
    fn thirds_are_cut_in_32_bit_floats() {
        // 600000f / 7 = 85714.28; 257143 / 85714.28 = 3.0000017, 257142 / 85714.28 = 2.99999.
        let weight = weight("weight=7&timestamp=1");
        assert_eq!(
            weight.at(1 + 257_142),
            (257_142_f32 / (600_000_f32 / 7_f32)) as u32
        );
        assert_eq!(weight.at(1 + 257_144), 3);
    }
}
