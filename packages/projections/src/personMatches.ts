/**
 * Whether somebody is meant by what a person typed: the start of his id, or of any word of his name, whatever the case and accents.
 *
 *   "mull"  "anna m"  "MÜLLER, a" — all find "Anna Müller"? The first two: words follow each other in the name's own order.
 */

/** Without case and accents; ligatures and widths as their plain letters. */
const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toUpperCase()
    .toLowerCase()

/** The words, each after one space. */
const words = (text: string): string =>
  folded(text)
    .split(/[\s\p{P}\p{Z}]+/u)
    .filter((word) => word !== "")
    .map((word) => ` ${word}`)
    .join("")

/** Everybody matches the empty query. */
export const matcherOf = (query: string): ((user: string, name: string | undefined) => boolean) => {
  const start = folded(query.trim())
  const spoken = words(query)
  if (start === "") return () => true
  return (user, name) =>
    user.toLowerCase().startsWith(start) ||
    (spoken !== "" && name !== undefined && words(name).includes(spoken))
}
