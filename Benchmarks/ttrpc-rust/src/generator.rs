//! The load generator's lines and figures: generator.h says what they are.

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

/// What the driver asks for.
pub struct Request {
    pub in_flight: u32,
    pub connections: u32,
    pub warmup: Duration,
    pub length: Duration,
    pub seed: u32,
}

/// The calls of one lane, one after the other.
pub struct Lane {
    random: u32,
    accounts: u32,
    end: Instant,
    before: Instant,
    pub latencies: Vec<u32>,
    pub wrong: u64,
}

impl Lane {
    pub fn new(accounts: u32, seed: u32, length: Duration) -> Lane {
        let now = Instant::now();
        Lane {
            random: seed.wrapping_mul(2654435761) | 1,
            accounts,
            end: now + length,
            before: now,
            latencies: Vec::new(),
            wrong: 0,
        }
    }

    /// The next account to ask for; None: it is over.
    pub fn next(&mut self) -> Option<u32> {
        if self.before >= self.end {
            return None;
        }
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        Some(self.random % self.accounts)
    }

    pub fn answered(&mut self, is_right: bool) {
        let now = Instant::now();
        let latency = now.duration_since(self.before).as_nanos();
        self.latencies.push(latency.min(u128::from(u32::MAX)) as u32);
        self.wrong += u64::from(!is_right);
        self.before = now;
    }
}

fn processor_time() -> u128 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // Sound: the pointer is to a timespec that outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as u128 * 1_000_000_000 + time.tv_nsec as u128
}

fn parse(line: &str) -> Option<Request> {
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.len() != 6 || words[0] != "turn" {
        return None;
    }
    let numbers: Vec<u32> = words[1..].iter().filter_map(|word| word.parse().ok()).collect();
    match numbers[..] {
        [in_flight, connections, warmup, length, seed] => Some(Request {
            in_flight,
            connections,
            warmup: Duration::from_millis(u64::from(warmup)),
            length: Duration::from_millis(u64::from(length)),
            seed,
        }),
        _ => None,
    }
}

fn print(lanes: Vec<Lane>, warmup: Vec<Lane>, wall: Duration, cpu: u128, has_latencies: bool) {
    let wrong: u64 = lanes.iter().chain(&warmup).map(|lane| lane.wrong).sum();
    let warmup_calls: usize = warmup.iter().map(|lane| lane.latencies.len()).sum();
    let mut latencies: Vec<u32> = lanes.into_iter().flat_map(|lane| lane.latencies).collect();
    latencies.sort_unstable();
    let calls = latencies.len();
    print!(
        "{{\"calls\":{calls},\"warmup_calls\":{warmup_calls},\"wall_ns\":{},\"cpu_ns\":{cpu},\"wrong\":{wrong}",
        wall.as_nanos()
    );
    if has_latencies && calls > 0 {
        let (p50, p99) = (latencies[calls / 2], latencies[calls - 1 - calls / 100]);
        print!(",\"p50_ns\":{p50},\"p99_ns\":{p99}");
    }
    println!("}}");
}

/// Answers the driver's lines: `run` makes calls as a request says, for a time, with a seed.
pub fn serve_driver(mut run: impl FnMut(&Request, Duration, u32) -> Vec<Lane>) {
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("cannot read");
        let request = parse(&line).unwrap_or_else(|| panic!("not a turn: {line}"));
        let warmup = run(&request, request.warmup, request.seed);
        let (begin, used) = (Instant::now(), processor_time());
        let lanes = run(&request, request.length, request.seed ^ 0x5555_5555);
        let (wall, cpu) = (begin.elapsed(), processor_time() - used);
        print(lanes, warmup, wall, cpu, request.in_flight == 1);
        std::io::stdout().flush().expect("cannot write");
    }
}
