/**
 * How often something may have happened to messages of a conversation that the client does not hold.
 *
 * Always true: it rises soon after every edit, deletion, reaction and answer in a thread that concerns such a message, and not for
 * what is only said at the end.
 */
import type { Change } from "@parley/client/Options"
import { useEffect, useState } from "react"
import { useSigned } from "../live/ParleyContext.ts"

/** Many may come together. */
const gatherMs = 400

/** `needed`: whether somebody shows messages that are not held. */
export const useUnheldChanges = (id: string, needed: boolean): number => {
  const { parley } = useSigned()
  const [times, setTimes] = useState(0)
  useEffect(() => {
    if (!needed) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const answersInThread = (keys: ReadonlyArray<string>): boolean =>
      parley
        .entries(id)
        .some((one) => one.kind === "message" && one.threadRoot !== undefined && keys.includes(one.key))
    const heard = (change: Change): void => {
      // Who was away may have missed something.
      const back = change._tag === "Status" && change.status.phase === "live"
      const here =
        change._tag === "Conversation" &&
        change.id === id &&
        // What has no entry here to show it.
        (change.keys.length === 0 || answersInThread(change.keys))
      if (!back && !here) return
      timer ??= setTimeout(() => {
        timer = undefined
        setTimes((before) => before + 1)
      }, gatherMs)
    }
    const end = parley.subscribe(heard)
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [id, needed, parley])
  return times
}
