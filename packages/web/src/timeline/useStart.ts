/**
 * Where a conversation opens, and where one goes on who looked away: at the first message that is new, else at its end.
 *
 * Always true: once the person has scrolled by himself, he is not moved any more.
 */
import type { Virtualizer } from "@tanstack/react-virtual"
import { useCallback, useState } from "react"
import { useSigned } from "../live/ParleyContext.ts"
import { type Coming, newLineAfter } from "./newLine.ts"
import type { TimelineItem } from "./timelineRows.ts"
import type { Reading } from "./useReading.ts"

export interface Start {
  /** The line for new messages stands behind this `seq`; `undefined` while not all that is new is held, or nothing is. */
  readonly newAfter: number | undefined
  /** The place is still to be found. */
  readonly pending: boolean
  readonly stop: () => void
  /** The person looks at the page again. */
  readonly comeBack: () => void
  /** After each drawing. */
  readonly place: (
    rows: ReadonlyArray<TimelineItem>,
    virtual: Virtualizer<HTMLDivElement, HTMLElement>,
  ) => void
}

export const useStart = (id: string, reading: Reading): Start => {
  const { parley, redraws } = useSigned()
  const come = useCallback(
    (): Coming | undefined =>
      parley.unread(id) > 0
        ? { readTo: parley.readSeq(id), head: parley.conversation(id)?.last_seq ?? 0 }
        : undefined,
    [id, parley],
  )
  /** A page that was just loaded has the messages before it knows how far they were read. */
  const known = redraws.caughtUp && parley.readSeq(id) >= 0
  const [coming, setComing] = useState(() => (known ? come() : "unknown"))
  const [pending, setPending] = useState(true)
  const [asked, setAsked] = useState(false)
  const readTo =
    typeof coming !== "object" ? undefined : newLineAfter(coming, parley.entries(id), parley.userId)
  const first = reading.entries.find((entry) => entry.seq !== undefined)?.seq
  const holdsAllNew =
    readTo !== undefined && first !== undefined && (first <= readTo + 1 || !reading.hasOlder)
  return {
    newAfter: holdsAllNew ? readTo : undefined,
    pending,
    stop: () => setPending(false),
    comeBack: useCallback(() => {
      const again = come()
      setComing(again)
      if (again === undefined) return
      setAsked(false)
      setPending(true)
    }, [come]),
    place: (rows, virtual) => {
      if (!pending || rows.length === 0) return
      if (coming === "unknown") {
        if (known) return setComing(come())
        return virtual.scrollToEnd()
      }
      const at = rows.findIndex(({ heads }) => heads.some((one) => one._tag === "New"))
      if (at >= 0) {
        setPending(false)
        return virtual.scrollToIndex(at, { align: "start" })
      }
      virtual.scrollToEnd()
      if (readTo === undefined || holdsAllNew || reading.failed) return setPending(false)
      if (asked || parley.status.phase !== "live") return
      setAsked(true)
      reading.openAt({ around: readTo + 1 })
    },
  }
}
