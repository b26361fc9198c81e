//! From the protocol's requests to the core's transactions, and from its outcomes to replies.

use tenfold_zk::{
    Create2Response, CreateMode, CreateRequest, CreateResponse, CreateTtlRequest, ErrorCode,
    MultiResponse, MultiResult, OpCode, Request, Response,
};

use crate::core::entry::{Create, CreateKind, Write, WriteReply};

/// What a frame asks for.
#[derive(Debug)]
pub(super) enum Asked {
    /// A transaction.
    Write(Write),
    /// Something that the serving node answers by itself.
    Local(Request),
    /// A body that does not decode: an error reply, and the connection goes on.
    Malformed,
    /// An operation that does not exist or that a client must not send: an error reply, and the
    /// connection ends.
    Unknown,
}

/// Decodes a request.
pub(super) fn decode(op: i32, body: &[u8]) -> Asked {
    let Some(op) = OpCode::from_code(op).filter(|op| *op != OpCode::Check) else {
        return Asked::Unknown;
    };
    match Request::decode(op, body) {
        Ok(request) => classify(request),
        // A multi that cannot be read is a failed transaction, it takes a zxid.
        Err(_) if op == OpCode::Multi => Asked::Write(Write::Refused(ErrorCode::MARSHALLING_ERROR)),
        Err(_) => Asked::Malformed,
    }
}

fn classify(request: Request) -> Asked {
    match request {
        Request::Multi(body) => {
            let members: Option<Vec<Write>> = body.ops.into_iter().map(to_member).collect();
            let unreadable = Write::Refused(ErrorCode::MARSHALLING_ERROR);
            Asked::Write(members.map_or(unreadable, Write::Multi))
        }
        Request::CloseSession => Asked::Write(Write::CloseSession),
        // Membership changes are switched off, as they are in ZooKeeper unless it is told
        // otherwise.
        Request::Reconfig(_) => Asked::Write(Write::Refused(ErrorCode::RECONFIG_DISABLED)),
        request => one(request),
    }
}

/// A request by itself: a transaction if it is one of those.
fn one(request: Request) -> Asked {
    Asked::Write(match request {
        Request::Create(body) => create(CreateKind::Plain, body),
        Request::Create2(body) => create(CreateKind::WithStat, body),
        Request::CreateContainer(body) => create(CreateKind::Container, body),
        Request::CreateTtl(body) => {
            let CreateTtlRequest {
                path,
                data,
                acl,
                flags,
                ttl_ms,
            } = body;
            Write::Create(Create {
                kind: CreateKind::Ttl,
                path,
                data,
                acl,
                flags,
                ttl_ms,
            })
        }
        Request::Delete(body) => Write::Delete {
            path: body.path,
            version: body.version,
        },
        Request::SetData(body) => Write::SetData {
            path: body.path,
            data: body.data,
            version: body.version,
        },
        Request::SetAcl(body) => Write::SetAcl {
            path: body.path,
            acl: body.acl,
            version: body.version,
        },
        Request::Check(body) => Write::Check {
            path: body.path,
            version: body.version,
        },
        other => return Asked::Local(other),
    })
}

/// The member of a multi. ZooKeeper reads flags when it decodes a multi and not, as elsewhere, when
/// it runs the operation: flags that do not exist, or that need a time to live, spoil the whole
/// multi, and a container's flags make any create one.
fn to_member(request: Request) -> Option<Write> {
    let Asked::Write(mut write) = one(request) else {
        return None;
    };
    if let Write::Create(create) = &mut write
        && create.kind != CreateKind::Ttl
    {
        match CreateMode::from_flags(create.flags)? {
            CreateMode::Container => create.kind = CreateKind::Container,
            mode if mode.has_ttl() => return None,
            _ => {}
        }
    }
    Some(write)
}

fn create(kind: CreateKind, body: CreateRequest) -> Write {
    let CreateRequest {
        path,
        data,
        acl,
        flags,
    } = body;
    Write::Create(Create::new(kind, path, data, acl, flags))
}

/// The reply to a transaction.
pub(super) fn encode(reply: WriteReply) -> Result<Response, ErrorCode> {
    Ok(match reply {
        WriteReply::Created {
            kind: CreateKind::Plain,
            path,
            ..
        } => Response::Create(CreateResponse { path }),
        WriteReply::Created { path, stat, .. } => Response::Create2(Create2Response { path, stat }),
        WriteReply::DataSet(stat) | WriteReply::AclSet(stat) => Response::Stat(stat),
        WriteReply::Multi(members) => Response::Multi(MultiResponse {
            results: members.into_iter().map(member).collect(),
        }),
        WriteReply::MultiFailed(codes) => {
            let results = codes.into_iter().map(MultiResult::Error).collect();
            Response::Multi(MultiResponse { results })
        }
        WriteReply::Failed(code) => return Err(code),
        WriteReply::Opened { .. }
        | WriteReply::Closed
        | WriteReply::Deleted
        | WriteReply::Checked => Response::Empty,
    })
}

fn member(reply: WriteReply) -> MultiResult {
    match reply {
        WriteReply::Created {
            kind: CreateKind::Plain,
            path,
            ..
        } => MultiResult::Create(path),
        WriteReply::Created { path, stat, .. } => {
            MultiResult::Create2(Create2Response { path, stat })
        }
        WriteReply::Deleted => MultiResult::Delete,
        WriteReply::DataSet(stat) => MultiResult::SetData(stat),
        WriteReply::Checked => MultiResult::Check,
        WriteReply::Failed(code) => MultiResult::Error(code),
        // No other transaction can be a member.
        _ => MultiResult::Error(ErrorCode::RUNTIME_INCONSISTENCY),
    }
}
