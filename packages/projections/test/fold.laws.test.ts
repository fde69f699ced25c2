import { decodeEvent } from "@parley/domain/conversation/codec"
import type { Follower } from "@parley/projections/Follower"
import { foldPage, foldThread } from "@parley/projections/fold/foldPage"
import { foldRoster, leavers } from "@parley/projections/fold/foldRoster"
import { foldView } from "@parley/projections/fold/foldView"
import type { TailEvent } from "@parley/projections/fold/tail"
import type { ConversationView, MemberRow, MessageRow, Page } from "@parley/projections/History"
import { type PageAnswer, toMaterial, toThread } from "@parley/projections/historyModel/answers"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import type { ArrayLog } from "./ArrayLog.ts"
import { conversations, everybody, historyOf, pagesUpTo } from "./following.ts"
import { logs } from "./histories.ts"
import { eventsOf, joiningOf, presentOf } from "./recount.ts"

const runs = { numRuns: 60 }

const pageOf = (model: Follower, conversation: string, user: string, page: Page) =>
  toMaterial(ask<PageAnswer>(model, "page", conversation, user, page))

const ask = <A>(model: Follower, method: string, ...args: ReadonlyArray<unknown>): A | undefined =>
  model.query(method, args) as A | undefined

/** The conversation's events after what the model at `cut` knows, and some that it knows already. */
const tailOf = (log: ArrayLog, conversation: string, known: number): ReadonlyArray<TailEvent> =>
  log.events
    .filter(({ stream, revision }) => stream === `conversation-${conversation}` && revision > known)
    .map((recorded) => ({
      event: decodeEvent(recorded),
      revision: recorded.revision,
      position: recorded.position,
    }))

type Check = (
  at: {
    readonly stale: Follower
    readonly whole: Follower
    readonly tail: ReadonlyArray<TailEvent>
    readonly log: ArrayLog
  },
  conversation: string,
  user: string,
) => void

/** For every conversation and reader of a log, cut anywhere. `again`: how many known events the tail repeats. */
const forEveryCut = (check: Check): void =>
  fc.assert(
    fc.property(logs, fc.nat(), fc.nat({ max: 2 }), ({ log }, n, again) => {
      const stale = historyOf(log.upTo(n % (log.events.length + 1)))
      const whole = historyOf(log)
      for (const conversation of conversations)
        for (const user of everybody) {
          const known = ask<ConversationView>(stale, "view", conversation, user)
          const tail = tailOf(log, conversation, (known?.conversation.revision ?? -1) - again)
          check({ stale, whole, tail, log }, conversation, user)
        }
    }),
    runs,
  )

it("a view folded over the tail is the view of the model that knows the tail, for members, ex-members and strangers", () => {
  forEveryCut(({ stale, whole, tail }, conversation, user) => {
    const now = ask<ConversationView>(whole, "view", conversation, user)
    const folded = foldView(ask(stale, "view", conversation, user), { conversation, user }, tail)
    expect(folded).toEqual(now?.member === undefined ? undefined : now)
  })
})

it("a page folded over the tail is the page of the model that knows the tail, whoever came and went meanwhile", () => {
  forEveryCut(({ stale, whole, tail }, conversation, user) => {
    const reader = { conversation, user }
    for (const limit of [1, 3, 50])
      for (const page of pagesUpTo(20, limit)) {
        const folded = foldPage(pageOf(stale, conversation, user, page), reader, page, tail)
        expect(folded).toEqual(foldPage(pageOf(whole, conversation, user, page), reader, page, []))
      }
  })
})

it("a thread folded over the tail is the thread of the model that knows the tail, of roots and of what is no root", () => {
  forEveryCut(({ stale, whole, tail }, conversation, user) => {
    const threadOf = (model: Follower, root: string, page: Page) =>
      toThread(model.query("thread", [conversation, user, root, page]) as PageAnswer | undefined)
    const all = pageOf(whole, conversation, user, { _tag: "After", after: -1, limit: 200 })?.newer ?? []
    for (const root of [...all.slice(0, 4).map((row) => row.messageId), `msg_${"0".repeat(26)}`])
      for (const page of pagesUpTo(20, 2)) {
        const reader = { conversation, user }
        const folded = foldThread(threadOf(stale, root, page), reader, root, page, tail)
        expect(folded).toEqual(foldThread(threadOf(whole, root, page), reader, root, page, []))
      }
  })
})

it("a page folded over the tail shows each message as a recount of the log finds it, wherever the cut is", () => {
  forEveryCut(({ stale, log, tail }, conversation, user) => {
    const page: Page = { _tag: "Before", limit: 200 }
    const folded = foldPage(pageOf(stale, conversation, user, page), { conversation, user }, page, tail)
    const events = eventsOf(log, conversation)
    for (const message of folded?.messages ?? []) {
      expect(message).toMatchObject(presentOf(events, message.seq, user))
      if (message.deleted)
        for (const field of ["body", "edit", "media"]) expect(message).not.toHaveProperty(field)
    }
  })
})

it("a thread holds exactly the replies that its reader may see, in order, and as many as the root counts", () => {
  fc.assert(
    fc.property(logs, ({ log }) => {
      const model = historyOf(log)
      for (const conversation of conversations)
        for (const user of everybody) {
          const events = eventsOf(log, conversation)
          const visible = visibleTo(log, conversation, user)
          events.forEach((event, seq) => {
            if (event._tag !== "MessageSent") return
            const page: Page = { _tag: "After", after: -1, limit: 200 }
            const answer = model.query("thread", [conversation, user, event.message_id, page])
            const material = toThread(answer as PageAnswer | undefined)
            const shown = foldThread(material, { conversation, user }, event.message_id, page, [])
            if (!visible.includes(seq)) return expect(shown).toBe(undefined)
            const replies = events.flatMap((one, at) =>
              one._tag === "MessageSent" && one.thread_root_id === event.message_id ? [at] : [],
            )
            expect(shown?.messages.map((message) => message.seq)).toEqual(replies)
            return expect(shown?.root.replyCount).toBe(replies.length)
          })
        }
    }),
    runs,
  )
})

it("a roster folded over the tail is the roster of the model that knows the tail, also when a page loses members", () => {
  type Roster = ConversationView & { readonly members: ReadonlyArray<MemberRow> }
  forEveryCut(({ stale, whole, tail }, conversation, user) => {
    for (const [after, limit] of [
      [undefined, 2],
      ["bob", 2],
      [undefined, 50],
    ] as const) {
      const asked = limit + leavers(tail)
      const folded = foldRoster(
        ask<Roster>(stale, "roster", conversation, user, after, asked),
        { conversation, user },
        { after, limit },
        tail,
      )
      const now = ask<Roster>(whole, "roster", conversation, user, after, limit)
      expect(folded).toEqual(now?.member === undefined ? undefined : now)
    }
  })
})

/** What this reader may see, oldest first, counted from the events themselves. */
const visibleTo = (log: ArrayLog, conversation: string, user: string): ReadonlyArray<number> => {
  const events = eventsOf(log, conversation)
  const joined = joiningOf(events, user)
  if (joined === undefined) return []
  const [first] = events
  const floor = first?._tag === "ConversationCreated" && first.history === "from_join" ? joined : 0
  return events.flatMap((event, seq) => (event._tag === "MessageSent" && seq >= floor ? [seq] : []))
}

const expectedOf = (page: Exclude<Page, { _tag: "Around" }>, visible: ReadonlyArray<number>) => {
  if (page._tag === "After") return visible.filter((seq) => seq > page.after).slice(0, page.limit)
  return visible
    .filter((seq) => seq < (page.before ?? Infinity))
    .reverse()
    .slice(0, page.limit)
}

it("a page is full unless it is the last, exclusive of its mark, and never shows what came before a joining with from_join", () => {
  fc.assert(
    fc.property(logs, fc.constantFrom(1, 2, 5), ({ log }, limit) => {
      const model = historyOf(log)
      for (const conversation of conversations)
        for (const user of everybody) {
          const visible = visibleTo(log, conversation, user)
          for (const page of pagesUpTo(20, limit)) {
            const material = pageOf(model, conversation, user, page)
            const messages = foldPage(material, { conversation, user }, page, [])?.messages ?? []
            const seqs = messages.map(({ seq }: MessageRow) => seq)
            if (page._tag !== "Around") expect(seqs).toEqual(expectedOf(page, visible))
            else {
              // A window without holes, full, holding the nearest on both sides of its mark as far as there is room.
              const first = visible.indexOf(seqs[0] ?? -1)
              expect(seqs).toEqual(seqs.length === 0 ? [] : visible.slice(first, first + seqs.length))
              expect(seqs.length).toBe(Math.min(limit, visible.length))
              const mark = visible.find((seq) => seq >= page.around) ?? visible.at(-1)
              if (mark !== undefined) expect(seqs).toContain(mark)
            }
          }
        }
    }),
    runs,
  )
})
