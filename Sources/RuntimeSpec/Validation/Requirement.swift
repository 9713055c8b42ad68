/// The words in which the rules of a configuration are written; each names the field that a broken rule is about.

func require(_ holds: Bool, _ name: String, _ problem: @autoclosure () -> String) throws(SpecError) {
    if !holds { throw SpecError(path: name, problem()) }
}

func requireAbsolute(_ path: String, _ name: String) throws(SpecError) {
    try require(path.hasPrefix("/"), name, "must be an absolute path, is \(path.debugDescription)")
}

/// Checks what is in the field `name`.
func within(_ name: String, _ check: () throws(SpecError) -> Void) throws(SpecError) {
    do throws(SpecError) { try check() } catch { throw error.inside(name) }
}

/// Checks each element of the array in the field `name`.
func withinEach<Element>(_ elements: [Element], in name: String, _ check: (Element) throws(SpecError) -> Void) throws(SpecError) {
    for (index, element) in elements.enumerated() {
        do throws(SpecError) { try check(element) } catch { throw error.inside(index).inside(name) }
    }
}
