//! Calls by the Rust ttrpc clients: the blocking one, and with several in flight the asynchronous.

use std::os::unix::io::{IntoRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;
use ttrpc_rust_benchmark::generator::{serve_driver, Lane, Request};
use ttrpc_rust_benchmark::{account_id, is_right, request};

struct Client {
    socket: String,
    ids: Arc<Vec<String>>,
    blocking: Vec<ttrpc::Client>,
    asynchronous: Option<ttrpc::r#async::Client>,
    runtime: tokio::runtime::Runtime,
}

fn connect(socket: &str) -> RawFd {
    UnixStream::connect(socket).expect("cannot connect").into_raw_fd()
}

fn call_until_end(client: &ttrpc::Client, ids: &[String], mut lane: Lane) -> Lane {
    while let Some(account) = lane.next() {
        let id = &ids[account as usize];
        let response = client.request(request(id)).expect("the call failed");
        lane.answered(is_right(&response, id));
    }
    lane
}

async fn keep_in_flight(
    client: ttrpc::r#async::Client, ids: Arc<Vec<String>>, lanes: Vec<Lane>,
) -> Vec<Lane> {
    let tasks: Vec<_> = lanes
        .into_iter()
        .map(|mut lane| {
            let (mut client, ids) = (client.clone(), ids.clone());
            tokio::spawn(async move {
                while let Some(account) = lane.next() {
                    let id = &ids[account as usize];
                    let response = client.request(request(id)).await.expect("the call failed");
                    lane.answered(is_right(&response, id));
                }
                lane
            })
        })
        .collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.expect("a task failed"));
    }
    done
}

impl Client {
    fn run(&mut self, wanted: &Request, length: Duration, seed: u32) -> Vec<Lane> {
        let count = wanted.in_flight * wanted.connections;
        let accounts = self.ids.len() as u32;
        let lanes: Vec<Lane> = (0..count)
            .map(|lane| Lane::new(accounts, seed.wrapping_add(lane), length))
            .collect();
        if wanted.in_flight > 1 {
            let socket = &self.socket;
            let client = self.runtime.block_on(async {
                self.asynchronous
                    .get_or_insert_with(|| ttrpc::r#async::Client::new(connect(socket)))
                    .clone()
            });
            return self.runtime.block_on(keep_in_flight(client, self.ids.clone(), lanes));
        }
        while self.blocking.len() < wanted.connections as usize {
            self.blocking.push(ttrpc::Client::new(connect(&self.socket)));
        }
        let (clients, ids) = (self.blocking.iter_mut(), &self.ids);
        std::thread::scope(|scope| {
            let threads: Vec<_> = lanes
                .into_iter()
                .zip(clients)
                .map(|(lane, client)| scope.spawn(move || call_until_end(client, ids, lane)))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a thread failed")).collect()
        })
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let accounts: u32 = arguments[2].parse().expect("not a number of accounts");
    let mut client = Client {
        socket: arguments[1].clone(),
        ids: Arc::new((0..accounts).map(account_id).collect()),
        blocking: vec![ttrpc::Client::new(connect(&arguments[1]))],
        asynchronous: None,
        runtime: tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("cannot start a runtime"),
    };
    serve_driver(|wanted, length, seed| client.run(wanted, length, seed));
}
