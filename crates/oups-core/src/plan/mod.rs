//! The merge plan: which row groups stay and which are merged with which new rows.
