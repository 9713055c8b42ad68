/// The words in which the rules of a configuration are written; each names the field that a broken rule is about.
///
/// The rules use no type of their own making, such as a set of namespace types: each such type costs some 20 µs of a
/// start, for the metadata that Swift makes of it at run time.

func require(_ holds: Bool, _ name: String, _ problem: @autoclosure () -> String) throws(SpecError) {
    if !holds { throw SpecError(path: name, problem()) }
}

func requireAbsolute(_ path: String, _ name: String) throws(SpecError) {
    try require(path.hasPrefix("/"), name, "must be an absolute path, is \(path.debugDescription)")
}

func requireList(_ text: String?, _ name: String) throws(SpecError) {
    guard let text else { return }
    try require(NumberList(text) != nil, name, "must be a list of numbers such as 0-3,7, is \(text.debugDescription)")
}

/// Checks what is in the field `name`.
func within(_ name: String, _ check: () throws(SpecError) -> Void) throws(SpecError) {
    do throws(SpecError) { try check() } catch { throw error.inside(name) }
}

/// Checks each element of the array in the field `name`.
func withinEach<Element>(_ elements: [Element], in name: String, _ check: (Element) throws(SpecError) -> Void) throws(SpecError) {
    try withinEach(elements, in: name) { (_, element) throws(SpecError) in try check(element) }
}

/// Checks each element, with its index, of the array in the field `name`.
func withinEach<Element>(
    _ elements: [Element], in name: String, _ check: (Int, Element) throws(SpecError) -> Void
) throws(SpecError) {
    for index in elements.indices {
        do throws(SpecError) { try check(index, elements[index]) } catch { throw error.inside(index).inside(name) }
    }
}
