/**
 * A list on the page made equal to a list of rows, with as little change as possible.
 *
 * Always true: a row whose key and look are as before keeps its element, and so its focus, selection and place.
 */

export interface Row {
  /** Names the row among the others. */
  readonly key: string
  /** Everything that its drawing depends on. */
  readonly look: string
  readonly draw: () => HTMLElement
}

export type Drawn = Map<string, { readonly look: string; readonly element: HTMLElement }>

/** `drawn` is what the last call left, and is brought up to date. `parent` must hold nothing else. */
export const reconcile = (parent: HTMLElement, drawn: Drawn, rows: ReadonlyArray<Row>): void => {
  const keys = new Set(rows.map((row) => row.key))
  for (const [key, { element }] of drawn) {
    if (keys.has(key)) continue
    element.remove()
    drawn.delete(key)
  }
  let at = parent.firstChild
  for (const row of rows) {
    const before = drawn.get(row.key)
    const element = before?.look === row.look ? before.element : row.draw()
    if (before !== undefined && before.element !== element) {
      const focused = before.element.contains(document.activeElement)
      if (at === before.element) at = before.element.nextSibling
      before.element.remove()
      parent.insertBefore(element, at)
      if (focused) focusable(element)?.focus()
    } else if (element === at) at = at.nextSibling
    else parent.insertBefore(element, at)
    drawn.set(row.key, { look: row.look, element })
  }
}

const focusable = (element: HTMLElement): HTMLElement | null =>
  element.matches("a, button") ? element : element.querySelector<HTMLElement>("a, button")
