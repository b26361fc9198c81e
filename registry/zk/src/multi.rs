//! multi and multiRead: members between headers, ended by a header that says `done`.

use bytes::{Bytes, BytesMut};

use crate::{
    Create2Response, DecodeError, ErrorCode, OpCode, Request, Stat,
    jute::{Jute, Reader, record},
    records::{CreateResponse, ErrorResponse, GetChildrenResponse, GetDataResponse},
};

record! {
    /// Stands before each member and, with `done`, after the last.
    #[derive(Copy)]
    pub struct MultiHeader {
        /// The member's opcode, or −1.
        pub op: i32,
        /// Whether this is the end.
        pub done: bool,
        /// The member's result; −1 in requests.
        pub err: i32,
    }
}

/// The members of a multi or multiRead.
///
/// Which members are allowed is checked when it is read: create, create2, createContainer,
/// createTTL, delete, setData and check in a multi; getData and getChildren in a multiRead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultiRequest {
    /// The members in order.
    pub ops: Vec<Request>,
}

/// The results of a multi or multiRead, one for each member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultiResponse {
    /// The results in order.
    pub results: Vec<MultiResult>,
}

/// The result of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MultiResult {
    /// create: the node's path.
    Create(String),
    /// create2, createContainer, createTTL: path and Stat.
    Create2(Create2Response),
    /// delete.
    Delete,
    /// setData: the node's Stat.
    SetData(Stat),
    /// check.
    Check,
    /// getData.
    GetData {
        /// The data.
        data: Option<Bytes>,
        /// The node's Stat.
        stat: Stat,
    },
    /// getChildren.
    GetChildren(Vec<String>),
    /// A member that failed, or, in a multi that failed elsewhere, code 0 before the culprit and
    /// [`ErrorCode::RUNTIME_INCONSISTENCY`] after it.
    Error(ErrorCode),
}

impl MultiHeader {
    const END: Self = Self {
        op: -1,
        done: true,
        err: -1,
    };

    const fn member(op: OpCode, err: i32) -> Self {
        Self {
            op: op.code(),
            done: false,
            err,
        }
    }
}

impl MultiRequest {
    /// Appends members and the end mark.
    pub fn write(&self, out: &mut BytesMut) {
        for member in &self.ops {
            MultiHeader::member(member.op(), -1).write(out);
            member.write_body(out);
        }
        MultiHeader::END.write(out);
    }

    /// Reads the members of a multi (`reads` false) or of a multiRead (`reads` true).
    ///
    /// # Errors
    ///
    /// [`DecodeError::MultiMember`] for a member that may not stand there, so that mixing reads
    /// and writes is refused as a whole.
    pub fn read(input: &mut Reader<'_>, reads: bool) -> Result<Self, DecodeError> {
        let mut ops = Vec::new();
        loop {
            let header = MultiHeader::read(input)?;
            if header.done {
                return Ok(Self { ops });
            }
            let op = OpCode::from_code(header.op)
                .filter(|op| is_allowed(*op, reads))
                .ok_or(DecodeError::MultiMember(header.op))?;
            ops.push(Request::read_body(op, input)?);
        }
    }
}

impl MultiResponse {
    /// The first code that is a failure of its own: the culprit of a failed multi.
    pub fn failure(&self) -> Option<(usize, ErrorCode)> {
        self.results
            .iter()
            .enumerate()
            .find_map(|(at, result)| match result {
                MultiResult::Error(code) if !code.is_ok() => Some((at, *code)),
                _ => None,
            })
    }
}

impl Jute for MultiResponse {
    fn write(&self, out: &mut BytesMut) {
        for result in &self.results {
            result.write(out);
        }
        MultiHeader::END.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut results = Vec::new();
        loop {
            let header = MultiHeader::read(input)?;
            if header.done {
                return Ok(Self { results });
            }
            results.push(MultiResult::read(header, input)?);
        }
    }
}

impl MultiResult {
    fn write(&self, out: &mut BytesMut) {
        match self {
            Self::Create(path) => {
                MultiHeader::member(OpCode::Create, 0).write(out);
                path.write(out);
            }
            Self::Create2(created) => {
                MultiHeader::member(OpCode::Create2, 0).write(out);
                created.write(out);
            }
            Self::Delete => MultiHeader::member(OpCode::Delete, 0).write(out),
            Self::SetData(stat) => {
                MultiHeader::member(OpCode::SetData, 0).write(out);
                stat.write(out);
            }
            Self::Check => MultiHeader::member(OpCode::Check, 0).write(out),
            Self::GetData { data, stat } => {
                MultiHeader::member(OpCode::GetData, 0).write(out);
                data.write(out);
                stat.write(out);
            }
            Self::GetChildren(children) => {
                MultiHeader::member(OpCode::GetChildren, 0).write(out);
                children.write(out);
            }
            Self::Error(code) => {
                MultiHeader {
                    op: -1,
                    done: false,
                    err: code.0,
                }
                .write(out);
                ErrorResponse { err: *code }.write(out);
            }
        }
    }

    fn read(header: MultiHeader, input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if header.op == -1 {
            return ErrorResponse::read(input).map(|body| Self::Error(body.err));
        }
        Ok(match OpCode::from_code(header.op) {
            Some(OpCode::Create) => Self::Create(CreateResponse::read(input)?.path),
            Some(OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl) => {
                Self::Create2(Jute::read(input)?)
            }
            Some(OpCode::Delete) => Self::Delete,
            Some(OpCode::SetData) => Self::SetData(Jute::read(input)?),
            Some(OpCode::Check) => Self::Check,
            Some(OpCode::GetData) => {
                let GetDataResponse { data, stat } = Jute::read(input)?;
                Self::GetData { data, stat }
            }
            Some(OpCode::GetChildren) => {
                Self::GetChildren(GetChildrenResponse::read(input)?.children)
            }
            _ => return Err(DecodeError::MultiMember(header.op)),
        })
    }
}

const fn is_allowed(op: OpCode, reads: bool) -> bool {
    match op {
        OpCode::Create
        | OpCode::Create2
        | OpCode::CreateContainer
        | OpCode::CreateTtl
        | OpCode::Delete
        | OpCode::SetData
        | OpCode::Check => !reads,
        OpCode::GetData | OpCode::GetChildren => reads,
        _ => false,
    }
}
