/**
 * Leading to a message that another one names.
 *
 * Always true: what is not held is looked for further back, a bounded number of pages; then it is said that it was not found.
 */
import type { Virtualizer } from "@tanstack/react-virtual"
import { useCallback, useEffect, useRef, useState } from "react"
import type { TimelineItem } from "./timelineRows.ts"
import type { Reading } from "./useReading.ts"

const maxPages = 20
const flashMs = 1_700
const missingMs = 4_000

export const useJump = (
  rows: ReadonlyArray<TimelineItem>,
  reading: Reading,
  virtual: Virtualizer<HTMLDivElement, HTMLElement>,
): {
  readonly jump: (messageId: string) => void
  /** The row that was led to, for a moment. */
  readonly flash: string | undefined
  readonly missing: boolean
} => {
  const [wanted, setWanted] = useState<string>()
  const [flash, setFlash] = useState<string>()
  const [missing, setMissing] = useState(false)
  const pages = useRef(0)
  const oldest = rows[0]?.key
  useEffect(() => {
    if (wanted === undefined) return
    const at = rows.findIndex(({ row }) => row._tag === "Message" && row.message.messageId === wanted)
    if (at >= 0) {
      setWanted(undefined)
      setFlash(rows[at]?.key)
      virtual.scrollToIndex(at, { align: "center" })
    } else if (reading.hasOlder && !reading.failed && pages.current++ < maxPages) reading.loadOlder()
    else {
      setWanted(undefined)
      setMissing(true)
    }
    // Again with each page, which moves the oldest row.
  }, [oldest, reading.failed, wanted])
  useForgotten(flash !== undefined, flashMs, () => setFlash(undefined))
  useForgotten(missing, missingMs, () => setMissing(false))
  const jump = useCallback((messageId: string): void => {
    pages.current = 0
    setWanted(messageId)
  }, [])
  return { jump, flash, missing }
}

const useForgotten = (on: boolean, afterMs: number, forget: () => void): void => {
  useEffect(() => {
    if (!on) return undefined
    const timer = setTimeout(forget, afterMs)
    return () => clearTimeout(timer)
    // `forget` is another function at each drawing, and the same act.
  }, [on, afterMs])
}
