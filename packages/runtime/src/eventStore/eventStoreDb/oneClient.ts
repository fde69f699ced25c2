/**
 * The official client, one for each URL in a process, held by all who ask and closed when the last has gone.
 *
 * Always true: nothing that it leaves unhandled ends the process. However long the server was away or could not be reached, it is found again
 * within seconds of its being back. Its own batch appends are never used (`AppendStream` says why); whatever
 * else it appends goes one call each.
 */
import { readFileSync } from "node:fs"
import { EventStoreDBClient } from "@eventstore/db-client"
import streamsService from "@eventstore/db-client/generated/streams_grpc_pb.js"
import type { BatchAppendReq, BatchAppendResp } from "@eventstore/db-client/generated/streams_pb.js"
import {
  Channel,
  ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  connectivityState,
  Metadata,
  status,
} from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { readStoreUrl, type StoreHost, type StoreUrl, UnreadableUrl } from "./storeUrl.ts"

/** A hung server is noticed within the sum of these. The client warns of less than 10 s. */
const keepAlive = { keepAliveInterval: 10_000, keepAliveTimeout: 5_000 }

/** Left alone, gRPC gives what it dials the system's two minutes, and between two tries it waits up to two more. */
const dialWithin = 5_000
const channelOptions = {
  "grpc.keepalive_time_ms": keepAlive.keepAliveInterval,
  "grpc.keepalive_timeout_ms": keepAlive.keepAliveTimeout,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  // As the client's own: an event of EventStoreDB may have 16 MB.
  "grpc.max_receive_message_length": 17 * 1024 * 1024,
}

/** Of a node that leads no more the client must learn before our own patience with a call ends. */
const discovery = {
  maxDiscoverAttempts: 3,
  discoveryInterval: 200,
  gossipTimeout: 2,
  nodePreference: "leader",
} as const

const fileOf = (option: string, path: string | undefined): Buffer | undefined => {
  if (path === undefined) return undefined
  try {
    return readFileSync(path)
  } catch {
    throw new UnreadableUrl(`the file of ${option} cannot be read`)
  }
}

const settingsOf = ({ hosts, discover, connectionName }: StoreUrl) => {
  const common = {
    ...keepAlive,
    throwOnAppendFailure: true,
    ...(connectionName === undefined ? {} : { connectionName }),
  }
  if (discover) return { ...common, ...discovery, discover: hosts[0]! }
  if (hosts.length > 1) return { ...common, ...discovery, endpoints: [...hosts] }
  return { ...common, endpoint: hosts[0]! }
}

const tlsOf = ({
  tls,
  tlsCAFile,
  userCertFile,
  userKeyFile,
}: StoreUrl): {
  readonly insecure: boolean
  readonly rootCertificate?: Buffer
  readonly userCertFile?: Buffer
  readonly userKeyFile?: Buffer
} => {
  const rootCertificate = fileOf("tlsCAFile", tlsCAFile)
  const certificate = fileOf("userCertFile", userCertFile)
  const key = fileOf("userKeyFile", userKeyFile)
  return {
    insecure: !tls,
    ...(rootCertificate === undefined ? {} : { rootCertificate }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { userCertFile: certificate, userKeyFile: key }),
  }
}

type Tls = ReturnType<typeof tlsOf>

const credentialsOf = ({ insecure, rootCertificate, userKeyFile, userCertFile }: Tls): ChannelCredentials =>
  insecure
    ? ChannelCredentials.createInsecure()
    : ChannelCredentials.createSsl(rootCertificate, userKeyFile, userCertFile)

const notConnected = Object.assign(new Error("not connected in time"), {
  code: status.UNAVAILABLE,
  details: "",
  metadata: new Metadata(),
})

export type BatchCall = ClientDuplexStream<BatchAppendReq, BatchAppendResp>

export class ParleyClient extends EventStoreDBClient {
  #channel: ReturnType<typeof this.getChannel> | undefined
  /** Dials that were given up. gRPC keeps what it dials for all channels with the same options: another number, another dial. */
  #givenUp = 0

  constructor(url: StoreUrl) {
    const tls = tlsOf(url)
    // The overloads differ in the one field that says where the nodes are.
    super(settingsOf(url) as { readonly endpoint: StoreHost }, tls, url.credentials)
    const { getChannel, handleError } = this
    const credentials = credentialsOf(tls)
    // The client's own takes no options. It is private in its types alone.
    const createChannel = async (): Promise<Channel> => {
      const options = { ...channelOptions, "parley.given_up": this.#givenUp }
      const channel = new Channel(await this.resolveUri(), credentials, options)
      this.#watch(channel)
      return channel
    }
    Object.assign(this, { createChannel })
    this.getChannel = () => (this.#channel = getChannel())
    // Nobody awaits it: with the whole cluster away its rejection would end the process.
    this.handleError = (client, error) => handleError(client, error).catch(() => undefined)
    this.supports = () => Promise.resolve(false)
  }

  /** A stream of appends, to the leader, without an end of its own. */
  openAppends(): Promise<BatchCall> {
    return this.GRPCStreamCreator(streamsService.StreamsClient, "appends", (client) =>
      client.batchAppend(...this.callArguments({ requiresLeader: true }, { deadline: Infinity })),
    )()
  }

  /** Whoever waits for a connection that is not made in time is told that the server is unavailable, and asks on another. */
  #watch(channel: Channel): void {
    const state = channel.getConnectivityState(false)
    if (state === connectivityState.SHUTDOWN) return
    const dialling = state === connectivityState.CONNECTING
    channel.watchConnectivityState(state, dialling ? Date.now() + dialWithin : Infinity, (late) => {
      if (late === undefined) return this.#watch(channel)
      this.#givenUp += 1
      void this.handleError({ getChannel: () => channel } as unknown as Client, notConnected)
    })
  }

  async close(): Promise<void> {
    await this.dispose()
    const channel = await this.#channel?.catch(() => undefined)
    channel?.close()
  }
}

interface Held {
  readonly client: ParleyClient
  users: number
}

const byUrl = new Map<string, Held>()

const take = (url: string): Held => {
  const held = byUrl.get(url) ?? { client: new ParleyClient(readStoreUrl(url)), users: 0 }
  byUrl.set(url, held)
  held.users += 1
  return held
}

const release = (url: string, held: Held): Effect.Effect<void> =>
  Effect.suspend(() => {
    held.users -= 1
    if (held.users > 0) return Effect.void
    byUrl.delete(url)
    return Effect.ignore(Effect.tryPromise(() => held.client.close()))
  })

/** Connects with the first call. Fails with what is wrong with the URL, in words without its secrets. */
export const oneClient = (url: string): Effect.Effect<ParleyClient, UnreadableUrl, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => take(url),
      catch: (cause) =>
        cause instanceof UnreadableUrl ? cause : new UnreadableUrl("the client does not take its files"),
    }),
    (held) => release(url, held),
  ).pipe(Effect.map(({ client }) => client))
