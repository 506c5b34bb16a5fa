//! Where personal data is, where it goes, and in which order it is erased: pure functions of a revision and a question.
//!
//! A column's standing comes from its tags and, short of these, from its name. Data is followed along the lineage of
//! columns, and where that is not known along that of tables, and then it only may be there. A value of a person is
//! never asked for, read or told.

mod actions;
mod category;
mod erasure;
mod inventory;
mod keys;
mod links;
mod names;
mod order;
mod rules;
mod standing;
mod state;
mod statement;
mod ties;
mod trace;
mod words;

pub use category::Category;
pub use erasure::{Action, Erasure, ErasureStep, Estimate, Held, Open, Plan, erasure_plan};
pub use inventory::{Inventory, Listed, Question, inventory};
pub use keys::{KeyColumn, KeyStep, Likeness, Link};
pub use standing::{Known, Standing, standing};
pub use state::{Form, Holding, Masking, State};
pub use statement::Statement;
pub use trace::{Item, Stop, StopReason, Trace, Traced, Way, trace};
