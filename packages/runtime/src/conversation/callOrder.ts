/**
 * The order of the calls of one process to one entity, where they go over the cluster.
 *
 * Always true: of one process an entity takes no call that a later one has overtaken. While a runner is looked for, each call waits and
 * tries again by itself, and whoever asks just when it is found would come first: the others are told to ask again. Where the later one
 * went to another owner, the log tells: see `isOvertaken`.
 */

/** `number` rises with each call of the process; `at`: when it was sent, by that process's clock, in milliseconds since 1970. */
export interface CallNumber {
  readonly process: string
  readonly number: number
  readonly at: number
}

/**
 * No call is under way for so long, in milliseconds, unless its runner hangs or cannot be reached; and others take over from such a one only after
 * its locks have expired, which is later. Clocks of nodes may differ by less.
 */
const longestWay = 2_000

/**
 * Whether what another owner has decided may be younger than this call: it was sent before, and has been on its way for unusually long.
 *
 * @param decidedAt when the newest event was decided that was read from the log, not written here.
 */
export const isOvertaken = ({ at }: CallNumber, decidedAt: number, now: number): boolean =>
  at < decidedAt && now - at > longestWay

/** So many processes are remembered: those that called last. */
const mostProcesses = 256

/** Whether this call may join; it is remembered then. The same one may come again: its runner was lost before it answered. */
export const callOrder = (): ((call: Pick<CallNumber, "process" | "number">) => boolean) => {
  const last = new Map<string, number>()
  return ({ number, process }) => {
    const before = last.get(process)
    if (before !== undefined && number < before) return false
    last.delete(process)
    last.set(process, number)
    if (last.size > mostProcesses) last.delete(last.keys().next().value!)
    return true
  }
}
