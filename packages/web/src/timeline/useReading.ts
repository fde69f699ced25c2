/**
 * Which part of a conversation is being read: its end, which the client keeps, or a stretch of its past, up to where they meet.
 *
 * Always true: the entries stand in order without a hole; a page is asked for once at a time.
 */
import type { Entry } from "@parley/client/Entry"
import { ParleyError } from "@parley/client/Problem"
import { useCallback, useEffect, useMemo, useRef, useState } from "react"
import { useSigned } from "../live/ParleyContext.ts"
import { Past } from "./Past.ts"
import { askedOver } from "./askedOver.ts"
import { useUnheldChanges } from "./useUnheldChanges.ts"

export interface Reading {
  readonly entries: ReadonlyArray<Entry>
  readonly hasOlder: boolean
  /** There are messages between these and the end. */
  readonly hasNewer: boolean
  /** A page could not be loaded; `retry` asks again. */
  readonly failed: boolean
  readonly loadOlder: () => void
  readonly loadNewer: () => void
  readonly retry: () => void
  readonly openAt: (place: { readonly around: number } | "beginning") => void
  /** Back to the end. */
  readonly toLive: () => void
}

/** `version`: of the conversation; `seen`: the first `seq` in sight. */
export const useReading = (id: string, version: number, seen: () => number | undefined): Reading => {
  const { parley } = useSigned()
  const [past, setPast] = useState<Past>()
  const [turn, setTurn] = useState(0)
  const [failed, setFailed] = useState(false)
  const loading = useRef(false)
  const live = parley.entries(id)
  const firstLive = live.find((entry) => entry.seq !== undefined)?.seq
  const joined =
    past === undefined || (firstLive === undefined ? !past.hasNewer : past.endsAt >= firstLive - 1)

  const once = useCallback(async (load: () => Promise<unknown>): Promise<void> => {
    if (loading.current) return
    loading.current = true
    try {
      await load()
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error
      setFailed(true)
    } finally {
      loading.current = false
      setTurn((before) => before + 1)
    }
  }, [])
  const changes = useUnheldChanges(id, past !== undefined)
  useEffect(() => {
    const first = seen()
    if (past === undefined || changes === 0 || first === undefined) return
    past.refresh(first).then(
      () => setTurn((before) => before + 1),
      (error: unknown) => {
        // The next change, or the next connection, asks again.
        if (!(error instanceof ParleyError)) throw error
      },
    )
  }, [changes, past, seen])

  const entries = useMemo(() => {
    if (past === undefined) return live
    const stretch = past.items
      .filter((one) => firstLive === undefined || one.seq < firstLive || !joined)
      .map((one) => askedOver(parley, one))
    return joined ? [...stretch, ...live] : stretch
    // `turn`: the past has changed inside. `version`: the person may have changed something of it.
  }, [firstLive, joined, live, parley, past, turn, version])
  return {
    entries,
    failed,
    hasOlder: past?.hasOlder ?? parley.hasOlder(id),
    hasNewer: !joined,
    loadOlder: () => {
      if (failed || parley.status.phase !== "live") return
      void once(() => past?.loadOlder() ?? parley.loadOlder(id))
    },
    loadNewer: () => {
      if (past !== undefined && !joined && !failed) void once(() => past.loadNewer())
    },
    retry: () => setFailed(false),
    openAt: (place) => {
      const next = new Past(
        (where, limit) => parley.api.messagesAt(id, where, limit),
        () => parley.conversation(id)?.last_seq ?? -1,
      )
      loading.current = false
      void once(async () => {
        await next.open(place)
        setPast(next)
      })
    },
    toLive: () => setPast(undefined),
  }
}
