//! Keys: values of the user's index struct, and their paths.

/// Why a key, a key's text or a key schema is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {}
