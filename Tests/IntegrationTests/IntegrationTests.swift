import Testing

/// The built `runc` on real containers, one file per feature.
///
/// Serialized as a whole: the tests share the machine's cgroups, users and process table, and on two cores running
/// them side by side wins nothing.
@Suite(.serialized)
enum IntegrationTests {}
