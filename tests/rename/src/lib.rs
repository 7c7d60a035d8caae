//! The library under another name: the code that the derives generate must not name `oups`.

#[cfg(test)]
mod tests {
    use store::{AnyKey, KeyField, KeyFilter, StoreKey, SubLevel, TopLevel};

    #[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[oups(crate = "store", separator = "=")]
    struct Measure {
        quantity: String,
        year: u16,
        #[oups(sublevel)]
        sampling: Sampling,
    }

    #[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[oups(crate = "store")]
    struct Sampling {
        frequency: Frequency,
    }

    #[derive(KeyField, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[oups(crate = "::store")]
    enum Frequency {
        Hourly,
        #[oups(rename = "1D")]
        Daily,
    }

    #[test]
    fn a_key_works_as_under_the_usual_name() {
        let key: Measure = "rain=2024/1D".parse().unwrap();
        assert_eq!((key.year, key.sampling.frequency), (2024, Frequency::Daily));
        assert_eq!(key.to_path().unwrap(), key.to_string());
        assert!("rain=2024/2D".parse::<Measure>().unwrap_err().to_string().contains("one of `Hourly`, `1D`"));

        let sampling = Sampling::filter().frequency_in([Frequency::Hourly, Frequency::Daily]);
        let filter: KeyFilter = Measure::filter().quantity("rain").year(2024).sampling(sampling).into();
        assert!(filter.matches(&key));
        let any = AnyKey::parse(&Measure::schema(), "snow=2024/1D").unwrap();
        assert!(!filter.matches(&any));
        assert_eq!(any.path_text(&Measure::schema()).unwrap(), "snow=2024/1D");
    }
}
