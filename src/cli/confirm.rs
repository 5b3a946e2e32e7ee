//! The question before what cannot be undone.

use std::io::{self, BufRead, Write};

use super::exit::{Exit, Failure};

/// Asks on standard error whether to do `what`, unless `yes` has said so already. Anything but a
/// yes on standard input, its end included, is a no.
pub(crate) fn confirm(yes: bool, what: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let mut answer = String::new();
    let _ = write!(io::stderr(), "lognym: {what}. Go on? [y/N] ");
    let _ = io::stdin().lock().read_line(&mut answer);
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    let error = anyhow::anyhow!("not confirmed, nothing was changed; answer `y`, or give --yes");
    Err(Failure::new(Exit::Usage, error))
}
