/** Which messages are in sight, by their `seq`. */

const rowsOf = (scroller: HTMLElement): ReadonlyArray<HTMLElement> => [
  ...scroller.querySelectorAll<HTMLElement>("li[data-seq]"),
]

/** The first that is at least partly in sight. */
export const firstSeen = (scroller: HTMLElement | null): number | undefined => {
  if (scroller === null) return undefined
  const { top } = scroller.getBoundingClientRect()
  const row = rowsOf(scroller).find((one) => one.getBoundingClientRect().bottom > top)
  return row === undefined ? undefined : Number(row.dataset["seq"])
}

/** The last that is in sight as a whole. */
export const lastSeen = (scroller: HTMLElement): number | undefined => {
  const { bottom } = scroller.getBoundingClientRect()
  const row = rowsOf(scroller).findLast((one) => one.getBoundingClientRect().bottom <= bottom + 1)
  return row === undefined ? undefined : Number(row.dataset["seq"])
}
