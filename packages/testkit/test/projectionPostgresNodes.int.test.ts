import { History } from "@parley/projections/History"
import { Membership } from "@parley/projections/Membership"
import { ModelsStats } from "@parley/projections/modelServices"
import { layer as models } from "@parley/projections/postgres/models"
import { layer as reading } from "@parley/projections/reading"
import { Reads } from "@parley/projections/Reads"
import { type Repair, RepairFeed } from "@parley/projections/RepairFeed"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import type { PostgresOptions } from "@parley/runtime/postgres/connection"
import { layer as postgres } from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { append, appendPoison, conversation, Facts } from "../src/contracts/projection/given.ts"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const server = postgresOfFile()

const [one, two] = [conversation(1), conversation(2)]

/** A node of its own: its sessions, its followers, its services. */
const startNode = Effect.fnUntraced(function* (options: PostgresOptions) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const store = Layer.succeed(EventStore, yield* EventStore)
  const node = reading.pipe(
    Layer.provideMerge(models()),
    Layer.provide(postgres(options)),
    Layer.provide(store),
    Layer.fresh,
  )
  const services = yield* Layer.buildWithScope(node, scope)
  const repairs: Array<Repair> = []
  yield* Context.get(services, RepairFeed).subscribe((repair) => void repairs.push(repair))
  return { services, repairs, stop: Scope.close(scope, Exit.void) }
})

type Node = Effect.Success<ReturnType<typeof startNode>>

/** The node's models know everything that stands in the log now, be it after a change of leader. */
const caughtUp = Effect.fnUntraced(function* ({ services }: Node) {
  const position = yield* (yield* EventStore).headPosition
  for (const model of [Context.get(services, History), Context.get(services, Membership)])
    yield* Effect.retry(model.caughtUp(position), { times: 30 })
  return position
})

const changesOf = ({ repairs }: Node) => repairs.flatMap(({ changes }) => changes)

describe.runIf(server.present)("read models in Postgres, on two nodes", () => {
  it.live("each answers and announces what either wrote, and when the leader goes the other follows", () =>
    Effect.gen(function* () {
      const options = { ...server.options(), maxConnections: 8 }
      const [first, second] = [yield* startNode(options), yield* startNode(options)]
      const facts = new Facts()
      yield* append(one, -1, facts.created("all", "ann", "bob"), facts.said("ann"), facts.added("cid"))
      for (const node of [first, second]) {
        const position = yield* caughtUp(node)
        expect(node.repairs.at(-1)!.position).toBe(position)
        expect(changesOf(node)).toMatchObject([
          { conversation: one, seq: 0, added: ["ann", "bob"], removed: [] },
          { conversation: one, seq: 2, added: ["cid"], removed: [] },
        ])
        const page = yield* Context.get(node.services, Reads).page(one, "cid", { _tag: "Before", limit: 5 })
        expect(page?.messages).toHaveLength(1)
        expect(Context.get(node.services, ModelsStats).read().history).not.toHaveProperty("trouble")
      }
      yield* first.stop
      yield* append(two, -1, new Facts().created("all", "ann"))
      yield* append(one, 2, facts.removed("bob"))
      const position = yield* caughtUp(second)
      expect(changesOf(second).slice(2)).toMatchObject([
        { conversation: two, seq: 0, added: ["ann"] },
        { conversation: one, seq: 3, added: [], removed: ["bob"] },
      ])
      const heads = second.repairs.flatMap((repair) => repair.heads)
      expect(heads.findLast((head) => head.conversation === one)).toMatchObject({ revision: 3, position })
      expect(yield* Context.get(second.services, Membership).of("bob", -1)).toMatchObject([
        { conversation: one, member: false, removedSeq: 3 },
      ])
    }).pipe(Effect.scoped, Effect.provide(eventStore)),
  )

  it.live(
    "a leader that loses its lock and does not know it yet applies nothing twice, and nothing is announced twice",
    () =>
      Effect.gen(function* () {
        const options = { ...server.options(), maxConnections: 8 }
        const nodes = [yield* startNode(options), yield* startNode(options)]
        const facts = new Facts()
        yield* append(one, -1, facts.created("all", "ann"))
        yield* Effect.forEach(nodes, caughtUp)
        for (let round = 0; round < 3; round++) {
          server
            .server()
            .psql("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'")
          // Long enough for the other to take the lock, while the first believes that it still has it.
          for (let n = 0; n < 15; n++) {
            yield* append(one, facts.next - 1, facts.said("ann"), facts.added(`guest-${facts.next}`))
            yield* Effect.forEach(nodes, caughtUp)
          }
        }
        const seqs = Array.from({ length: 46 }, (_, n) => n * 2)
        for (const node of nodes) {
          expect(changesOf(node).map(({ seq }) => seq)).toEqual(seqs)
          const history = Context.get(node.services, History)
          expect(yield* history.markers("ann", [[one, 0]])).toMatchObject([{ lastSeq: 90, unread: 0 }])
          expect((yield* history.view(one, "ann"))?.conversation.memberCount).toBe(46)
          expect(Context.get(node.services, ModelsStats).read().history).not.toHaveProperty("stopped")
        }
      }).pipe(Effect.scoped, Effect.provide(eventStore)),
  )

  it.live("a poisoned event stops the following, wherever it leads, and the nodes still answer", () =>
    Effect.gen(function* () {
      const options = { ...server.options(), maxConnections: 8 }
      const facts = new Facts()
      yield* append(one, -1, facts.created("all", "ann"), facts.said("ann"))
      const node = yield* startNode(options)
      yield* caughtUp(node)
      yield* appendPoison(one, 1)
      const history = Context.get(node.services, History)
      const position = yield* (yield* EventStore).headPosition
      const { reason } = yield* Effect.flip(history.caughtUp(position))
      expect(reason).toContain(`MessageSent at position ${position}`)
      expect(yield* history.view(one, "ann")).toMatchObject({ conversation: { revision: 1 } })
      expect(yield* Context.get(node.services, Membership).caughtUp(position)).toBe(undefined)
    }).pipe(Effect.scoped, Effect.provide(eventStore)),
  )
})
