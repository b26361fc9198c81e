//! The client's operations.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use tenfold_zk::{
    Acl, AddWatchMode, AddWatchRequest, ClientInfo, CreateMode, CreateRequest, CreateTtlRequest,
    DeleteRequest, GetEphemeralsRequest, MultiRequest, MultiResult, PathRequest, PathWatchRequest,
    ReconfigRequest, Request, Response, SetAclRequest, SetDataRequest, Stat, path,
};

use super::{
    Multi, SessionWatch, Watch, ZkClientBuilder, ZkError, ZkErrorKind,
    builder::auth_packet,
    call::{CLOSE_PATIENCE, Handle},
    multi::path_mut,
    shared::Inner,
};

/// A ZooKeeper client. Cheap to clone; all clones share one session.
///
/// When the last clone has gone, the session is closed in the background; [`ZkClient::close`]
/// waits for that.
///
/// Reads are repeated after a lost connection until their time is over. Writes are sent at most
/// once: [`ZkErrorKind::ConnectionLoss`] says that the outcome is unknown.
///
/// # Cancel safety
///
/// Dropping the future of an operation withdraws it if it has not been sent, and otherwise stops
/// waiting: the server may carry it out.
#[derive(Clone)]
pub struct ZkClient {
    handle: Arc<Handle>,
    pub(super) request_timeout: Duration,
}

impl ZkClient {
    /// A builder for the servers `host[:port][,host[:port]…][/chroot]`.
    pub fn builder(servers: &str) -> ZkClientBuilder {
        ZkClientBuilder::new(servers)
    }

    pub(super) fn new(handle: Handle, request_timeout: Duration) -> Self {
        Self {
            handle: Arc::new(handle),
            request_timeout,
        }
    }

    /// The same client with another time for its operations.
    #[must_use]
    pub fn with_request_timeout(&self, timeout: Duration) -> Self {
        Self {
            handle: Arc::clone(&self.handle),
            request_timeout: timeout,
        }
    }

    /// Follows the session.
    pub fn session(&self) -> SessionWatch {
        SessionWatch::new(self.inner().states.subscribe())
    }

    /// Creates a node; returns its path, with its number if the mode is sequential.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::NodeExists`], [`ZkErrorKind::NoNode`] without a parent, and others.
    pub async fn create(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        acl: Vec<Acl>,
        mode: CreateMode,
    ) -> Result<String, ZkError> {
        check_create(path, mode)?;
        if mode == CreateMode::Container {
            return self
                .create_with_stat(path, data, acl, mode)
                .await
                .map(|(path, _)| path);
        }
        let request = Request::Create(self.create_request(path, data.into(), acl, mode));
        match self.request("create", path, request).await? {
            Response::Create(body) => Ok(self.inner().without_chroot(&body.path)),
            _ => Err(unexpected("create", path)),
        }
    }

    /// Creates a node; returns its path and Stat. Servers before 3.5 do not know it.
    ///
    /// # Errors
    ///
    /// As [`ZkClient::create`].
    pub async fn create_with_stat(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        acl: Vec<Acl>,
        mode: CreateMode,
    ) -> Result<(String, Stat), ZkError> {
        check_create(path, mode)?;
        let body = self.create_request(path, data.into(), acl, mode);
        let request = if mode == CreateMode::Container {
            Request::CreateContainer(body)
        } else {
            Request::Create2(body)
        };
        self.created(path, request).await
    }

    /// Creates a node that goes when nothing has touched it for `ttl` and it has no children.
    ///
    /// # Errors
    ///
    /// As [`ZkClient::create`], and [`ZkErrorKind::Unimplemented`] where the server has TTL nodes
    /// switched off, as ZooKeeper has by default.
    pub async fn create_with_ttl(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        acl: Vec<Acl>,
        sequential: bool,
        ttl: Duration,
    ) -> Result<(String, Stat), ZkError> {
        let mode = if sequential {
            CreateMode::PersistentSequentialWithTtl
        } else {
            CreateMode::PersistentWithTtl
        };
        check_create(path, mode)?;
        let request = Request::CreateTtl(CreateTtlRequest {
            path: self.inner().with_chroot(path),
            data: Some(data.into()),
            acl,
            flags: mode.flags(),
            ttl_ms: i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX),
        });
        self.created(path, request).await
    }

    /// Creates a persistent node with all that is missing above it. A node that is there is left
    /// as it is.
    ///
    /// # Errors
    ///
    /// As [`ZkClient::create`], without [`ZkErrorKind::NodeExists`].
    pub async fn ensure_path(&self, path: &str, data: impl Into<Bytes>) -> Result<(), ZkError> {
        let data = data.into();
        // The usual case first: the node, or at least its parent, is there.
        let mut missing = vec![path];
        while let Some(path) = missing.last().copied() {
            let created = self
                .create(path, data.clone(), Acl::open(), CreateMode::Persistent)
                .await;
            match created.as_ref().map_err(ZkError::kind) {
                Ok(_) | Err(ZkErrorKind::NodeExists) => {
                    missing.pop();
                }
                Err(ZkErrorKind::NoNode) => match path::parent(path).filter(|up| *up != "/") {
                    Some(parent) => missing.push(parent),
                    // The chroot itself is missing.
                    None => return created.map(|_| ()),
                },
                Err(_) => return created.map(|_| ()),
            }
        }
        Ok(())
    }

    /// Deletes a node.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::NoNode`], [`ZkErrorKind::BadVersion`], [`ZkErrorKind::NotEmpty`] and others.
    pub async fn delete(&self, path: &str, version: Option<i32>) -> Result<(), ZkError> {
        let request = Request::Delete(DeleteRequest {
            path: self.full(path, "delete")?,
            version: version.unwrap_or(ANY_VERSION),
        });
        self.request("delete", path, request).await.map(|_| ())
    }

    /// The node's Stat, or `None` when there is no such node.
    ///
    /// # Errors
    ///
    /// Those of any operation.
    pub async fn exists(&self, path: &str) -> Result<Option<Stat>, ZkError> {
        let request = Request::Exists(self.read_request(path, "exists")?);
        existence(path, self.request("exists", path, request).await)
    }

    /// [`ZkClient::exists`] with a watch for the node's birth, change and end.
    ///
    /// # Errors
    ///
    /// Those of any operation.
    pub async fn exists_watched(&self, path: &str) -> Result<(Option<Stat>, Watch), ZkError> {
        let request = Request::Exists(self.read_request(path, "exists")?);
        let watch = self.prepare_watch(true);
        let reply = self
            .watched_request("exists", path, request, watch.id)
            .await;
        Ok((existence(path, reply)?, watch))
    }

    /// The node's data and Stat. Null data is `None`.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::NoNode`] and those of any operation.
    pub async fn data(&self, path: &str) -> Result<(Option<Bytes>, Stat), ZkError> {
        let request = Request::GetData(self.read_request(path, "getData")?);
        data(path, self.request("getData", path, request).await?)
    }

    /// [`ZkClient::data`] with a watch for the node's change and end.
    ///
    /// # Errors
    ///
    /// As [`ZkClient::data`]; without a node there is no watch.
    pub async fn data_watched(
        &self,
        path: &str,
    ) -> Result<((Option<Bytes>, Stat), Watch), ZkError> {
        let request = Request::GetData(self.read_request(path, "getData")?);
        let watch = self.prepare_watch(true);
        let reply = self
            .watched_request("getData", path, request, watch.id)
            .await?;
        Ok((data(path, reply)?, watch))
    }

    /// Replaces the node's data.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::NoNode`], [`ZkErrorKind::BadVersion`] and others.
    pub async fn set_data(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        version: Option<i32>,
    ) -> Result<Stat, ZkError> {
        let request = Request::SetData(SetDataRequest {
            path: self.full(path, "setData")?,
            data: Some(data.into()),
            version: version.unwrap_or(ANY_VERSION),
        });
        stat(
            "setData",
            path,
            self.request("setData", path, request).await?,
        )
    }

    /// The names of the node's children, in no order, and its Stat.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::NoNode`] and those of any operation.
    pub async fn children(&self, path: &str) -> Result<(Vec<String>, Stat), ZkError> {
        let request = Request::GetChildren2(self.read_request(path, "getChildren")?);
        children(path, self.request("getChildren", path, request).await?)
    }

    /// [`ZkClient::children`] with a watch for children that come and go, and the node's end.
    ///
    /// # Errors
    ///
    /// As [`ZkClient::children`]; without a node there is no watch.
    pub async fn children_watched(
        &self,
        path: &str,
    ) -> Result<((Vec<String>, Stat), Watch), ZkError> {
        let request = Request::GetChildren2(self.read_request(path, "getChildren")?);
        let watch = self.prepare_watch(true);
        let reply = self
            .watched_request("getChildren", path, request, watch.id)
            .await?;
        Ok((children(path, reply)?, watch))
    }

    /// The number of the node's descendants. Servers before 3.6 do not know it.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::NoNode`] and those of any operation.
    pub async fn descendants(&self, path: &str) -> Result<i32, ZkError> {
        const NAME: &str = "getAllChildrenNumber";
        let request = Request::GetAllChildrenNumber(PathRequest {
            path: self.full(path, NAME)?,
        });
        match self.request(NAME, path, request).await? {
            Response::GetAllChildrenNumber(body) => Ok(body.total),
            _ => Err(unexpected(NAME, path)),
        }
    }

    /// The node's ACL list and Stat.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::NoNode`] and those of any operation.
    pub async fn acl(&self, path: &str) -> Result<(Vec<Acl>, Stat), ZkError> {
        let request = Request::GetAcl(PathRequest {
            path: self.full(path, "getACL")?,
        });
        match self.request("getACL", path, request).await? {
            Response::GetAcl(body) => Ok((body.acl, body.stat)),
            _ => Err(unexpected("getACL", path)),
        }
    }

    /// Replaces the node's ACL list; the version is the ACL's.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::InvalidAcl`], [`ZkErrorKind::BadVersion`] and others.
    pub async fn set_acl(
        &self,
        path: &str,
        acl: Vec<Acl>,
        version: Option<i32>,
    ) -> Result<Stat, ZkError> {
        let request = Request::SetAcl(SetAclRequest {
            path: self.full(path, "setACL")?,
            acl,
            version: version.unwrap_or(ANY_VERSION),
        });
        stat("setACL", path, self.request("setACL", path, request).await?)
    }

    /// Waits until the connected server has caught up with the leader.
    ///
    /// # Errors
    ///
    /// Those of any operation.
    pub async fn sync(&self, path: &str) -> Result<(), ZkError> {
        let request = Request::Sync(PathRequest {
            path: self.full(path, "sync")?,
        });
        self.request("sync", path, request).await.map(|_| ())
    }

    /// Carries out several writes together or not at all; one result for each.
    ///
    /// # Errors
    ///
    /// The failure of the member that spoilt it, named by [`ZkError::multi_member`].
    pub async fn multi(&self, multi: Multi) -> Result<Vec<MultiResult>, ZkError> {
        let mut ops = multi.ops;
        for (member, op) in ops.iter_mut().enumerate() {
            let sequential = matches!(op, Request::Create(body)
                if CreateMode::from_flags(body.flags).is_some_and(CreateMode::is_sequential));
            let Some(path) = path_mut(op) else { continue };
            if let Err(error) = path::validate_for_create(path, sequential) {
                let error = ZkError::new(ZkErrorKind::BadPath(error), "multi", None);
                return Err(error.member(member, Some(path)));
            }
            *path = self.inner().with_chroot(path);
        }
        let paths: Vec<String> = ops
            .iter()
            .map(|op| self.inner().without_chroot(op.path().unwrap_or_default()))
            .collect();
        let request = Request::Multi(MultiRequest { ops });
        let Response::Multi(body) = self.request_anywhere("multi", None, request, None).await?
        else {
            return Err(ZkError::new(ZkErrorKind::UnexpectedReply, "multi", None));
        };
        if let Some((member, code)) = body.failure() {
            let path = paths.get(member).map(String::as_str);
            return Err(ZkError::new(code.into(), "multi", None).member(member, path));
        }
        Ok(body
            .results
            .into_iter()
            .map(|result| self.freed(result))
            .collect())
    }

    /// Reads several nodes' data in one go; each has its own result. Servers before 3.6 do not
    /// know it.
    ///
    /// # Errors
    ///
    /// Those of any operation, for all of them together.
    pub async fn data_of(&self, paths: &[&str]) -> Result<Vec<MultiResult>, ZkError> {
        let ops = paths
            .iter()
            .map(|path| self.read_request(path, "multiRead").map(Request::GetData))
            .collect::<Result<Vec<_>, _>>()?;
        let request = Request::MultiRead(MultiRequest { ops });
        match self
            .request_anywhere("multiRead", None, request, None)
            .await?
        {
            Response::Multi(body) => Ok(body.results),
            _ => Err(ZkError::new(
                ZkErrorKind::UnexpectedReply,
                "multiRead",
                None,
            )),
        }
    }

    /// Arms a lasting watch; the node need not exist. Servers before 3.6 do not know it.
    ///
    /// # Errors
    ///
    /// Those of any operation.
    pub async fn add_watch(&self, path: &str, mode: AddWatchMode) -> Result<Watch, ZkError> {
        let request = Request::AddWatch(AddWatchRequest {
            path: self.full(path, "addWatch")?,
            mode,
        });
        let watch = self.prepare_watch(false);
        self.watched_request("addWatch", path, request, watch.id)
            .await?;
        Ok(watch)
    }

    /// The session's ephemeral nodes whose path starts with `prefix`, a plain text. Servers before
    /// 3.6 do not know it.
    ///
    /// # Errors
    ///
    /// Those of any operation.
    pub async fn ephemerals(&self, prefix: &str) -> Result<Vec<String>, ZkError> {
        const NAME: &str = "getEphemerals";
        let inner = self.inner();
        let request = Request::GetEphemerals(GetEphemeralsRequest {
            prefix: Some(inner.with_chroot(prefix)),
        });
        match self.request(NAME, prefix, request).await? {
            Response::GetEphemerals(body) => {
                let ours = body
                    .ephemerals
                    .into_iter()
                    .filter(|path| path.starts_with(&inner.chroot));
                Ok(ours.map(|path| inner.without_chroot(&path)).collect())
            }
            _ => Err(unexpected(NAME, prefix)),
        }
    }

    /// The identities of the connection. Servers before 3.7 do not know it.
    ///
    /// # Errors
    ///
    /// Those of any operation.
    pub async fn who_am_i(&self) -> Result<Vec<ClientInfo>, ZkError> {
        match self
            .request_anywhere("whoAmI", None, Request::WhoAmI, None)
            .await?
        {
            Response::WhoAmI(body) => Ok(body.clients),
            _ => Err(ZkError::new(ZkErrorKind::UnexpectedReply, "whoAmI", None)),
        }
    }

    /// The membership text of the ensemble, whatever the chroot.
    ///
    /// # Errors
    ///
    /// Those of any operation.
    pub async fn config(&self) -> Result<(Option<Bytes>, Stat), ZkError> {
        let request = Request::GetData(PathWatchRequest {
            path: CONFIG_PATH.to_owned(),
            watch: false,
        });
        data(
            CONFIG_PATH,
            self.request("getConfig", CONFIG_PATH, request).await?,
        )
    }

    /// Changes the membership of the ensemble; returns the text that stands then.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::NoAuth`], [`ZkErrorKind::Other`] with the reconfiguration codes, and others.
    pub async fn reconfig(
        &self,
        change: ReconfigRequest,
    ) -> Result<(Option<Bytes>, Stat), ZkError> {
        let reply = self
            .request("reconfig", CONFIG_PATH, Request::Reconfig(change))
            .await?;
        data(CONFIG_PATH, reply)
    }

    /// Adds an identity to the session, shown at once and after each reconnect. If a server
    /// refuses it, the client ends with [`super::SessionPhase::AuthFailed`].
    pub fn add_auth(&self, scheme: &str, auth: impl Into<Bytes>) {
        self.inner().add_auth(auth_packet(scheme, auth.into()));
    }

    /// Ends the session, for all clones, and waits for that.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops waiting; the session is closed all the same.
    pub async fn close(&self) {
        let mut session = self.session();
        self.inner().close(CLOSE_PATIENCE);
        while !session.current().phase.is_final() {
            if session.changed().await.is_none() {
                return;
            }
        }
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.handle.inner
    }

    /// Checks a path and puts the chroot before it.
    fn full(&self, path: &str, operation: &'static str) -> Result<String, ZkError> {
        check(path, operation)?;
        Ok(self.inner().with_chroot(path))
    }

    fn read_request(
        &self,
        path: &str,
        operation: &'static str,
    ) -> Result<PathWatchRequest, ZkError> {
        Ok(PathWatchRequest {
            path: self.full(path, operation)?,
            watch: false,
        })
    }

    fn create_request(
        &self,
        path: &str,
        data: Bytes,
        acl: Vec<Acl>,
        mode: CreateMode,
    ) -> CreateRequest {
        CreateRequest {
            path: self.inner().with_chroot(path),
            data: Some(data),
            acl,
            flags: mode.flags(),
        }
    }

    fn prepare_watch(&self, one_shot: bool) -> Watch {
        let (id, queue) = self.inner().prepare_watch(one_shot);
        Watch {
            id,
            queue,
            inner: Arc::clone(self.inner()),
        }
    }

    async fn created(&self, path: &str, request: Request) -> Result<(String, Stat), ZkError> {
        match self.request("create", path, request).await? {
            Response::Create2(body) => Ok((self.inner().without_chroot(&body.path), body.stat)),
            _ => Err(unexpected("create", path)),
        }
    }

    fn freed(&self, result: MultiResult) -> MultiResult {
        match result {
            MultiResult::Create(path) => MultiResult::Create(self.inner().without_chroot(&path)),
            MultiResult::Create2(mut created) => {
                created.path = self.inner().without_chroot(&created.path);
                MultiResult::Create2(created)
            }
            other => other,
        }
    }
}

impl fmt::Debug for ZkClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZkClient")
            .field("session", &self.session().current())
            .field("request_timeout", &self.request_timeout)
            .finish_non_exhaustive()
    }
}

fn check(path: &str, operation: &'static str) -> Result<(), ZkError> {
    path::validate(path)
        .map_err(|error| ZkError::new(ZkErrorKind::BadPath(error), operation, Some(path)))
}

fn check_create(path: &str, mode: CreateMode) -> Result<(), ZkError> {
    path::validate_for_create(path, mode.is_sequential())
        .map_err(|error| ZkError::new(ZkErrorKind::BadPath(error), "create", Some(path)))
}

fn unexpected(operation: &'static str, path: &str) -> ZkError {
    ZkError::new(ZkErrorKind::UnexpectedReply, operation, Some(path))
}

fn existence(path: &str, reply: Result<Response, ZkError>) -> Result<Option<Stat>, ZkError> {
    match reply {
        Ok(Response::Stat(stat)) => Ok(Some(stat)),
        Ok(_) => Err(unexpected("exists", path)),
        Err(error) if *error.kind() == ZkErrorKind::NoNode => Ok(None),
        Err(error) => Err(error),
    }
}

fn data(path: &str, reply: Response) -> Result<(Option<Bytes>, Stat), ZkError> {
    match reply {
        Response::GetData(body) => Ok((body.data, body.stat)),
        _ => Err(unexpected("getData", path)),
    }
}

fn children(path: &str, reply: Response) -> Result<(Vec<String>, Stat), ZkError> {
    match reply {
        Response::GetChildren2(body) => Ok((body.children, body.stat)),
        _ => Err(unexpected("getChildren", path)),
    }
}

fn stat(operation: &'static str, path: &str, reply: Response) -> Result<Stat, ZkError> {
    match reply {
        Response::Stat(stat) => Ok(stat),
        _ => Err(unexpected(operation, path)),
    }
}

/// The version that fits any node.
pub(super) const ANY_VERSION: i32 = -1;
const CONFIG_PATH: &str = "/zookeeper/config";
