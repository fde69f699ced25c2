/** EventStoreDB's adapter: connecting, secrets, what must not reach the client, and what two processes do to one log. */
import { writeFileSync } from "node:fs"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStoreDb } from "@parley/runtime/eventStore/EventStoreDb"
import { oneClient } from "@parley/runtime/eventStore/eventStoreDb/oneClient"
import { layer as logIndex } from "@parley/runtime/logIndex/LogIndexMemory"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { anEvent, append, ids, linesOf, readForward } from "../src/contracts/eventStore/given.ts"
import { freshLogAt, servers } from "../src/contracts/eventStore/onEventStoreDb.ts"
import { freePort } from "@parley/runtime/freePort"
import { eventually } from "../src/eventually.ts"
import { selfSigned } from "../src/push/selfSigned.ts"
import { relayTo } from "../src/relay.ts"
import { eventStoreServer } from "../src/startEventStoreServer.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const at = (url: string, prefix = "") =>
  Layer.fresh(
    eventStoreDb({
      url: Redacted.make(url),
      prefix,
      patience: "3 seconds",
      patienceAtStart: "100 millis",
      lines: { prefixes: [], linesOf },
    }).pipe(Layer.provide(logIndex)),
  )

const opened = (url: string, prefix?: string) =>
  Effect.map(Layer.build(at(url, prefix)), (parts) => Context.get(parts, EventStore))

/** The whole failure, as text: tag, fields, message, stack. */
const failureOf = (url: string) =>
  Effect.map(Effect.flip(Effect.scoped(opened(url))), (failure) => ({
    tag: failure._tag,
    text: `${JSON.stringify(failure)} ${String(failure)} ${String(failure.stack)}`,
  }))

describe("connecting", () => {
  it.live("credentials travel over TLS, are judged by the server, and stand in no error", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { cert, key } = selfSigned()
      writeFileSync(`${directory}/ca.pem`, cert)
      const { endpoint } = yield* eventStoreServer({
        tls: { certificate: Buffer.from(cert), key: Buffer.from(key) },
        credentials: { user: "parley", password: "r1ght:s3cret" },
      })
      const url = (password: string, ca = `${directory}/ca.pem`) =>
        `esdb://parley:${encodeURIComponent(password)}@${endpoint}?tlsCAFile=${encodeURIComponent(ca)}`
      const store = yield* opened(url("r1ght:s3cret"))
      const event = anEvent()
      yield* store.append({ stream: "a", expected: "no_stream", events: [event] })
      expect(ids(yield* store.readStream("a", { direction: "forward", limit: 9 }))).toEqual([event.id])
      const failures = [
        yield* failureOf(url("wr0ng:s3cret")),
        // Not trusted; not there; not TLS.
        yield* failureOf(`esdb://parley:wr0ng-s3cret@${endpoint}`),
        yield* failureOf(url("wr0ng-s3cret", `${directory}/absent-s3cret.pem`)),
        yield* failureOf(`esdb://parley:wr0ng-s3cret@127.0.0.1:${yield* Effect.promise(() => freePort())}`),
        yield* failureOf("esdb://parley:wr0ng-s3cret@127.0.0.1?tls=false"),
      ]
      expect(failures.map(({ tag }) => tag)).toEqual([
        "StoreUnavailable",
        "StoreUnavailable",
        "StoreRefused",
        "StoreUnavailable",
        "StoreRefused",
      ])
      expect(failures[0]!.text).toContain("access-denied")
      expect(failures[3]!.text).toContain("unavailable")
      for (const { text } of failures) expect(text).not.toMatch(/s3cret|parley:/)
    }),
  )

  it.live(
    "a node is found through any of its cluster, and while none is there, that is said and nothing breaks",
    () =>
      Effect.gen(function* () {
        const { endpoint } = yield* eventStoreServer()
        const nobody = `127.0.0.1:${yield* Effect.promise(() => freePort())}`
        const epochs = yield* Effect.forEach(
          [`esdb://${endpoint}`, `esdb+discover://${endpoint}`, `esdb://${nobody},${endpoint}`],
          (url) => Effect.map(opened(`${url}?tls=false`), ({ epoch }) => epoch),
        )
        expect(new Set(epochs).size).toBe(1)
        for (const url of [`esdb://${nobody},${nobody}`, `esdb+discover://${nobody}`]) {
          const { tag, text } = yield* failureOf(`${url}?tls=false`)
          expect(tag).toBe("StoreUnavailable")
          expect(text).toContain(nobody)
        }
      }),
  )

  it.live(
    "what was dialled into a network that was cut is given up: healed, the store answers, and tells what was committed meanwhile",
    () =>
      Effect.gen(function* () {
        const server = yield* eventStoreServer()
        const between = yield* relayTo(server.port)
        const store = yield* opened(`esdb://127.0.0.1:${between.port}?tls=false`)
        const [before, meanwhile, after] = [anEvent(), anEvent(), anEvent()]
        yield* store.append({ stream: "a", expected: "no_stream", events: [before] })
        const told = yield* Effect.forkScoped(
          store.subscribeStream("a", -1).pipe(Stream.take(3), Stream.runCollect),
        )
        between.cut()
        between.hangUp()
        yield* server.store.append({ stream: "a", expected: 0, events: [meanwhile] })
        const dialled = between.dialled()
        const appended = yield* Effect.forkScoped(
          store.append({ stream: "a", expected: 1, events: [after] }).pipe(
            Effect.retry({
              while: ({ _tag }) => _tag === "StoreUnavailable",
              schedule: Schedule.spaced("100 millis"),
            }),
          ),
        )
        yield* eventually(() => expect(between.dialled()).toBeGreaterThan(dialled))
        between.heal()
        yield* Fiber.join(appended).pipe(Effect.timeout("15 seconds"))
        expect(ids(yield* Fiber.join(told))).toEqual([before.id, meanwhile.id, after.id])
      }),
    60_000,
  )

  it.live("all who use one URL share one client, which lives as long as any of them", () =>
    Effect.gen(function* () {
      const { endpoint } = yield* eventStoreServer()
      const url = `esdb://${endpoint}?tls=false`
      const [one, other] = [yield* Scope.make(), yield* Scope.make()]
      const first = yield* Scope.provide(oneClient(url), one)
      expect(yield* Scope.provide(oneClient(url), other)).toBe(first)
      yield* Scope.close(one, Exit.void)
      expect(yield* oneClient(url)).toBe(first)
      yield* Scope.close(other, Exit.void)
      expect((yield* opened(url)).epoch).toMatch(/^[0-9a-f]{32}$/)
    }),
  )
})

for (const [name, url] of servers())
  describe(`on ${name}`, () => {
    it.live("two that begin one log at once have one epoch, and a later one has it too", () =>
      Effect.gen(function* () {
        const prefix = `race${anEvent().id}-`
        const stores = yield* Effect.forEach([1, 2, 3], () => opened(url(), prefix), {
          concurrency: "unbounded",
        })
        stores.push(yield* opened(url(), prefix))
        expect(new Set(stores.map(({ epoch }) => epoch)).size).toBe(1)
        const log = yield* stores[0]!.readStream("parley-log", { direction: "forward", limit: 9 })
        expect(ids(log)).toEqual([stores[0]!.epoch])
      }),
    )

    it.live("an event that is not JSON never reaches the client, and harms nobody else's append", () =>
      Effect.gen(function* () {
        const bad = [
          { ...anEvent(), data: "{" },
          { ...anEvent(), metadata: "no" },
          { ...anEvent(), id: "short" },
        ]
        for (const event of bad) {
          const [exit] = yield* Effect.all(
            [
              Effect.exit(append("a", "no_stream", [event])),
              append(`b-${event.id}`, "no_stream", [anEvent()]),
            ],
            { concurrency: "unbounded" },
          )
          expect(Exit.hasDies(exit)).toBe(true)
        }
        yield* append("a", "no_stream", [anEvent()])
        expect(yield* readForward("a")).toHaveLength(1)
      }).pipe(Effect.provide(freshLogAt(url))),
    )

    it.live("nothing may hide a conversation's events", () =>
      Effect.gen(function* () {
        const store = yield* EventStore
        yield* append("conversation-1", "no_stream", [anEvent()])
        for (const metadata of [{ maxAgeSeconds: 1 }, { maxCount: 1 }, { truncateBefore: 1 }])
          expect(Exit.hasDies(yield* Effect.exit(store.setMetadata("conversation-1", metadata)))).toBe(true)
        expect(yield* store.getMetadata("conversation-1")).toEqual({})
      }).pipe(Effect.provide(freshLogAt(url))),
    )

    it.live("others' commits wake followers, are seen by subscriptions, and their lines are found", () =>
      Effect.gen(function* () {
        const prefix = `two${anEvent().id}-`
        const [mine, theirs] = [yield* opened(url(), prefix), yield* opened(url(), prefix)]
        const told = yield* Deferred.make<number>()
        yield* mine.onCommitted((position) => Deferred.doneUnsafe(told, Effect.succeed(position)))
        const line = { sender: "ann", clientMsgId: "1", seq: 0, messageId: "m", mac: "x", ts: 1 }
        const { position } = yield* append("a", "no_stream", [anEvent()], [line]).pipe(
          Effect.provideService(EventStore, theirs),
        )
        expect(yield* Deferred.await(told)).toBe(position)
        expect(yield* mine.lookupKeys("a", [line])).toEqual([line])
        const outcomes = yield* Effect.forEach(
          [mine, theirs],
          (store) =>
            Effect.result(
              append("a", 0, [anEvent()], [{ ...line, clientMsgId: "2", seq: 1 }]).pipe(
                Effect.provideService(EventStore, store),
              ),
            ),
          { concurrency: "unbounded" },
        )
        expect(outcomes.filter((outcome) => outcome._tag === "Success")).toHaveLength(1)
        for (const store of [mine, theirs])
          expect(
            yield* Effect.flip(
              append("a", 1, [anEvent()], [{ ...line, clientMsgId: "2", seq: 2 }]).pipe(
                Effect.provideService(EventStore, store),
              ),
            ),
          ).toMatchObject({ _tag: "KeysTaken", taken: [{ seq: 1 }] })
      }),
    )
  })
