//! A service on the Rust ttrpc: server SOCKET ACCOUNTS [blocking]

use std::collections::HashMap;
use std::os::unix::io::{IntoRawFd, RawFd};
use std::os::unix::net::UnixListener;
use ttrpc_rust_benchmark::{accounts, answer, Accounts};

const METHOD: &str = "/accountstatus.v1.StatusService/GetStatus";

struct Blocking(Accounts);

impl ttrpc::MethodHandler for Blocking {
    fn handler(&self, context: ttrpc::TtrpcContext, request: ttrpc::Request) -> ttrpc::Result<()> {
        let response = answer(&self.0, &request.payload);
        ttrpc::response_to_channel(context.mh.stream_id, response, context.res_tx)
    }
}

struct Asynchronous(Accounts);

#[async_trait::async_trait]
impl ttrpc::r#async::MethodHandler for Asynchronous {
    async fn handler(
        &self, context: ttrpc::r#async::TtrpcContext, request: ttrpc::Request,
    ) -> ttrpc::Result<(u32, Vec<u8>)> {
        let response = answer(&self.0, &request.payload);
        let bytes = ttrpc::r#async::convert_response_to_buf(response)?;
        Ok((context.mh.stream_id, bytes))
    }
}

fn serve_blocking(listener: RawFd, accounts: Accounts) {
    let mut methods: HashMap<String, Box<dyn ttrpc::MethodHandler + Send + Sync>> = HashMap::new();
    methods.insert(METHOD.to_string(), Box::new(Blocking(accounts)));
    let server = ttrpc::Server::new().add_listener(listener).expect("cannot listen");
    server.register_service(methods).start().expect("cannot serve");
    loop {
        std::thread::park();
    }
}

async fn serve(listener: RawFd, accounts: Accounts) {
    let mut methods: HashMap<String, Box<dyn ttrpc::r#async::MethodHandler + Send + Sync>> =
        HashMap::new();
    methods.insert(METHOD.to_string(), Box::new(Asynchronous(accounts)));
    let server = ttrpc::r#async::Server::new().add_listener(listener).expect("cannot listen");
    let mut server = server.set_domain_unix().register_service(methods);
    server.start().await.expect("cannot serve");
    std::future::pending::<()>().await;
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let accounts = accounts(arguments[2].parse().expect("not a number of accounts"));
    // Its own bind knows abstract names alone, so it is handed a socket that listens.
    let listener = UnixListener::bind(&arguments[1]).expect("cannot listen").into_raw_fd();
    if arguments.get(3).map(String::as_str) == Some("blocking") {
        serve_blocking(listener, accounts);
    } else {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("cannot start a runtime");
        runtime.block_on(serve(listener, accounts));
    }
}
