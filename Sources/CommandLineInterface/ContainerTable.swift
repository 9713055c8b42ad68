import UsernsRuntime

/// The table that `list` shows. Its columns are as wide as runc's, for the scripts that cut them out: each as wide as its
/// widest cell and three spaces, at least twelve; the last is not padded.
enum ContainerTable {
    private static let header = ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]
    private static let minimumWidth = 12
    private static let padding = 3

    private struct Cell {
        let text: String
        /// In characters of a terminal.
        let width: Int

        init(_ text: String) {
            self.text = text
            width = text.utf8.count { !UTF8.isContinuation($0) }
        }
    }

    /// Each row ends with a newline.
    static func rendered(_ containers: [ContainerListing]) -> String {
        let rows = [header.map(Cell.init)]
            + containers.map { [Cell($0.id), Cell("\($0.pid)"), Cell($0.status), Cell($0.bundle), Cell($0.created), Cell($0.owner)] }
        let widths = header.indices.map { column in max(minimumWidth, padding + (rows.map { $0[column].width }.max() ?? 0)) }
        let spaces = String(repeating: " ", count: widths.max() ?? 0)
        var table = ""
        for row in rows {
            for (column, cell) in row.enumerated() {
                table += cell.text
                if column < row.count - 1 { table += Substring(spaces.utf8.prefix(widths[column] - cell.width)) }
            }
            table += "\n"
        }
        return table
    }
}
