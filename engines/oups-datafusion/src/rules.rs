//! What the planning of a statement does beside the engine's own.

use std::sync::Arc;

use datafusion::execution::FunctionRegistry;
use datafusion::prelude::SessionContext;

use crate::insert::is_exact;
use crate::insert_statement::ExactInserts;
use crate::pushdown;
use crate::zoned::Zoned;

/// Adds to a context what it does not have yet: texts beside times with a zone are read as everywhere in oups, inserts take
/// values exactly, and conditions are not mistaken for ones on another column of the same name.
pub(crate) fn register(ctx: &SessionContext) {
    let state = ctx.state_ref();
    let mut state = state.write();
    if !state.analyzer().function_rewrites().iter().any(|rewrite| rewrite.name() == Zoned::NAME) {
        // A state takes every rewrite.
        let _ = state.register_function_rewrite(Arc::new(Zoned));
    }
    if !is_exact(&state) {
        state.add_analyzer_rule(Arc::new(ExactInserts));
    }
    pushdown::ensure(&mut state);
}
