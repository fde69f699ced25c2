/** Notices by the read models and the users' streams. */
import { pushPlace } from "@parley/domain/user/places"
import type { Device } from "@parley/domain/user/state"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Unavailable } from "@parley/runtime/errors"
import { KeyVault } from "@parley/runtime/KeyVault"
import { open } from "@parley/runtime/Sealer"
import { Users } from "@parley/runtime/Users"
import type { MessageRow } from "../History.ts"
import { Inbox } from "../Inbox.ts"
import type { InboxCursor } from "../inboxCursor.ts"
import { Markers } from "../Markers.ts"
import { openConversations, openMessages } from "../open.ts"
import { type MemberView, Reads } from "../Reads.ts"
import { noticeOf } from "./noticeOf.ts"
import { type MessageWords, messageText, type NoticeText, securityText, severalText } from "./noticeText.ts"
import { type Needless, Notices, type Prepared } from "./Notices.ts"
import type { PushJob } from "./PushQueue.ts"
import type { PushTarget } from "./PushSender.ts"
import { isQuiet } from "./quietHours.ts"

export type PushContent = "full" | "id_only"

interface Parts {
  readonly users: Users["Service"]
  readonly vault: KeyVault["Service"]
  readonly reads: Reads["Service"]
  readonly markers: Markers["Service"]
  readonly inbox: Inbox["Service"]
  readonly content: PushContent
}

const inboxPage = 200

const needless = (reason: Needless): Prepared => ({ _tag: "Needless", reason })

const badgeOf = Effect.fnUntraced(function* (inbox: Inbox["Service"], user: string) {
  let badge = 0
  for (let cursor: InboxCursor | undefined; ;) {
    const page = yield* inbox.page(user, { limit: inboxPage, ...(cursor === undefined ? {} : { cursor }) })
    for (const { unread } of page.rows) badge += unread
    if (page.next === undefined) return badge
    cursor = page.next
  }
})

const targetOf = Effect.fnUntraced(function* (
  vault: KeyVault["Service"],
  { user, device }: PushJob,
  push: Device["push"],
): Effect.fn.Return<PushTarget | undefined, Unavailable> {
  if (push === undefined) return undefined
  const keys = yield* Effect.mapError(
    vault.existing([push.owner]),
    ({ reason }) => new Unavailable({ reason }),
  )
  const key = keys.get(push.owner)
  const text = key === undefined ? undefined : open(key, pushPlace(user, device), push)
  return text === undefined ? undefined : (JSON.parse(text) as PushTarget)
})

const nameOf = (users: Users["Service"], user: string): Effect.Effect<string, Unavailable> =>
  Effect.map(users.profile(user), (profile) => profile?.name ?? user)

/** What is shown of one conversation; the name of a group, or of the partner, its sender and its text. */
const wordsOf = Effect.fnUntraced(function* (
  { users, vault }: Parts,
  user: string,
  view: MemberView,
  row: MessageRow,
): Effect.fn.Return<MessageWords, Unavailable> {
  const { id, kind, revision } = view.conversation
  const sender = yield* nameOf(users, row.sender)
  const direct = kind === "direct"
  const [conversation] = direct ? [] : yield* openConversations(vault, [view])
  const [message] = yield* openMessages(vault, {
    conversation: id,
    reader: user,
    asOf: revision,
    rows: [row],
  })
  const text = message?.text
  return {
    ...{ direct, sender, title: direct ? sender : (conversation?.name ?? "a group") },
    ...(text === undefined || text === "" ? {} : { text }),
  }
})

interface Found {
  readonly count: number
  readonly text: NoticeText
}

/** What there is to say of a conversation now; a word when there is nothing. */
const messageNow = Effect.fnUntraced(function* (
  parts: Parts,
  { user, seq }: PushJob,
  conversation: string,
): Effect.fn.Return<Found | Needless, Unavailable> {
  const { users, reads, markers, content } = parts
  const mutes = yield* users.mutes(user)
  if (mutes.has(conversation)) return "muted"
  const page = yield* reads.page(conversation, user, { _tag: "Around", around: seq, limit: 1 })
  if (page === undefined) return "no_access"
  const row = page.messages.find((one) => one.seq === seq)
  const [marker] = yield* markers.of(user, [conversation])
  if (marker === undefined) return "no_access"
  if (marker.readSeq >= seq) return "read"
  const { unread } = marker
  // The last one was deleted; what was written before it is still news.
  if (row === undefined || row.deleted === true) {
    if (unread === 0) return "deleted"
    return { count: unread, text: messageText(unread, undefined) }
  }
  const blocks = yield* users.blocks(user)
  if (blocks.has(row.sender)) return "blocked"
  const words = content === "full" ? yield* wordsOf(parts, user, page, row) : undefined
  // A reply in a thread, where he was mentioned, counts as unread for nobody.
  const count = Math.max(1, unread)
  return { count, text: messageText(count, words) }
})

const prepare = (parts: Parts): Notices["Service"]["prepare"] =>
  Effect.fn("Notices.prepare")(function* (job) {
    const { users, vault, inbox } = parts
    const { user, kind, conversation, what } = job
    const device = (yield* users.devices(user)).get(job.device)
    const target = yield* targetOf(vault, job, device?.push)
    if (device === undefined || target === undefined) return needless("no_push_device")
    const { platform } = device
    const ready = (badge: number, count: number, text?: NoticeText): Prepared => ({
      ...{ _tag: "Ready", target },
      notice: noticeOf(job, { platform, badge, count, ...(text === undefined ? {} : { text }) }),
    })
    if (kind === "security") return ready(yield* badgeOf(inbox, user), 1, securityText(what!))
    if (kind === "clear") return ready(yield* badgeOf(inbox, user), 0)
    const quiet = yield* users.quietHours(user)
    if (quiet !== undefined && isQuiet(quiet, yield* Clock.currentTimeMillis)) return needless("quiet_hours")
    if (conversation === undefined) {
      const badge = yield* badgeOf(inbox, user)
      return badge === 0 ? needless("read") : ready(badge, badge, severalText(badge))
    }
    const found = yield* messageNow(parts, job, conversation)
    if (typeof found === "string") return needless(found)
    return ready(yield* badgeOf(inbox, user), found.count, found.text)
  })

export const layer = (options: {
  readonly content: PushContent
}): Layer.Layer<Notices, never, Users | KeyVault | Reads | Markers | Inbox> =>
  Layer.effect(
    Notices,
    Effect.gen(function* () {
      const [users, vault, reads] = [yield* Users, yield* KeyVault, yield* Reads]
      const [markers, inbox] = [yield* Markers, yield* Inbox]
      return {
        prepare: prepare({ users, vault, reads, markers, inbox, ...options }),
        gone: ({ id, user, device }, push) => {
          const origin = { actor: user, correlation: `push-${id}` }
          return Effect.asVoid(users.ask({ _tag: "DropPush", origin, device, push, because: "dead" }))
        },
      }
    }),
  )
