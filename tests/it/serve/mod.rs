//! The sidecar on loopback: what goes in, what comes out, and what happens when things break.

mod admin;
mod deploy;
mod faults;
mod harness;
mod journal;
mod life;
mod real;
mod refusals;
mod syslog_ng;
mod tls;
mod transports;
