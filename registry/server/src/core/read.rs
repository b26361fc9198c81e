//! Reads: answered from the applied state, never replicated, never changing it.

use tenfold_zk::{
    Acl, ClientInfo, ErrorCode, GetAclResponse, GetAllChildrenNumberResponse, GetChildren2Response,
    GetChildrenResponse, GetDataResponse, GetEphemeralsResponse, Id, MultiRequest, MultiResponse,
    MultiResult, Perms, Request, Response, SessionId, SyncResponse, WhoAmIResponse,
};

use super::{
    acl,
    tree::{Tree, Znode},
};

/// Answers a read. Reads do not validate paths: what is not a path is not a node.
pub(super) fn answer(
    tree: &Tree,
    session: SessionId,
    identities: &[Id],
    request: &Request,
) -> Result<Response, ErrorCode> {
    let readable = |path: &str| {
        let node = tree.get(path).ok_or(ErrorCode::NO_NODE)?;
        may(&node.acl, Perms::READ, identities).map(|()| node)
    };
    match request {
        Request::Exists(body) => {
            if body.path.contains('\0') {
                return Err(ErrorCode::BAD_ARGUMENTS);
            }
            readable(&body.path).map(|node| Response::Stat(node.stat()))
        }
        Request::GetData(body) => readable(&body.path).map(|node| {
            Response::GetData(GetDataResponse {
                data: node.data.clone(),
                stat: node.stat(),
            })
        }),
        Request::GetChildren(body) => readable(&body.path).map(|node| {
            Response::GetChildren(GetChildrenResponse {
                children: children(node),
            })
        }),
        Request::GetChildren2(body) => readable(&body.path).map(|node| {
            let body = GetChildren2Response {
                children: children(node),
                stat: node.stat(),
            };
            Response::GetChildren2(body)
        }),
        Request::GetAllChildrenNumber(body) => {
            readable(&body.path)?;
            let total = i32::try_from(tree.descendants(&body.path)).unwrap_or(i32::MAX);
            Ok(Response::GetAllChildrenNumber(
                GetAllChildrenNumberResponse { total },
            ))
        }
        Request::GetAcl(body) => get_acl(tree, identities, &body.path),
        Request::MultiRead(body) => Ok(Response::Multi(multi_read(tree, identities, body))),
        Request::GetEphemerals(body) => {
            let prefix = body.prefix.as_deref().unwrap_or_default();
            let all = matches!(prefix.trim(), "" | "/");
            let mine = tree
                .ephemerals(session)
                .filter(|path| all || path.starts_with(prefix));
            let ephemerals = mine.map(|path| path.to_string()).collect();
            Ok(Response::GetEphemerals(GetEphemeralsResponse {
                ephemerals,
            }))
        }
        Request::WhoAmI => {
            let info = |id: &Id| ClientInfo {
                scheme: id.scheme.clone(),
                user: acl::user_name(id).to_owned(),
            };
            let clients = identities.iter().map(info).collect();
            Ok(Response::WhoAmI(WhoAmIResponse { clients }))
        }
        Request::Sync(body) => Ok(Response::Sync(SyncResponse {
            path: body.path.clone(),
        })),
        Request::Ping => Ok(Response::Empty),
        _ => Err(ErrorCode::UNIMPLEMENTED),
    }
}

fn get_acl(tree: &Tree, identities: &[Id], path: &str) -> Result<Response, ErrorCode> {
    let node = tree.get(path).ok_or(ErrorCode::NO_NODE)?;
    may(&node.acl, Perms::READ | Perms::ADMIN, identities)?;
    let shown = if may(&node.acl, Perms::ADMIN, identities).is_ok() {
        node.acl.to_vec()
    } else {
        acl::masked(&node.acl)
    };
    Ok(Response::GetAcl(GetAclResponse {
        acl: shown,
        stat: node.stat(),
    }))
}

/// Several reads; each has its own outcome.
fn multi_read(tree: &Tree, identities: &[Id], body: &MultiRequest) -> MultiResponse {
    let one = |request: &Request| {
        let node = |path: &str| {
            let node = tree.get(path).ok_or(ErrorCode::NO_NODE)?;
            may(&node.acl, Perms::READ, identities).map(|()| node)
        };
        let result = match request {
            Request::GetData(body) => node(&body.path).map(|node| MultiResult::GetData {
                data: node.data.clone(),
                stat: node.stat(),
            }),
            Request::GetChildren(body) => {
                node(&body.path).map(|node| MultiResult::GetChildren(children(node)))
            }
            _ => Err(ErrorCode::UNIMPLEMENTED),
        };
        result.unwrap_or_else(MultiResult::Error)
    };
    MultiResponse {
        results: body.ops.iter().map(one).collect(),
    }
}

fn children(node: &Znode) -> Vec<String> {
    node.children.iter().map(|name| name.to_string()).collect()
}

fn may(list: &[Acl], wanted: Perms, identities: &[Id]) -> Result<(), ErrorCode> {
    if acl::allows(list, wanted, identities) {
        Ok(())
    } else {
        Err(ErrorCode::NO_AUTH)
    }
}
