/** What people of a generated history want to do, and the commands that ask for it. Many are declined: that is part of a history. */
import type { ConversationCommand } from "@parley/domain/conversation/commands"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { Role } from "@parley/domain/conversation/vocabulary"
import { defaultLimits } from "@parley/domain/limits"
import * as fc from "fast-check"

export const people = ["ann", "bob", "cid", "dan", "eve"] as const
export const person = fc.constantFrom(...people)
export const sealed = (owner: string, text: string) => ({ owner, box: Buffer.from(text).toString("base64") })

/** `about` names one of the messages so far, counted back from the latest. */
export type Wish =
  | {
      readonly _tag: "Say"
      readonly who: string
      readonly media: boolean
      readonly answers?: { readonly about: number; readonly inThread: boolean }
    }
  | {
      readonly _tag: "Move"
      readonly who: string
      readonly add: ReadonlyArray<{ readonly user_id: string; readonly role: Role }>
      readonly remove: ReadonlyArray<string>
    }
  /** Removed, or added again, by the founder. */
  | { readonly _tag: "Leave" | "Return"; readonly who: string }
  | { readonly _tag: "Edit" | "Delete"; readonly who: string; readonly about: number }
  | {
      readonly _tag: "React" | "Unreact"
      readonly who: string
      readonly about: number
      readonly emoji: string
    }
  | { readonly _tag: "Rename" | "Archive" | "Restrict" | "Lift"; readonly who: string }
  | { readonly _tag: "Appoint"; readonly who: string; readonly whom: string; readonly role: Role }
  /** Cursors of `who`: his reading, or what his device has got, `back` events before the head. */
  | { readonly _tag: "Read"; readonly who: string; readonly back: number }
  | { readonly _tag: "Get"; readonly who: string; readonly device: string; readonly back: number }
  | { readonly _tag: "Hide" | "Show"; readonly who: string }

const tags = <const Tag extends string>(...names: ReadonlyArray<Tag>): fc.Arbitrary<Tag> =>
  fc.constantFrom(...names)
const before = fc.nat({ max: 5 })
const back = fc.nat({ max: 6 })

const say = fc.record(
  {
    _tag: tags("Say"),
    who: person,
    media: fc.boolean(),
    answers: fc.record({ about: before, inThread: fc.boolean() }),
  },
  { requiredKeys: ["_tag", "who", "media"] },
)
const move = fc.record({
  _tag: tags("Move"),
  who: person,
  add: fc.array(fc.record({ user_id: person, role: tags<Role>("admin", "member", "reader") }), {
    maxLength: 2,
  }),
  remove: fc.array(person, { maxLength: 2 }),
})

export const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 8, arbitrary: say },
  { weight: 2, arbitrary: fc.record({ _tag: tags("Leave", "Return"), who: person }) },
  { weight: 2, arbitrary: move },
  { weight: 4, arbitrary: fc.record({ _tag: tags("Edit", "Delete"), who: person, about: before }) },
  {
    weight: 5,
    arbitrary: fc.record({
      _tag: tags("React", "Unreact"),
      who: person,
      about: before,
      emoji: tags("👍", "🎉", "👀"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: tags("Rename", "Rename", "Restrict", "Lift", "Archive"),
      who: person,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      _tag: tags("Appoint"),
      who: person,
      whom: person,
      role: tags<Role>("owner", "admin", "reader"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ _tag: tags("Read"), who: person, back }) },
  { weight: 2, arbitrary: fc.record({ _tag: tags("Get"), who: person, device: tags("d1", "d2"), back }) },
  { weight: 1, arbitrary: fc.record({ _tag: tags("Hide", "Show"), who: person }) },
)

const limits = defaultLimits
const one = { textChars: 1, textBytes: 1 }

/** The message counted back from the latest, or the first; one that never was while nothing was said. */
const named = (
  events: ReadonlyArray<ConversationEvent>,
  about: number,
): { readonly id: string; readonly sender: string | undefined } => {
  const sent = events.filter((event) => event._tag === "MessageSent")
  const found = sent.at(-1 - about) ?? sent[0]
  return { id: found?.message_id ?? `msg_${"0".repeat(26)}`, sender: found?.sender }
}

/** What a wish asks of the conversation; `undefined` for wishes that are a user's own affair. */
export const commandOf = (
  asked: Wish,
  founder: string,
  events: ReadonlyArray<ConversationEvent>,
  n: number,
): ConversationCommand | undefined => {
  const envelope = { actor: asked.who, now: 100 + n, limits }
  switch (asked._tag) {
    case "Say": {
      const said = events.some((event) => event._tag === "MessageSent")
      const id = asked.answers === undefined || !said ? undefined : named(events, asked.answers.about).id
      return {
        _tag: "SendMessage",
        ...envelope,
        client_msg_id: `key-${n}`,
        entropy: String(n).padStart(18, "0"),
        body: sealed(asked.who, `message ${n}`),
        mac: `mac-${n}`,
        size: { ...one, metadataBytes: 0 },
        ...(asked.media ? { media: ["med_1"] } : {}),
        ...(id === undefined ? {} : { reply_to_message_id: id }),
        ...(id !== undefined && asked.answers!.inThread ? { thread_root_id: id } : {}),
      }
    }
    case "Edit": {
      // Mostly the author: nobody else can.
      const { id, sender } = named(events, asked.about)
      const actor = n % 4 === 0 ? asked.who : (sender ?? asked.who)
      return {
        _tag: "EditMessage",
        ...envelope,
        actor,
        message_id: id,
        body: sealed(actor, `edit ${n}`),
        mac: `mac-${n}`,
        original_mac: `mac-${n}`,
        size: one,
      }
    }
    case "Delete":
      return { _tag: "DeleteMessage", ...envelope, message_id: named(events, asked.about).id }
    case "React":
      return {
        _tag: "AddReaction",
        ...envelope,
        message_id: named(events, asked.about).id,
        emoji: asked.emoji,
      }
    case "Unreact": {
      // Mostly one that somebody gave.
      const given = events.filter((event) => event._tag === "ReactionAdded").at(-1 - asked.about)
      if (given === undefined || n % 4 === 0) {
        const message_id = named(events, asked.about).id
        return { _tag: "RemoveReaction", ...envelope, message_id, emoji: asked.emoji }
      }
      const { actor, message_id, emoji } = given
      return { _tag: "RemoveReaction", ...envelope, actor, message_id, emoji }
    }
    case "Rename": {
      const name = sealed(asked.who, `name ${n}`)
      const topic = n % 3 === 0 ? null : sealed(asked.who, `topic ${n}`)
      return { _tag: "UpdateConversation", ...envelope, name, topic, macs: { name: `mac-${n}` } }
    }
    case "Archive":
      // Rarely: not much happens afterwards.
      return n % 5 === 0 ? { _tag: "ArchiveConversation", ...envelope, actor: founder } : undefined
    case "Restrict":
    case "Lift":
      return { _tag: asked._tag, ...envelope }
    case "Appoint":
      return { _tag: "SetRole", ...envelope, user_id: asked.whom, role: asked.role }
    case "Move":
      return { _tag: "ChangeMembers", ...envelope, add: asked.add, remove: asked.remove }
    case "Leave":
      return { _tag: "ChangeMembers", ...envelope, actor: founder, add: [], remove: [asked.who] }
    case "Return": {
      const add = [{ user_id: asked.who, role: "member" as const }]
      return { _tag: "ChangeMembers", ...envelope, actor: founder, add, remove: [] }
    }
    case "Read":
    case "Get":
    case "Hide":
    case "Show":
      return undefined
  }
}
