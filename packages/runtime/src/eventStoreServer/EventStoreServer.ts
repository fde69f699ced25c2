/**
 * The event store of this process, served over EventStoreDB's gRPC protocol: the official client, unmodified, works against it.
 *
 * Always true: it adds no durability and no order of its own: an append is answered when the store says that it is durable. What a call
 * holds is bounded: messages of 4 MiB, a page of events for a reader, 16 MiB of appends at work for a stream of them.
 * Not for: projections (`$ce-…`, `$et-…`), links, users and access lists: there are none. See decision 0024 for the other differences.
 *
 *     const address = yield* EventStoreServer      // of layer({ port: 2113 }), which wants an EventStore and a DataDirectory
 *     new EventStoreDBClient({ endpoint: address.endpoint }, { insecure: true })
 */
import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type { StoreUnavailable } from "../errors.ts"
import { EventStore } from "../EventStore.ts"
import { makeAppending } from "./appending.ts"
import { appendCall, type Append } from "./appendCall.ts"
import { authorizer, type Credentials } from "./authorize.ts"
import { batchAppendCall } from "./batchAppendCall.ts"
import { bothStreaming, gathering, serverStreaming, unary } from "./calls.ts"
import { deleteCall, tombstoneCall } from "./deleteCalls.ts"
import { clusterInfo, supportedMethods } from "./discovery.ts"
import { parsed } from "./failures.ts"
import { featuresService, gossipService, persistentService, streamsService } from "./generated.ts"
import { guarded } from "./guarded.ts"
import type { ServerRefused } from "./listen.ts"
import { listen, type Tls } from "./listen.ts"
import { isMetastream, makeMetastreams } from "./metastreams.ts"
import {
  createCall,
  deleteGroupCall,
  infoCall,
  listCall,
  replayCall,
  restartCall,
  updateCall,
} from "./persistent/groupCalls.ts"
import { Groups } from "./persistent/Groups.ts"
import { subscribeCall } from "./persistent/subscribeCall.ts"
import { readCall } from "./readCall.ts"

export interface EventStoreServerOptions {
  /** Default 127.0.0.1. Beyond loopback only with credentials, or with `anybody`. */
  readonly host?: string
  /** 0: any that is free. */
  readonly port: number
  /** PEM. Without it everything, a password too, would travel in the clear. */
  readonly tls?: Tls
  /** Wants TLS: the official client sends none without. */
  readonly credentials?: Credentials
  /** Serve whoever reaches the port, beyond this machine too. */
  readonly anybody?: boolean
}

export class EventStoreServer extends Context.Service<
  EventStoreServer,
  {
    /** `host:port`, with the port that was taken. */
    readonly endpoint: string
    readonly port: number
  }
>()("@parley/runtime/EventStoreServer") {}

/** Serves until the scope ends: then no new calls, open ones are ended, connections are closed. */
export const layer = (
  options: EventStoreServerOptions,
): Layer.Layer<EventStoreServer, ServerRefused | StoreUnavailable, EventStore> =>
  Layer.effect(
    EventStoreServer,
    Effect.gen(function* () {
      const store = yield* EventStore
      const { start, server } = yield* listen(options)
      // After the server, so that calls are interrupted, and so answered, before it closes.
      const fork = yield* FiberSet.makeRuntime()
      const metastreams = makeMetastreams(store)
      const appending = makeAppending(store)
      const append: Append = (wanted) =>
        isMetastream(wanted.stream) ? metastreams.append(wanted) : appending(wanted)
      const allowed = authorizer(options.credentials)

      const { StreamsService: Streams } = streamsService
      server.addService(
        Streams,
        guarded(allowed, {
          read: serverStreaming(fork, readCall({ store, metastreams })),
          append: gathering(fork, appendCall(append)),
          batchAppend: bothStreaming(fork, batchAppendCall(fork, append)),
          delete: unary(fork, deleteCall(store)),
          tombstone: unary(fork, tombstoneCall(store)),
        }),
      )
      const groups = yield* Groups.open(store, fork)
      const { PersistentSubscriptionsService: Persistent } = persistentService
      server.addService(
        Persistent,
        guarded(allowed, {
          create: unary(fork, createCall(groups)),
          update: unary(fork, updateCall(groups)),
          delete: unary(fork, deleteGroupCall(groups)),
          read: bothStreaming(fork, subscribeCall(groups)),
          getInfo: unary(fork, infoCall(groups)),
          replayParked: unary(fork, replayCall(groups)),
          list: unary(fork, listCall(groups)),
          restartSubsystem: unary(fork, restartCall(groups)),
        }),
      )
      const { ServerFeaturesService: Features } = featuresService
      const { GossipService } = gossipService
      const methods = [Streams, Persistent, Features, GossipService].flatMap((one) => Object.values(one))
      server.addService(Features, {
        getSupportedMethods: unary(fork, () => Effect.sync(() => supportedMethods(methods))),
      })
      const id = randomBytes(16).toString("hex")
      server.addService(GossipService, {
        read: unary(fork, (call: Parameters<typeof clusterInfo>[1]) => parsed(() => clusterInfo(id, call))),
      })
      return yield* start
    }),
  )
