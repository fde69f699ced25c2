/**
 * The services of the read models over tables in Postgres, for many nodes: each node answers, one follows the log for all.
 *
 * Always true: what a service answers is what the models in SQLite answer. Each node announces what was changed since it began, read
 * from the tables, whichever node applied it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { EventStore } from "@parley/runtime/EventStore"
import type { PostgresFailure } from "@parley/runtime/errors"
import { Postgres } from "@parley/runtime/postgres/Postgres"
import { ModelHost } from "../hosting/ModelHost.ts"
import type { ModelName } from "../modelNamed.ts"
import { makeFeeds, type ModelServices, servicesOver } from "../modelServices.ts"
import { Rebuilds } from "../Rebuilds.ts"
import { migrations } from "./generations.ts"
import { type Leadership, makeLeadership } from "./Leadership.ts"
import { listen } from "./News.ts"
import { PostgresLoop } from "./PostgresLoop.ts"
import { postgresModelNamed } from "./postgresModelNamed.ts"
import { makeRebuilds } from "./rebuilds.ts"

/** A host whose messages a loop takes, and the loop. */
const hostFor = Effect.fnUntraced(function* (
  name: ModelName,
  leadership: Leadership,
  onProgress: ConstructorParameters<typeof ModelHost>[0]["onProgress"],
): Effect.fn.Return<
  { readonly host: ModelHost; readonly loop: PostgresLoop },
  never,
  EventStore | Postgres | Scope.Scope
> {
  const context = yield* Effect.context<never>()
  const [store, postgres] = [yield* EventStore, yield* Postgres]
  const onFailure = (reason: string): void => {
    Effect.runForkWith(context)(Effect.logError(`The ${name} model does not follow the log`, reason))
  }
  let loop: PostgresLoop | undefined
  const host: ModelHost = new ModelHost({ post: (message) => loop?.receive(message), onProgress, onFailure })
  yield* Effect.addFinalizer(() => Effect.sync(host.close))
  const model = postgresModelNamed[name]
  loop = yield* PostgresLoop.make({ model, postgres, store, leadership, say: host.receive })
  yield* store.onCommitted(host.committed)
  return { host, loop }
})

const lookEvery = "1 second"

/** How far the models lag is known on every node, also when nobody follows. */
const watchHead = (store: EventStore["Service"], hosts: ReadonlyArray<ModelHost>): Effect.Effect<never> =>
  store.headPosition.pipe(
    Effect.map((head) => hosts.forEach((host) => host.saw(head))),
    Effect.ignore,
    Effect.andThen(Effect.sleep(lookEvery)),
    Effect.forever,
  )

const names: ReadonlyArray<ModelName> = ["history", "membership", "receipts", "directory"]

/** Of a node that answers and never follows for others. */
const neverLeads: Leadership = { leads: () => false, led: Effect.never, standBack: () => undefined }

/** A release that changed any model has a leader of its own. */
const versions = names.map((name) => postgresModelNamed[name].version).join(".")

const make = Effect.fnUntraced(function* (follows: boolean) {
  const [store, postgres] = [yield* EventStore, yield* Postgres]
  yield* postgres.migrate(migrations)
  const leadership = follows ? yield* makeLeadership(postgres, versions) : neverLeads
  const feeds = yield* makeFeeds
  const hosted = (name: ModelName) => hostFor(name, leadership, feeds.progressed[name])
  const models = {
    history: yield* hosted("history"),
    membership: yield* hosted("membership"),
    receipts: yield* hosted("receipts"),
    directory: yield* hosted("directory"),
  }
  const loops = new Map<string, PostgresLoop>(Object.entries(models).map(([name, { loop }]) => [name, loop]))
  yield* Effect.forkScoped(
    listen(postgres, (name, word = "moved", moved) => {
      for (const [one, loop] of loops) if (name === undefined || name === one) loop.hear(word, moved)
    }),
  )
  const hosts = {
    history: models.history.host,
    membership: models.membership.host,
    receipts: models.receipts.host,
    directory: models.directory.host,
  }
  yield* Effect.forkScoped(watchHead(store, Object.values(hosts)))
  return Context.add(servicesOver(hosts, feeds), Rebuilds, yield* makeRebuilds(store, postgres, names))
})

/**
 * Needs sessions of its own: one to listen, and one to lead.
 *
 * @param follows whether this node may follow the log for all.
 */
export const layer = (
  follows = true,
): Layer.Layer<ModelServices | Rebuilds, PostgresFailure, EventStore | Postgres> =>
  Layer.effectContext(make(follows))
