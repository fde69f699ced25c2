/** The audience by the read models and the users' streams, remembered until the log says otherwise. */
import { decodeContent } from "@parley/domain/wire/MessageContent"
import { sentPlace } from "@parley/domain/conversation/places"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Unavailable } from "@parley/runtime/errors"
import { GenerationCache } from "@parley/runtime/GenerationCache"
import { KeyVault } from "@parley/runtime/KeyVault"
import { open } from "@parley/runtime/Sealer"
import { Users } from "@parley/runtime/Users"
import { Audience, type ConversationAudience } from "./Audience.ts"
import { mostPushedMembers, type PushPerson } from "./decidePush.ts"
import { History } from "../History.ts"
import { mentionsOf } from "./mentions.ts"

/** Most people have no push device, and share one entry. */
const mostPeople = 100_000
/** Up to 500 members each. */
const mostConversations = 2_000
const rosterPage = 250

const nobody: PushPerson = { devices: [], blocks: new Set(), mutes: new Set() }

/** Somebody who is no member has no row of his own: rosters are asked for in nobody's name. */
const noReader = ""

const personOf = Effect.fnUntraced(function* (
  users: Users["Service"],
  user: string,
): Effect.fn.Return<PushPerson, Unavailable> {
  const devices = yield* users.devices(user)
  const pushed = [...devices].flatMap(([id, device]) => (device.push === undefined ? [] : [id]))
  if (pushed.length === 0) return nobody
  const [blocks, mutes] = [yield* users.blocks(user), yield* users.mutes(user)]
  const quietHours = yield* users.quietHours(user)
  return { devices: pushed, blocks, mutes, ...(quietHours === undefined ? {} : { quietHours }) }
})

const membersOf = Effect.fnUntraced(function* (
  history: History["Service"],
  conversation: string,
): Effect.fn.Return<ConversationAudience | undefined, Unavailable> {
  const joined = new Map<string, number>()
  for (let after: string | undefined; ;) {
    const page = yield* history.roster(conversation, noReader, after, rosterPage)
    if (page === undefined) return undefined
    const count = page.conversation.memberCount
    if (count > mostPushedMembers) return { count }
    for (const { user, joinedSeq } of page.members) joined.set(user, joinedSeq)
    if (page.members.length < rosterPage) return { count, joined }
    after = page.members.at(-1)!.user
  }
})

export const layer: Layer.Layer<Audience, never, Users | History | KeyVault> = Layer.effect(
  Audience,
  Effect.gen(function* () {
    const [users, history, vault] = [yield* Users, yield* History, yield* KeyVault]
    const people = new GenerationCache<PushPerson>(mostPeople)
    const conversations = new GenerationCache<ConversationAudience>(mostConversations)
    return {
      devices: users.devices,
      person: (user) => {
        const known = people.get(user)
        if (known !== undefined) return Effect.succeed(known)
        return Effect.tap(personOf(users, user), (person) => Effect.sync(() => people.set(user, person)))
      },
      members: (conversation, asOf) => {
        const known = conversations.get(conversation)
        if (known !== undefined) return Effect.succeed(known)
        return history.caughtUp(asOf).pipe(
          Effect.andThen(membersOf(history, conversation)),
          Effect.tap((audience) =>
            Effect.sync(() => {
              if (audience !== undefined) conversations.set(conversation, audience)
            }),
          ),
        )
      },
      reachesNobody: (conversation) => {
        const joined = conversations.get(conversation)?.joined
        if (joined === undefined) return false
        for (const user of joined.keys()) if (people.get(user)?.devices.length !== 0) return false
        return true
      },
      mentioned: Effect.fnUntraced(function* (conversation, { body, client_msg_id }) {
        const keys = yield* Effect.mapError(
          vault.existing([body.owner]),
          ({ reason }) => new Unavailable({ reason }),
        )
        const key = keys.get(body.owner)
        const text = key === undefined ? undefined : open(key, sentPlace(conversation, client_msg_id), body)
        if (text === undefined) return new Set<string>()
        const named = mentionsOf(decodeContent(text))
        if (named.size === 0) return named
        const among = yield* history.membersAmong(conversation, [...named])
        return new Set(among?.members)
      }),
      forgetPerson: (user) => people.delete(user),
      forgetMembers: (conversation) => conversations.delete(conversation),
    }
  }),
)
