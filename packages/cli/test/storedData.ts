/** A data directory with a log and keys in it, written by the stores themselves, without a server. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { sentPlace, settingPlace } from "@parley/domain/conversation/places"
import { encodeContent } from "@parley/domain/wire/MessageContent"
import { EventStore, type NewEvent } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { eventId } from "@parley/runtime/freshIds"
import { KeyVault } from "@parley/runtime/KeyVault"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultSqlite"
import { seal } from "@parley/runtime/Sealer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export const conversation = "cnv_01k9zx3m5q8rtv0y2a4c6e8g0j"
export const stream = `conversation-${conversation}`
/** 2026-11-24T12:00:00Z. */
export const noon = Date.UTC(2026, 10, 24, 12)

const withStores = <A, E>(directory: string, use: Effect.Effect<A, E, EventStore | KeyVault>): Promise<A> => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const stores = Layer.mergeAll(
    eventStore({ file: join(directory, "events.db") }),
    keyVault({ file: join(directory, "keys.db"), masterKeyFile: join(directory, "master.key") }),
  )
  return Effect.runPromise(Effect.scoped(Effect.provide(use, stores)) as Effect.Effect<A>)
}

const stored = (event: ConversationEvent, actor: string): NewEvent => ({
  id: eventId(),
  ...encodeEvent(event, { actor, correlation: "test" }),
})

/** Appends whatever is given, as it is, to a stream. */
export const append = (directory: string, to: string, events: ReadonlyArray<NewEvent>): Promise<unknown> =>
  withStores(
    directory,
    Effect.gen(function* () {
      const store = yield* EventStore
      const head = yield* store.head(to)
      yield* store.append({ stream: to, expected: head?.revision ?? "no_stream", events })
    }),
  )

/** A group "Lunch" of Ann and Bob with messages, [sender, text] each. */
export const makeData = (
  directory: string,
  messages: ReadonlyArray<readonly [sender: string, text: string]>,
): Promise<unknown> =>
  withStores(
    directory,
    Effect.gen(function* () {
      const [store, vault] = [yield* EventStore, yield* KeyVault]
      const annsKey = yield* vault.dataKey("ann")
      const events = [
        stored(
          {
            _tag: "ConversationCreated",
            ts: noon,
            kind: "group",
            creator: "ann",
            members: [
              { user_id: "ann", role: "owner" },
              { user_id: "bob", role: "member" },
            ],
            member_count: 2,
            history: "all",
            name: seal(annsKey, settingPlace(conversation, "name"), "Lunch"),
          },
          "ann",
        ),
      ]
      for (const [i, [sender, text]] of messages.entries()) {
        const clientMsgId = `m${i}`
        const key = yield* vault.dataKey(sender)
        const event: ConversationEvent = {
          _tag: "MessageSent",
          ts: noon + 1_000 * (i + 1),
          message_id: `msg_01k9zx3m5q8rtv0y2a4c6e8${String(i).padStart(3, "0")}`,
          sender,
          client_msg_id: clientMsgId,
          body: seal(key, sentPlace(conversation, clientMsgId), encodeContent({ text })),
          mac: "mac",
          ordinal: i + 1,
          sender_ordinal: i + 1,
        }
        events.push(stored(event, sender))
      }
      yield* store.append({ stream, expected: "no_stream", events })
    }),
  )

/** Destroys a person's key, as an erasure does. */
export const erasePerson = (directory: string, person: string): Promise<unknown> =>
  withStores(
    directory,
    Effect.flatMap(KeyVault, (vault) => vault.destroy(person)),
  )

/** Gives a person a key. */
export const meetPerson = (directory: string, person: string): Promise<unknown> =>
  withStores(
    directory,
    Effect.flatMap(KeyVault, (vault) => vault.dataKey(person)),
  )
