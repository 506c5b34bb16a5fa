//! Flat records that come in thousands: lineage nodes, edges, impact items. The selection is read once for a whole list
//! and every row is built from it without a future per field, which is what makes large answers fast.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::{Deprecation, MetaField, MetaType, MetaTypeId, Registry};
use async_graphql::{ContextSelectionSet, Name, OutputType, Positioned, ServerError, ServerResult, Value};

/// A GraphQL object whose fields are plain functions of a value in memory.
pub trait Record: Sized + Send + Sync + 'static {
    const NAME: &'static str;
    const DESCRIPTION: Option<&'static str> = None;
    fn fields() -> Vec<RecordField<Self>>;
}

type Get<T> = Arc<dyn Fn(&T) -> Value + Send + Sync>;
/// Makes the function that gives a field's value under the selections made of it.
type Bind<T> = Box<dyn Fn(&ContextSelectionSet<'_>, &[&Positioned<SelectionSet>]) -> ServerResult<Get<T>>>;

/// One field of a record.
pub struct RecordField<T> {
    name: &'static str,
    description: Option<&'static str>,
    type_info: fn(&mut Registry) -> String,
    bind: Bind<T>,
}

impl<T: Record> RecordField<T> {
    /// A leaf, of the GraphQL type of `O`.
    pub fn leaf<O: OutputType>(name: &'static str, get: fn(&T) -> Value) -> RecordField<T> {
        let get: Get<T> = Arc::new(get);
        RecordField {
            name,
            description: None,
            type_info: O::create_type_info,
            bind: Box::new(move |_, _| Ok(get.clone())),
        }
    }

    /// Another record.
    pub fn nested<U: Record + OutputType>(name: &'static str, get: fn(&T) -> &U) -> RecordField<T> {
        let bind: Bind<T> = Box::new(move |ctx, sets| {
            let plan = Plan::<U>::new(ctx, sets)?;
            Ok(Arc::new(move |value| plan.row(get(value))))
        });
        RecordField { name, description: None, type_info: U::create_type_info, bind }
    }

    /// Another record, or null.
    pub fn maybe<U: Record + OutputType>(name: &'static str, get: fn(&T) -> Option<&U>) -> RecordField<T> {
        let bind: Bind<T> = Box::new(move |ctx, sets| {
            let plan = Plan::<U>::new(ctx, sets)?;
            Ok(Arc::new(move |value| get(value).map_or(Value::Null, |value| plan.row(value))))
        });
        RecordField { name, description: None, type_info: Option::<U>::create_type_info, bind }
    }

    /// A list of records.
    pub fn list<U: Record + OutputType>(name: &'static str, get: fn(&T) -> &[U]) -> RecordField<T> {
        let bind: Bind<T> = Box::new(move |ctx, sets| {
            let plan = Plan::<U>::new(ctx, sets)?;
            Ok(Arc::new(move |value| plan.rows(get(value))))
        });
        RecordField { name, description: None, type_info: Rows::<U>::create_type_info, bind }
    }

    pub fn described(mut self, description: &'static str) -> RecordField<T> {
        self.description = Some(description);
        self
    }

    fn meta(&self, registry: &mut Registry) -> MetaField {
        MetaField {
            name: self.name.to_owned(),
            description: self.description.map(str::to_owned),
            args: IndexMap::new(),
            ty: (self.type_info)(registry),
            deprecation: Deprecation::NoDeprecated,
            cache_control: Default::default(),
            external: false,
            requires: None,
            provides: None,
            visible: None,
            shareable: false,
            inaccessible: false,
            tags: Vec::new(),
            override_from: None,
            compute_complexity: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    }
}

/// What of a record is asked for, in the order asked.
struct Plan<T> {
    columns: Vec<(Name, Get<T>)>,
}

/// The fields selected, by response key; one key may be selected more than once.
type Selected<'a> = IndexMap<Name, Vec<&'a Positioned<Field>>>;

impl<T: Record> Plan<T> {
    fn new(ctx: &ContextSelectionSet<'_>, sets: &[&Positioned<SelectionSet>]) -> ServerResult<Plan<T>> {
        let mut selected = Selected::new();
        for set in sets {
            collect(ctx, T::NAME, set, &mut selected);
        }
        let known = T::fields();
        let columns = selected.into_iter().map(|(key, fields)| {
            let get = column(ctx, &known, &fields)?;
            Ok((key, get))
        });
        columns.collect::<ServerResult<_>>().map(|columns| Plan { columns })
    }

    fn row(&self, value: &T) -> Value {
        let mut row = IndexMap::with_capacity(self.columns.len());
        for (key, get) in &self.columns {
            row.insert(key.clone(), get(value));
        }
        Value::Object(row)
    }

    fn rows(&self, values: &[T]) -> Value {
        Value::List(values.iter().map(|value| self.row(value)).collect())
    }
}

/// Gathers fields through fragments. What `@skip` and `@include` take away is gone before.
fn collect<'a>(ctx: &ContextSelectionSet<'a>, record: &str, set: &'a Positioned<SelectionSet>, out: &mut Selected<'a>) {
    for selection in &set.node.items {
        let (condition, inner) = match &selection.node {
            Selection::Field(field) => {
                out.entry(field.node.response_key().node.clone()).or_default().push(field);
                continue;
            }
            Selection::FragmentSpread(spread) => match ctx.query_env.fragments.get(&spread.node.fragment_name.node) {
                Some(fragment) => (Some(&fragment.node.type_condition), &fragment.node.selection_set),
                None => continue,
            },
            Selection::InlineFragment(fragment) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
            }
        };
        if condition.is_none_or(|condition| condition.node.on.node == record) {
            collect(ctx, record, inner, out);
        }
    }
}

fn column<T: Record>(
    ctx: &ContextSelectionSet<'_>,
    known: &[RecordField<T>],
    fields: &[&Positioned<Field>],
) -> ServerResult<Get<T>> {
    let first = fields.first().map(|field| (field.node.name.node.as_str(), field.pos));
    let (name, pos) = first.ok_or_else(|| ServerError::new("a field was selected without a name", None))?;
    if name == "__typename" {
        return Ok(Arc::new(|_| Value::String(T::NAME.to_owned())));
    }
    let field = known.iter().find(|field| field.name == name);
    let field = field.ok_or_else(|| ServerError::new(format!("`{}` has no field `{name}`", T::NAME), Some(pos)))?;
    let sets: Vec<_> = fields.iter().map(|field| &field.node.selection_set).collect();
    (field.bind)(ctx, &sets)
}

/// Registers a record as the GraphQL object that it is.
pub fn register<T: Record + OutputType>(registry: &mut Registry) -> String {
    registry.create_output_type::<T, _>(MetaTypeId::Object, |registry| MetaType::Object {
        name: T::NAME.to_owned(),
        description: T::DESCRIPTION.map(str::to_owned),
        fields: T::fields().iter().map(|field| (field.name.to_owned(), field.meta(registry))).collect(),
        cache_control: Default::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        is_subscription: false,
        rust_typename: Some(std::any::type_name::<T>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}

/// One record under the selection in force.
pub fn resolve<T: Record>(value: &T, ctx: &ContextSelectionSet<'_>) -> ServerResult<Value> {
    Plan::new(ctx, &[ctx.item]).map(|plan| plan.row(value))
}

/// Makes a `Record` a GraphQL output type.
macro_rules! record {
    ($record:ty) => {
        impl async_graphql::OutputType for $record {
            fn type_name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(<$record as $crate::graphql::record::Record>::NAME)
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                $crate::graphql::record::register::<$record>(registry)
            }

            async fn resolve(
                &self,
                ctx: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                $crate::graphql::record::resolve(self, ctx)
            }
        }
    };
}
pub(crate) use record;

/// A list of records.
pub struct Rows<T>(pub Vec<T>);

impl<T: Record + OutputType> OutputType for Rows<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Plan::new(ctx, &[ctx.item]).map(|plan| plan.rows(&self.0))
    }
}
