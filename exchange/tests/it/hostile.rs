//! Peers that are slow, silent, or mean it badly.

use std::{sync::Arc, time::Duration};

use tenfold_exchange::{
    Client, ClientConfig, CloseReason, ExchangeError, FrameError, NoHandler, Server, ServerConfig,
};
use tenfold_transport::{Channel, Connector, Listener, MemoryNetwork};
use tokio::time;

use crate::support::*;

const SECOND: Duration = Duration::from_secs(1);

/// A server and a raw channel to it.
async fn raw(config: ServerConfig) -> (Server, Arc<Echo>, Channel) {
    let network = MemoryNetwork::new();
    let handler = Arc::new(Echo::default());
    let server = Server::start(network.listen("echo"), handler.clone(), config);
    let channel = network
        .connector("echo")
        .connect()
        .await
        .expect("it listens");
    (server, handler, channel)
}

async fn closed_with(handler: &Echo) -> CloseReason {
    eventually("it is closed", || !handler.closed.lock().is_empty()).await;
    handler.closed.lock()[0]
}

#[tokio::test]
async fn frames_split_at_every_byte_are_answered() {
    let (_server, _, mut channel) = raw(ServerConfig::default()).await;
    let mut bytes = frame(0xc2, 0, -7, b"echo");
    bytes.extend(frame(0xe2, 0, 8, b"N"));
    bytes.extend(frame(0xc2, 0, i64::MAX, b"now"));
    let mut expected = frame(0x02, 20, -7, b"echo");
    expected.extend(frame(0x22, 20, 8, b"N"));
    expected.extend(frame(0x02, 20, i64::MAX, b"now"));
    for at in 0..=bytes.len() {
        write_raw(&mut channel, &bytes[..at])
            .await
            .expect("written");
        tokio::task::yield_now().await;
        write_raw(&mut channel, &bytes[at..])
            .await
            .expect("written");
        let answers = read_raw(&mut channel, expected.len()).await.expect("read");
        assert_eq!(answers, expected, "split at {at}");
    }
}

#[tokio::test]
async fn heartbeats_are_answered_in_their_own_serialization() {
    let (_server, _, mut channel) = raw(ServerConfig::default()).await;
    // Hessian 2, Hessian 2 with the second null of some peers, and bytes that are not known here.
    for (flags, body) in [
        (0xe2, &b"N"[..]),
        (0xe2, b"NN"),
        (0xf7, &[0, 0, 0, 1, 0xaf]),
    ] {
        write_raw(&mut channel, &frame(flags, 0, 5, body))
            .await
            .expect("written");
        let expected = frame(flags & 0x3f, 20, 5, body);
        let answer = read_raw(&mut channel, expected.len()).await.expect("read");
        assert_eq!(answer, expected);
    }
}

#[tokio::test]
async fn bytes_that_are_no_frame_close_the_connection() {
    let long_event = frame(0xe2, 0, 1, &[0; 16]);
    let mut negative = frame(0xc2, 0, 1, b"");
    negative[12..].copy_from_slice(&(-1i32).to_be_bytes());
    let cases: [(&[u8], FrameError); 4] = [
        (b"ls\r\n", FrameError::Magic(0x6c73)),
        (b"GET / HTTP/1.1\r\n", FrameError::Magic(0x4745)),
        (&negative, FrameError::NegativeLength(-1)),
        (
            &long_event,
            FrameError::EventTooLong {
                bytes: 16,
                limit: 15,
            },
        ),
    ];
    for (bytes, error) in cases {
        let (_server, handler, mut channel) = raw(ServerConfig::default()).await;
        let mut sent = frame(0xc2, 0, 3, b"now");
        sent.extend(bytes);
        write_raw(&mut channel, &sent).await.expect("written");
        assert_eq!(closed_with(&handler).await, CloseReason::Framing(error));
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_stops_is_closed_after_ten_seconds() {
    let (_server, handler, mut channel) = raw(ServerConfig::default()).await;
    let begin = now();
    write_raw(&mut channel, &frame(0xc2, 0, 1, b"now")[..9])
        .await
        .expect("written");
    eventually_long(20, || !handler.closed.lock().is_empty()).await;
    assert_eq!(handler.closed.lock()[0], CloseReason::SlowHead(10 * SECOND));
    assert!(now() - begin < 11 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_body_of_one_byte_a_second_is_closed_after_thirty_seconds() {
    let (_server, handler, mut channel) = raw(ServerConfig::default()).await;
    let begin = now();
    let bytes = frame(0xc2, 0, 1, &[0; 1000]);
    write_raw(&mut channel, &bytes[..20])
        .await
        .expect("written");
    for byte in &bytes[20..] {
        time::sleep(SECOND).await;
        if write_raw(&mut channel, &[*byte]).await.is_err() {
            break;
        }
    }
    assert!(matches!(
        closed_with(&handler).await,
        CloseReason::SlowBody { .. }
    ));
    assert!(now() - begin < 32 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_connection_lives_as_long_as_heartbeats_are_answered() {
    let pair = Pair::new().await;
    time::sleep(3600 * SECOND).await;
    assert_eq!(pair.server.connections(), 1);
    pair.call(b"echo").await.expect("an answer");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_hears_and_says_nothing_is_given_up_after_three_heartbeats() {
    let network = MemoryNetwork::new();
    let mut listener = network.listen("mute");
    let mut config = ClientConfig::default();
    config.connection.heartbeat = Some(SECOND / 2);
    config.connection.idle_timeout = Some(SECOND * 3 / 2);
    let connector = Arc::new(network.connector("mute"));
    let client = Client::new(connector, Arc::new(NoHandler), config);
    let mut channel = std::future::poll_fn(|cx| listener.poll_accept(cx))
        .await
        .expect("accepted");
    client.connected().await.expect("accepted");
    let begin = now();
    let call = client.request(outgoing(b"echo"));
    let error = call.await.expect_err("nobody answers");
    let limit = SECOND * 3 / 2;
    assert!(
        matches!(error, ExchangeError::Closed { reason: CloseReason::Idle(at), .. } if at == limit)
    );
    assert!(now() - begin <= 2 * SECOND);
    let sent = read_raw(&mut channel, 1 << 20).await.expect("read");
    let heartbeats = sent
        .windows(3)
        .filter(|at| *at == [0xda, 0xbb, 0xe2])
        .count();
    assert_eq!(heartbeats, 2);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_never_reads_is_closed_and_costs_little() {
    let (server, handler, mut channel) = raw(ServerConfig::default()).await;
    let begin = now();
    // Requests for as long as the server takes them; their answers are never read.
    let body = [b"now ".as_slice(), &[b'x'; 10_000]].concat();
    let request = frame(0xc2, 0, 1, &body);
    let flood = async { while write_raw(&mut channel, &request).await.is_ok() {} };
    let watch = async {
        let mut most = 0;
        while handler.closed.lock().is_empty() {
            most = most.max(handler.handled.load(std::sync::atomic::Ordering::SeqCst));
            time::sleep(SECOND).await;
        }
        most
    };
    let ((), served) = tokio::join!(flood, watch);
    assert!(matches!(
        handler.closed.lock()[0],
        CloseReason::WriteStalled(_)
    ));
    assert!(now() - begin <= 33 * SECOND);
    // Each answer has 10 KB: no more of them than the out-buffer's bound and one turn.
    assert!(
        served < 250,
        "{served} answers were made for a peer that reads none"
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn answers_of_tasks_wait_for_a_peer_that_does_not_read() {
    let (server, handler, mut channel) = raw(ServerConfig::default()).await;
    handler.gate.0.add_permits(10_000);
    let body = [b"wait ".as_slice(), &[b'x'; 10_000]].concat();
    let mut id = 0;
    let flood = async {
        loop {
            id += 1;
            if write_raw(&mut channel, &frame(0xc2, 0, id, &body))
                .await
                .is_err()
            {
                return;
            }
        }
    };
    let watch = async {
        let mut most = 0;
        while handler.closed.lock().is_empty() {
            most = most.max(server.statistics().out_bytes);
            time::sleep(SECOND / 10).await;
        }
        most
    };
    let ((), most) = tokio::join!(flood, watch);
    assert!(most < 1_200_000, "{most} bytes waited");
    eventually("nothing is left", || server.statistics().served == 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_never_reads_makes_callers_wait_and_time_out() {
    let network = MemoryNetwork::new();
    let mut listener = network.listen("deaf");
    let connector = Arc::new(network.connector("deaf"));
    let client = Client::new(connector, Arc::new(NoHandler), ClientConfig::default());
    let _channel = std::future::poll_fn(|cx| listener.poll_accept(cx))
        .await
        .expect("accepted");
    let body = vec![b'x'; 20_000];
    let calls: Vec<_> = (0..500).map(|_| client.request(outgoing(&body))).collect();
    time::sleep(SECOND).await;
    let held = client.statistics();
    assert!(held.out_bytes < 1_100_000, "{held:?}");
    assert!(held.waiting > 400, "{held:?}");
    let mut unsent = 0;
    for call in calls {
        let error = call.await.expect_err("nobody answers");
        assert!(matches!(error, ExchangeError::Timeout { .. }));
        unsent += usize::from(!error.written());
    }
    assert!(unsent > 400, "{unsent}");
    assert_eq!(client.statistics().waiting, 0);
}

#[tokio::test]
async fn an_answer_nobody_waits_for_is_dropped() {
    let network = MemoryNetwork::new();
    let mut listener = network.listen("odd");
    let connector = Arc::new(network.connector("odd"));
    let client = Client::new(connector, Arc::new(NoHandler), ClientConfig::default());
    let mut channel = std::future::poll_fn(|cx| listener.poll_accept(cx))
        .await
        .expect("accepted");
    client.connected().await.expect("accepted");
    let call = client.request(outgoing(b"hello"));
    let request = read_raw(&mut channel, 21).await.expect("read");
    let id = i64::from_be_bytes(request[4..12].try_into().expect("eight"));
    for wrong in [
        id.wrapping_add(1),
        id.wrapping_add(1 << 32),
        -1,
        i64::MIN,
        0,
    ] {
        write_raw(&mut channel, &frame(0x02, 20, wrong, b"wrong"))
            .await
            .expect("written");
    }
    for _ in 0..3 {
        write_raw(&mut channel, &frame(0x02, 20, id, b"right"))
            .await
            .expect("written");
    }
    assert_eq!(call.await.expect("an answer").body, "right");
    eventually("all others are dropped", || {
        client.statistics().stale_answers == 7
    })
    .await;
}

/// Waits for `condition`, at most `seconds` of tokio's clock.
async fn eventually_long(seconds: u32, condition: impl Fn() -> bool) {
    let limit = time::Instant::now() + seconds * SECOND;
    while !condition() {
        assert!(time::Instant::now() < limit, "never");
        time::sleep(SECOND / 10).await;
    }
}
