import UsernsRuntime

/// The table that `list` shows. Its columns are as wide as runc's, for the scripts that cut them out: each as wide as its
/// widest cell and three spaces, at least twelve; the last is not padded.
enum ContainerTable {
    private static let header = ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]
    private static let minimumWidth = 12
    private static let padding = 3

    /// Each row ends with a newline.
    static func rendered(_ containers: [ContainerListing]) -> String {
        let rows = [header] + containers.map { [$0.id, "\($0.pid)", $0.status, $0.bundle, $0.created, $0.owner] }
        let widths = header.indices.map { column in
            max(minimumWidth, padding + (rows.map { $0[column].unicodeScalars.count }.max() ?? 0))
        }
        return rows.map { row in
            let padded = zip(row, widths).dropLast().map { cell, width in
                cell + String(repeating: " ", count: width - cell.unicodeScalars.count)
            }
            return padded.joined() + row[row.count - 1] + "\n"
        }.joined()
    }
}
