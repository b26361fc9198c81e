//! Several writes as one.

use bytes::Bytes;
use tenfold_zk::{
    Acl, CheckVersionRequest, CreateMode, CreateRequest, DeleteRequest, Request, SetDataRequest,
};

use super::ops::ANY_VERSION;

/// Several writes that happen together or not at all. Paths are those of the client's chroot.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Multi {
    pub(super) ops: Vec<Request>,
}

impl Multi {
    /// No writes yet. An empty multi is legal.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the creation of a node.
    pub fn create(
        mut self,
        path: &str,
        data: impl Into<Bytes>,
        acl: Vec<Acl>,
        mode: CreateMode,
    ) -> Self {
        self.ops.push(Request::Create(CreateRequest {
            path: path.to_owned(),
            data: Some(data.into()),
            acl,
            flags: mode.flags(),
        }));
        self
    }

    /// Adds the end of a node.
    pub fn delete(mut self, path: &str, version: Option<i32>) -> Self {
        self.ops.push(Request::Delete(DeleteRequest {
            path: path.to_owned(),
            version: version.unwrap_or(ANY_VERSION),
        }));
        self
    }

    /// Adds the replacement of a node's data.
    pub fn set_data(mut self, path: &str, data: impl Into<Bytes>, version: Option<i32>) -> Self {
        self.ops.push(Request::SetData(SetDataRequest {
            path: path.to_owned(),
            data: Some(data.into()),
            version: version.unwrap_or(ANY_VERSION),
        }));
        self
    }

    /// Adds the condition that a node exists, with this version if one is given.
    pub fn check(mut self, path: &str, version: Option<i32>) -> Self {
        self.ops.push(Request::Check(CheckVersionRequest {
            path: path.to_owned(),
            version: version.unwrap_or(ANY_VERSION),
        }));
        self
    }
}

/// The node of a member of a [`Multi`], which is built of these four only.
pub(super) fn path_mut(op: &mut Request) -> Option<&mut String> {
    match op {
        Request::Create(body) => Some(&mut body.path),
        Request::Delete(body) => Some(&mut body.path),
        Request::SetData(body) => Some(&mut body.path),
        Request::Check(body) => Some(&mut body.path),
        _ => None,
    }
}
