/**
 * The order of the calls of one process to one entity, where they go over the cluster.
 *
 * Always true: of one process an entity takes no call that a later one has overtaken. While a runner is looked for, each call waits and
 * tries again by itself, and whoever asks just when it is found would come first: the others are told to ask again.
 */

/** `number` rises with each call of the process. */
export interface CallNumber {
  readonly process: string
  readonly number: number
}

/** So many processes are remembered: those that called last. */
const mostProcesses = 256

/** Whether this call may join; it is remembered then. The same one may come again: its runner was lost before it answered. */
export const callOrder = (): ((call: CallNumber) => boolean) => {
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
