//! In which form personal data is somewhere, and how surely.

use graph::EdgeKind;

/// In which form data arrived, the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Form {
    /// As part of a number over several rows; of how many people is not known.
    Aggregate,
    /// Hashed, masked or tokenised. It is still personal data as long as somebody can tell whose it is.
    Pseudonymised,
    Plain,
}

/// What came along a way: the weakest form on it, and whether all of it is known. Ordered by strength.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct State {
    pub form: Form,
    /// False when a part of the way is known between tables only, or as a tie of an unknown kind.
    pub sure: bool,
}

/// A state in one word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Holding {
    MayHold,
    Holds,
    Pseudonymised,
    Aggregate,
}

/// What masking does to personal data.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Masking {
    /// It makes it pseudonymised.
    #[default]
    Carries,
    /// It ends the way.
    Stops,
}

/// What one tie does to what goes along it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Effect {
    /// None: it decides, and no value comes over.
    pub carries: Option<Form>,
    pub masks: bool,
    pub sure: bool,
}

impl State {
    pub const START: State = State { form: Form::Plain, sure: true };

    pub fn holding(self) -> Holding {
        match (self.sure, self.form) {
            (false, _) => Holding::MayHold,
            (true, Form::Plain) => Holding::Holds,
            (true, Form::Pseudonymised) => Holding::Pseudonymised,
            (true, Form::Aggregate) => Holding::Aggregate,
        }
    }

    /// What arrives at the other end; none when it ends there.
    pub(super) fn along(self, effect: Effect, masking: Masking) -> Option<State> {
        let form = effect.carries?;
        if effect.masks && masking == Masking::Stops {
            return None;
        }
        Some(State { form: self.form.min(form), sure: self.sure && effect.sure })
    }
}

impl Effect {
    /// Only tables are tied.
    pub const TABLES: Effect = Effect { carries: Some(Form::Plain), masks: false, sure: false };

    /// What an edge between columns does; `whole` when it ends at a dataset, of which any column may be meant.
    pub fn of(kind: EdgeKind, masking: bool, whole: bool) -> Effect {
        let masked = if masking { Form::Pseudonymised } else { Form::Plain };
        let (carries, sure) = match kind {
            EdgeKind::Identity | EdgeKind::Transformation | EdgeKind::Direct => (Some(masked), true),
            EdgeKind::Aggregation => (Some(Form::Aggregate), true),
            EdgeKind::Unknown | EdgeKind::Feeds | EdgeKind::Reads | EdgeKind::Writes => (Some(masked), false),
            EdgeKind::Join
            | EdgeKind::Filter
            | EdgeKind::GroupBy
            | EdgeKind::Sort
            | EdgeKind::Window
            | EdgeKind::Conditional
            | EdgeKind::Indirect
            | EdgeKind::OwnedBy
            | EdgeKind::Tagged
            | EdgeKind::PartOf
            | EdgeKind::Unparsed
            | EdgeKind::UnresolvedDataset
            | EdgeKind::UnresolvedColumn => (None, true),
        };
        Effect { carries, masks: masking && carries.is_some(), sure: sure && !whole }
    }
}
