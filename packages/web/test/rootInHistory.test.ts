import type { Page, WireMessage } from "@parley/client/wire"
import { expect, it } from "vitest"
import { rootInHistory } from "../src/thread/rootInHistory.ts"

const asked: Array<number> = []
const api = {
  messagesAt: (_: string, place: object, limit = 50): Promise<Page<WireMessage>> => {
    const { before } = place as { readonly before: number }
    asked.push(before)
    const newest = Math.min(before - 1, 5_000)
    const items = Array.from({ length: limit }, (__, n) => newest - n)
      .filter((seq) => seq > 0)
      .map((seq) => ({
        conversation_id: "cnv_1",
        message_id: `msg_${seq}`,
        sender_id: "bob",
        seq,
        ts: "2026-11-24T10:00:00.000Z",
        ordinal: seq,
        reactions: [],
        as_of_seq: seq,
      }))
    const oldest = items.at(-1)?.seq ?? 1
    return Promise.resolve({ items, ...(oldest > 1 ? { prev_cursor: String(oldest) } : {}) })
  },
}

it("the beginning of a thread is found shortly before its first answer, or some pages before", async () => {
  expect((await rootInHistory(api, "cnv_1", "msg_900", 950))?.seq).toBe(900)
  expect(asked).toEqual([950])
  expect((await rootInHistory(api, "cnv_1", "msg_4700", 5_001))?.seq).toBe(4_700)
})

it("the beginning of a thread that is too far back, or nowhere, is given up", async () => {
  asked.length = 0
  expect(await rootInHistory(api, "cnv_1", "msg_1", 5_001)).toBe(undefined)
  expect(asked.length).toBe(10)
  expect(await rootInHistory(api, "cnv_1", "msg_none", 300)).toBe(undefined)
})
