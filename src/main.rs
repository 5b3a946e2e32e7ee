//! The `lognym` command. Everything it does is in the library; this is the way in.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
