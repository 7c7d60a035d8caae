//! Maintenance of stores: verify, repair, export, the layout as text. Each adds its own `impl` to the handles.

pub(crate) mod export;
pub(crate) mod layout_text;
pub(crate) mod repair;
pub(crate) mod task;
pub(crate) mod verify;
