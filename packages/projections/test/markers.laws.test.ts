import { decodeUserEvent } from "@parley/domain/user/codec"
import type { Marker } from "@parley/projections/Markers"
import type { UserCursors } from "@parley/projections/Receipts"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import type { ArrayLog } from "./ArrayLog.ts"
import { conversations, everybody, historyOf, receiptsOf } from "./following.ts"
import { logs } from "./histories.ts"
import { eventsOf, joiningOf, unreadOf } from "./recount.ts"

const runs = { numRuns: 100 }

/** The highest of everything that this user's stream says. `device` absent: of reading. */
const cursorOf = (log: ArrayLog, user: string, conversation: string, device?: string): number =>
  Math.max(
    0,
    ...log.events
      .filter(({ stream }) => stream === `user-${user}`)
      .map(decodeUserEvent)
      .map((event) =>
        (event._tag === "ReadUpTo" && device === undefined) ||
        (event._tag === "Delivered" && event.device_id === device)
          ? (event.cursors[conversation] ?? 0)
          : 0,
      ),
  )

it("after any interleaving of sends, replies, reads, deletions, joinings and deliveries, marker and unread are what a recount finds", () => {
  fc.assert(
    fc.property(logs, ({ log }) => {
      const [history, receipts] = [historyOf(log), receiptsOf(log)]
      for (const user of everybody) {
        const read = receipts.query("read", [user, conversations]) as ReadonlyMap<string, number>
        const asked = conversations.map((id) => [id, read.get(id) ?? 0])
        const expected = conversations.flatMap((conversation): ReadonlyArray<Marker> => {
          const events = eventsOf(log, conversation)
          const joined = joiningOf(events, user)
          if (joined === undefined) return []
          const lastSeq = events.length - 1
          const readSeq = Math.min(Math.max(cursorOf(log, user, conversation), joined), lastSeq)
          return [{ conversation, readSeq, lastSeq, unread: unreadOf(events, user, readSeq) }]
        })
        expect(history.query("markers", [user, asked])).toEqual(expected)
      }
    }),
    runs,
  )
})

it("unread is right at every place where a marker can stand, also beyond the head", () => {
  fc.assert(
    fc.property(logs, ({ log }) => {
      const history = historyOf(log)
      for (const conversation of conversations)
        for (const user of everybody) {
          const events = eventsOf(log, conversation)
          const joined = joiningOf(events, user)
          for (let at = 0; at <= events.length + 1; at += 3) {
            const [marker] = history.query("markers", [user, [[conversation, at]]]) as ReadonlyArray<Marker>
            if (joined === undefined) expect(marker).toBe(undefined)
            else expect(marker?.unread).toBe(unreadOf(events, user, Math.max(at, joined)))
          }
        }
    }),
    runs,
  )
})

it("receipts are the highest that was ever said, by reader and by device, and reading is marked as hidden while it is", () => {
  fc.assert(
    fc.property(logs, ({ log }) => {
      const receipts = receiptsOf(log)
      for (const conversation of conversations)
        for (const one of receipts.query("ofUsers", [
          conversation,
          everybody,
        ]) as ReadonlyArray<UserCursors>) {
          const privacy = log.events
            .filter(({ stream }) => stream === `user-${one.user}`)
            .map(decodeUserEvent)
            .findLast((event) => event._tag === "PrivacyChanged")
          expect(one.hidesReading).toBe(privacy?._tag === "PrivacyChanged" && !privacy.send_read_receipts)
          expect(one.readUpTo).toBe(cursorOf(log, one.user, conversation))
          for (const device of ["d1", "d2"])
            expect(one.devices.find((known) => known.device === device)?.deliveredUpTo ?? 0).toBe(
              cursorOf(log, one.user, conversation, device),
            )
        }
    }),
    runs,
  )
})
