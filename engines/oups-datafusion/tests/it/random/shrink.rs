//! Smaller queries, of one that fails: to be tried in turn.

use super::query::{Body, By, Expr, Grouping, Node, Of, Query, Select, Source};

/// Each is smaller than the query by one step, the largest steps first. Some may not be valid.
pub(super) fn smaller(query: &Query) -> Vec<Query> {
    let with = |change: &dyn Fn(&mut Query)| {
        let mut smaller = query.clone();
        change(&mut smaller);
        smaller
    };
    let mut all = Vec::new();
    if !query.order.is_empty() {
        all.push(with(&|query| query.order.clear()));
    }
    if query.limit.is_some() {
        all.push(with(&|query| query.limit = None));
    }
    if query.offset > 0 {
        all.push(with(&|query| query.offset = 0));
    }
    if query.order.len() > 1 {
        all.extend((0..query.order.len()).map(|at| with(&|query| drop(query.order.remove(at)))));
    }
    let items = query.body.first().items.len();
    if items > 1 {
        all.extend((0..items).map(|at| with(&|query| without_item(query, at))));
    }
    all.extend(bodies(&query.body).into_iter().map(|body| Query { body, ..query.clone() }));
    all
}

/// Takes a column out of the answer.
fn without_item(query: &mut Query, at: usize) {
    fn without(body: &mut Body, at: usize) {
        match body {
            Body::Select(select) if at < select.items.len() => drop(select.items.remove(at)),
            Body::Select(_) => {}
            Body::Set(_, left, right) => {
                without(left, at);
                without(right, at);
            }
        }
    }
    without(&mut query.body, at);
    query.order.retain(|order| !matches!(order.by, By::Item(item) if item == at));
    for order in &mut query.order {
        if let By::Item(item) = &mut order.by {
            *item -= usize::from(*item > at);
        }
    }
}

fn bodies(body: &Body) -> Vec<Body> {
    match body {
        Body::Select(select) => selects(select).into_iter().map(|select| Body::Select(Box::new(select))).collect(),
        Body::Set(operator, left, right) => {
            let mut all = vec![left.as_ref().clone(), right.as_ref().clone()];
            all.extend(bodies(left).into_iter().map(|left| Body::Set(operator, Box::new(left), right.clone())));
            all.extend(bodies(right).into_iter().map(|right| Body::Set(operator, left.clone(), Box::new(right))));
            all
        }
    }
}

fn selects(select: &Select) -> Vec<Select> {
    let with = |change: &dyn Fn(&mut Select)| {
        let mut smaller = select.clone();
        change(&mut smaller);
        smaller
    };
    let mut all = Vec::new();
    all.extend((0..select.joins.len()).map(|at| with(&|select| drop(select.joins.remove(at)))));
    all.extend((0..select.filter.len()).map(|at| with(&|select| drop(select.filter.remove(at)))));
    all.extend((0..select.having.len()).map(|at| with(&|select| drop(select.having.remove(at)))));
    if select.distinct {
        all.push(with(&|select| select.distinct = false));
    }
    if select.grouping != Grouping::Plain {
        all.push(with(&|select| select.grouping = Grouping::Plain));
    }
    if select.group.len() > 1 {
        all.extend((0..select.group.len()).map(|at| with(&|select| drop(select.group.remove(at)))));
    }
    all.extend(sources(&select.from).into_iter().map(|from| Select { from, ..select.clone() }));
    for (at, join) in select.joins.iter().enumerate() {
        for source in sources(&join.source) {
            all.push(with(&|select| select.joins[at].source = source.clone()));
        }
        if join.how != "join" {
            all.push(with(&|select| select.joins[at].how = "join"));
        }
        if join.on.len() > 1 {
            all.extend((0..join.on.len()).map(|on| with(&|select| drop(select.joins[at].on.remove(on)))));
        }
    }
    for (at, condition) in select.filter.iter().enumerate() {
        for smaller in exprs(condition) {
            all.push(with(&|select| select.filter[at] = smaller.clone()));
        }
    }
    for (at, item) in select.items.iter().enumerate() {
        for smaller in parts(item).iter().cloned().chain(exprs(item)) {
            all.push(with(&|select| select.items[at] = smaller.clone()));
        }
    }
    all
}

fn sources(source: &Source) -> Vec<Source> {
    match &source.of {
        Of::Table(_) => Vec::new(),
        Of::Query(query) => {
            let of = |query| Source { of: Of::Query(Box::new(query)), ..source.clone() };
            smaller(query).into_iter().map(of).collect()
        }
    }
}

fn parts(expr: &Expr) -> &[Expr] {
    match &expr.node {
        Node::Form(_, parts) | Node::Query(_, parts, _) => parts,
        _ => &[],
    }
}

/// Smaller expressions of the same kind.
fn exprs(expr: &Expr) -> Vec<Expr> {
    let mut all: Vec<Expr> = parts(expr).iter().filter(|part| part.kind == expr.kind).cloned().collect();
    let (parts, rebuilt): (&[Expr], &dyn Fn(Vec<Expr>) -> Node) = match &expr.node {
        Node::Form(text, parts) => (parts, &|parts| Node::Form(text.clone(), parts)),
        Node::Query(text, parts, query) => (parts, &|parts| Node::Query(text, parts, query.clone())),
        _ => return all,
    };
    for (at, part) in parts.iter().enumerate() {
        for smaller in exprs(part) {
            let mut parts = parts.to_vec();
            parts[at] = smaller;
            all.push(Expr { kind: expr.kind, node: rebuilt(parts) });
        }
    }
    if let Node::Query(text, parts, query) = &expr.node {
        let of = |query| Expr { kind: expr.kind, node: Node::Query(text, parts.clone(), Box::new(query)) };
        all.extend(smaller(query).into_iter().map(of));
    }
    all
}
