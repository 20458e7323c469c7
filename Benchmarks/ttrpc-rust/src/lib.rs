//! What the server and the client share: the messages, the accounts and their answers.
//! accounts.h says what the accounts are.

mod generated {
    include!(concat!(env!("OUT_DIR"), "/mod.rs"));
}
pub mod generator;
pub use generated::lookup;

use protobuf::Message;
use std::collections::HashMap;

/// An account's status, as a server keeps it.
pub struct Account {
    pub id: String,
    pub state: i32,
    pub revision: u64,
    pub token: Vec<u8>,
}

/// Accounts by id.
pub type Accounts = HashMap<String, Account>;

pub fn account_id(number: u32) -> String {
    format!("partner-{number:08}")
}

pub fn accounts(count: u32) -> Accounts {
    let account = |number: u32| Account {
        id: account_id(number),
        state: 1 + (number % 2) as i32,
        revision: 1 + u64::from(number % 100),
        token: vec![b'a' + (number % 26) as u8; 56],
    };
    (0..count).map(|number| (account_id(number), account(number))).collect()
}

/// What a server answers to the payload of a request.
pub fn answer(accounts: &Accounts, payload: &[u8]) -> ttrpc::Response {
    let mut response = ttrpc::Response::new();
    let request = lookup::GetStatusRequest::parse_from_bytes(payload).ok();
    match request.and_then(|request| accounts.get(request.get_account_id())) {
        Some(account) => {
            let mut reply = lookup::GetStatusResponse::new();
            let status = reply.mut_status();
            status.set_account_id(account.id.clone());
            status.set_state(account.state);
            status.set_capabilities((1..=18).collect());
            status.set_policy_edition("2020-06".to_string());
            status.set_revision(account.revision);
            reply.set_token(account.token.clone());
            response.set_status(ttrpc::get_status(ttrpc::Code::OK, String::new()));
            response.set_payload(reply.write_to_bytes().expect("memory holds it"));
        }
        None => {
            let text = "no such account".to_string();
            response.set_status(ttrpc::get_status(ttrpc::Code::NOT_FOUND, text));
        }
    }
    response
}

/// A call for an account.
pub fn request(id: &str) -> ttrpc::Request {
    let mut message = lookup::GetStatusRequest::new();
    message.set_account_id(id.to_string());
    let mut request = ttrpc::Request::new();
    request.set_service("accountstatus.v1.StatusService".to_string());
    request.set_method("GetStatus".to_string());
    request.set_payload(message.write_to_bytes().expect("memory holds it"));
    request
}

/// Whether a reply is about an account.
pub fn is_right(response: &ttrpc::Response, id: &str) -> bool {
    lookup::GetStatusResponse::parse_from_bytes(&response.payload)
        .map(|reply| reply.get_status().get_account_id() == id)
        .unwrap_or(false)
}
