/** One event names at most this many members: a frame of theirs stays far below the smallest frame limit in use. */
export const membersInEvent = 500

/** The list in order, cut into pieces of at most `membersInEvent`. */
export const inEvents = <A>(list: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> => {
  const pieces: Array<ReadonlyArray<A>> = []
  for (let from = 0; from < list.length; from += membersInEvent)
    pieces.push(list.slice(from, from + membersInEvent))
  return pieces
}
