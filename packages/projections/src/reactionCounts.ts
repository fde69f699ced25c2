/** How many people stand behind each emoji of one message, in the order in which the emojis came. One that nobody stands behind is gone. */

export type ReactionCount = readonly [emoji: string, count: number]

export const withCount = (
  counts: ReadonlyArray<ReactionCount>,
  emoji: string,
  count: number,
): ReadonlyArray<ReactionCount> => {
  if (count <= 0) return counts.filter(([name]) => name !== emoji)
  return counts.some(([name]) => name === emoji)
    ? counts.map((one) => (one[0] === emoji ? [emoji, count] : one))
    : [...counts, [emoji, count]]
}
