//! The audit entry of a command.

use std::time::SystemTime;

use lognym::audit::{Entry, Log};
use lognym::pseudonym::Keys;

use super::exit::{Exit, Failure};
use super::options::RecordArgs;

/// An entry in the making, and the log that it goes to, if there is one.
pub(crate) struct Record {
    log: Option<Log>,
    pub(crate) entry: Entry,
}

impl Record {
    /// Opens the log before anything is done that would have to stand in it.
    pub(crate) fn open(args: &RecordArgs, action: &'static str) -> Result<Self, Failure> {
        let log = args.audit.as_deref().map(Log::open).transpose()?;
        let mut entry = Entry::new(action, SystemTime::now());
        entry.case = args.case.clone();
        entry.flags = flags(std::env::args_os().map(|argument| argument.into_encoded_bytes()));
        Ok(Self { log, entry })
    }

    /// Notes tokens, which the entry shows only if it has a case.
    pub(crate) fn tokens(&mut self, tokens: impl IntoIterator<Item = String>) {
        if let Some(case) = &mut self.entry.case {
            case.tokens.extend(tokens);
        }
    }

    /// Appends the entry, whatever came of the command.
    pub(crate) fn finish(
        mut self,
        keys: &Keys,
        outcome: Result<Exit, Failure>,
    ) -> Result<Exit, Failure> {
        let Some(log) = &self.log else { return outcome };
        self.entry.exit = match &outcome {
            Ok(exit) => *exit as u8,
            Err(failure) => failure.exit as u8,
        };
        let appended = log.append(&self.entry, keys);
        let exit = outcome?;
        appended?;
        Ok(exit)
    }
}

/// The long options among the arguments, without their values. What the parser has accepted holds no
/// others, so no operand is among them.
fn flags(arguments: impl Iterator<Item = Vec<u8>>) -> Vec<String> {
    arguments
        .take_while(|argument| argument != b"--")
        .filter(|argument| argument.starts_with(b"--"))
        .map(|argument| {
            let end = memchr::memchr(b'=', &argument).unwrap_or(argument.len());
            String::from_utf8_lossy(&argument[..end]).into_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_no_values() {
        let line = "lognym --key-file a.ring --stats=json -u a.log -- --max";
        let arguments = line.split(' ').map(|word| word.as_bytes().to_vec());
        assert_eq!(flags(arguments), ["--key-file", "--stats"]);
    }
}
