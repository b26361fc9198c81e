//! The config room: settings by builder, YAML and environment.
