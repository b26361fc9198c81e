//! A TCP relay that can cut and refuse connections.

use std::sync::Arc;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// What the relay does with connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Relays; the number grows with every cut.
    Open(u64),
    /// Closes what comes and what is there.
    Shut,
}

pub(crate) struct Proxy {
    pub(crate) address: String,
    mode: Arc<watch::Sender<Mode>>,
    cuts: u64,
    _tasks: JoinSet<()>,
}

impl Proxy {
    pub(crate) async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let mode = Arc::new(watch::Sender::new(Mode::Open(0)));
        let mut tasks = JoinSet::new();
        let (sender, target) = (Arc::clone(&mode), target.to_owned());
        tasks.spawn(async move {
            let mut relays = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.expect("accepting works");
                let mode = sender.subscribe();
                relays.spawn(relay(near, target.clone(), mode));
            }
        });
        Self {
            address,
            mode,
            cuts: 0,
            _tasks: tasks,
        }
    }

    /// Cuts the connections that are there and goes on with those that come.
    pub(crate) fn cut(&mut self) {
        self.cuts += 1;
        self.mode.send_replace(Mode::Open(self.cuts));
    }

    /// Cuts the connections and refuses those that come.
    pub(crate) fn shut(&mut self) {
        self.mode.send_replace(Mode::Shut);
    }

    pub(crate) fn open(&mut self) {
        self.cut();
    }
}

async fn relay(mut near: TcpStream, target: String, mut mode: watch::Receiver<Mode>) {
    let started = *mode.borrow_and_update();
    if started == Mode::Shut {
        return;
    }
    let Ok(mut far) = TcpStream::connect(target).await else {
        return;
    };
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = mode.changed() => {}
    }
}
