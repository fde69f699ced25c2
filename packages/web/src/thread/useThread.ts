/**
 * One thread: the message that began it and the answers, a page of history at a time, and what the client holds of them since.
 *
 * Always true: each message stands once, in `seq` order, as it is now; what is not sent yet comes last.
 */
import type { Parley } from "@parley/client/connect"
import { type LogMessage, type Message, fromHistory } from "@parley/client/Entry"
import { ParleyError } from "@parley/client/Problem"
import { useEffect, useMemo, useState } from "react"
import { useSigned } from "../live/ParleyContext.ts"
import { askedOver } from "../timeline/askedOver.ts"
import { useUnheldChanges } from "../timeline/useUnheldChanges.ts"
import { rootInHistory } from "./rootInHistory.ts"

export interface Thread {
  /** `undefined`: not found yet, or too far back. */
  readonly root: Message | undefined
  readonly replies: ReadonlyArray<Message>
  readonly loading: boolean
  readonly failed: boolean
  readonly retry: () => void
}

/** A thread longer than this shows its newest part. */
const mostPages = 20

interface Read {
  readonly root: LogMessage | undefined
  readonly replies: ReadonlyMap<string, LogMessage>
}

const nothing: Read = { root: undefined, replies: new Map() }

export const useThread = (id: string, rootId: string, version: number): Thread => {
  const { parley } = useSigned()
  const [read, setRead] = useState(nothing)
  const [state, setState] = useState<"loading" | "failed" | "ready">("loading")
  const [turn, setTurn] = useState(0)
  const live = parley.status.phase === "live"
  const someUnheld =
    (read.root !== undefined && parley.message(id, rootId) === undefined) ||
    [...read.replies.keys()].some((one) => parley.message(id, one) === undefined)
  const changes = useUnheldChanges(id, someUnheld)
  useEffect(() => {
    if (!live) return undefined
    let current = true
    const load = async (): Promise<void> => {
      const replies = await readReplies(parley, id, rootId)
      const [first] = replies.values()
      const end = first?.seq ?? (parley.conversation(id)?.last_seq ?? 0) + 1
      const held = parley.message(id, rootId) !== undefined
      const found = held ? undefined : await rootInHistory(parley.api, id, rootId, end)
      if (!current) return
      setRead({ root: found, replies })
      setState("ready")
    }
    load().catch((error: unknown) => {
      if (!(error instanceof ParleyError)) throw error
      if (current) setState("failed")
    })
    return () => {
      current = false
    }
  }, [changes, id, live, parley, rootId, turn])
  const replies = useMemo(() => {
    const all = new Map<string, Message>()
    for (const [messageId, one] of read.replies) all.set(messageId, askedOver(parley, one))
    const unsent: Array<Message> = []
    for (const entry of parley.entries(id)) {
      if (entry.kind !== "message" || entry.threadRoot !== rootId) continue
      if (entry.messageId === undefined) unsent.push(entry)
      else all.set(entry.messageId, entry)
    }
    return [...[...all.values()].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0)), ...unsent]
    // `version`: the conversation has changed.
  }, [id, parley, read, rootId, version])
  return {
    root: parley.message(id, rootId) ?? (read.root && askedOver(parley, read.root)),
    replies,
    loading: state === "loading",
    failed: state === "failed",
    retry: () => {
      setState("loading")
      setTurn((before) => before + 1)
    },
  }
}

/** In `seq` order. */
const readReplies = async (parley: Parley, id: string, rootId: string): Promise<Read["replies"]> => {
  const found = new Map<string, LogMessage>()
  let after: number | undefined = 0
  for (let page = 0; after !== undefined && page < mostPages; page++) {
    const { items, next_cursor } = await parley.api.replies(id, rootId, after)
    for (const item of items) found.set(item.message_id, fromHistory(item))
    after = next_cursor === undefined ? undefined : Number(next_cursor)
  }
  return found
}
