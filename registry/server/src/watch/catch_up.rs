//! What a client that comes back has missed: setWatches and setWatches2.

use tenfold_zk::{EventType, SetWatches2, Stat};

use super::{ConnectionId, WatchTable};

/// The outcome of re-arming: events that are due at once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CatchUp {
    /// What happened and to which node, in the order of the request's lists.
    pub events: Vec<(EventType, String)>,
}

/// Compares each path with the state the client last saw: what has changed since is told at once,
/// the rest is armed. Persistent watches are armed whatever happened; their catch-up is the
/// client's own matter.
pub fn catch_up(
    table: &mut WatchTable,
    connection: ConnectionId,
    request: &SetWatches2,
    stat: impl Fn(&str) -> Option<Stat>,
) -> CatchUp {
    let mut events = Vec::new();
    for path in &request.data {
        match stat(path) {
            None => events.push((EventType::NodeDeleted, path.clone())),
            Some(stat) if stat.mzxid > request.relative_zxid => {
                events.push((EventType::NodeDataChanged, path.clone()));
            }
            Some(_) => table.arm_data(connection, path),
        }
    }
    for path in &request.exist {
        match stat(path) {
            Some(_) => events.push((EventType::NodeCreated, path.clone())),
            None => table.arm_data(connection, path),
        }
    }
    for path in &request.child {
        match stat(path) {
            None => events.push((EventType::NodeDeleted, path.clone())),
            Some(stat) if stat.pzxid > request.relative_zxid => {
                events.push((EventType::NodeChildrenChanged, path.clone()));
            }
            Some(_) => table.arm_child(connection, path),
        }
    }
    for path in &request.persistent {
        table.arm_persistent(connection, path);
    }
    for path in &request.persistent_recursive {
        table.arm_recursive(connection, path);
    }
    CatchUp { events }
}

#[cfg(test)]
mod tests {
    use tenfold_zk::Zxid;

    use super::*;

    #[test]
    fn what_was_missed_is_told_and_the_rest_is_armed() {
        let mut table = WatchTable::default();
        let me = ConnectionId(1);
        let request = SetWatches2 {
            relative_zxid: Zxid(10),
            data: vec!["/gone".into(), "/changed".into(), "/same".into()],
            exist: vec!["/gone".into(), "/same".into()],
            child: vec!["/gone".into(), "/changed".into(), "/same".into()],
            persistent: vec!["/changed".into()],
            persistent_recursive: vec!["/gone".into()],
        };
        let stat = |path: &str| {
            let zxid = match path {
                "/changed" => Zxid(11),
                "/same" => Zxid(10),
                _ => return None,
            };
            Some(Stat {
                mzxid: zxid,
                pzxid: zxid,
                ..Stat::default()
            })
        };
        let caught = catch_up(&mut table, me, &request, stat);
        let told: Vec<_> = caught
            .events
            .iter()
            .map(|(kind, path)| (*kind, path.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (EventType::NodeDeleted, "/gone"),
                (EventType::NodeDataChanged, "/changed"),
                (EventType::NodeCreated, "/same"),
                (EventType::NodeDeleted, "/gone"),
                (EventType::NodeChildrenChanged, "/changed"),
            ]
        );
        // Data on /same and /gone (exist), child on /same, both tables on /changed, recursive on
        // /gone.
        assert_eq!(table.count_of(me), 5);
    }
}
