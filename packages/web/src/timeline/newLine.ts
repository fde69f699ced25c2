/**
 * Where the line above what is new stands.
 *
 * Always true: never above something that the person has answered. Once he has said something it is gone, until he comes again to
 * something new.
 */
import type { Entry } from "@parley/client/Entry"

/** How it was when the person came, in `seq`: how far he had read, and the conversation's end. */
export interface Coming {
  readonly readTo: number
  readonly head: number
}

/** The `seq` after which it stands. `entries`: the end of the conversation, as it is now. */
export const newLineAfter = (
  { head, readTo }: Coming,
  entries: ReadonlyArray<Entry>,
  me: string,
): number | undefined => {
  const own = entries.findLast(
    (one) => one.kind === "message" && one.senderId === me && one.threadRoot === undefined,
  )
  if (own === undefined) return readTo
  if (own.seq === undefined || own.seq > head) return undefined
  return Math.max(readTo, own.seq)
}
