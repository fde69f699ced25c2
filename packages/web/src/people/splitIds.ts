/** What is typed into a field for several user ids: those that are well formed, and the rest, to be corrected. */

const wellFormed = /^[A-Za-z0-9_.:@-]{1,64}$/

export const splitIds = (text: string): { readonly ids: ReadonlyArray<string>; readonly rest: string } => {
  const words = text.split(/[\s,;]+/).filter(Boolean)
  return {
    ids: words.filter((word) => wellFormed.test(word)),
    rest: words.filter((word) => !wellFormed.test(word)).join(" "),
  }
}
