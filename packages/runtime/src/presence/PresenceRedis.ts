/**
 * The presence of many gateways: each knows its own connections, says so to the others by Redis, and asks what they say.
 *
 *   a person's status = what this gateway's connections say + the lines of other gateways that have not run out
 *
 * Always true: what this gateway's own connections say is told at once and needs no Redis; for a device that is known here and there
 * the later connection counts. After a loss of everything, lines are there again within one heartbeat; a gateway that dies takes its
 * people with it after three. While Redis is away each gateway shows its own people, and those of others whom it watches until their
 * lines run out.
 */
import { randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Unavailable } from "../errors.ts"
import { type DeviceStatus, Presence, type PresenceOf } from "../Presence.ts"
import { RedisLink } from "../redis/RedisLink.ts"
import { Routing } from "../Routing.ts"
import { merge } from "./Devices.ts"
import { Elsewhere } from "./Elsewhere.ts"
import { OwnDevices } from "./OwnDevices.ts"
import type { Entries } from "./presenceEntries.ts"
import { PresenceTable } from "./PresenceTable.ts"

export interface PresenceRedisOptions {
  /** Default 10 seconds: how often everything is said again. */
  readonly heartbeat?: Duration.Input
}

const SWEEP_EVERY = "250 millis"
/** Of a heartbeat: a little at a time. */
const PARTS = 10
/** Heartbeats that a line outlives. */
const LEASE = 3

interface Known {
  readonly name: string
  readonly status: DeviceStatus
  readonly ended: boolean
  readonly gateway: string
}

export const layer = ({ heartbeat = "10 seconds" }: PresenceRedisOptions = {}): Layer.Layer<
  Presence | Routing,
  never,
  RedisLink
> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const link = yield* RedisLink
      const clock = yield* Clock.Clock
      const now = (): number => clock.currentTimeMillisUnsafe()
      const heartbeatMs = Duration.toMillis(heartbeat)
      const gateway = randomBytes(8).toString("hex")
      const prefix = `${link.prefix}p:`
      const keyOf = (user: string): string => prefix + user
      const userOf = (channel: string): string => channel.slice(prefix.length)
      const table = new PresenceTable(now)
      const own = new OwnDevices({ table, link, keyOf, gateway, leaseMs: LEASE * heartbeatMs, now })
      const elsewhere = new Elsewhere({ link, keyOf, userOf, gateway, now })

      /** Of a device that is known twice, what the later connection says. */
      const known = (user: string, { devices }: Entries): ReadonlyArray<Known> => {
        const at = now()
        const others = devices.filter(
          (one) => one.gateway !== gateway && one.until > at && !own.unheard(user, one.name),
        )
        const mine = table.devicesOf(user).filter(({ name }) => others.every((one) => one.name !== name))
        return [...others, ...mine.map(({ ended, name, status }) => ({ name, status, ended, gateway }))]
      }

      const presenceOf = (user: string, entries: Entries): PresenceOf => {
        const status = merge(known(user, entries).map((one) => one.status))
        if (status !== "offline") return { user, status }
        const heard = entries.devices.flatMap((one) => (one.gateway === gateway ? [] : [one.heardAt]))
        const seen = [table.seenAt(user) ?? entries.seenAt ?? [], ...heard].flat()
        return seen.length === 0 ? { user, status } : { user, status, lastSeen: Math.max(...seen) }
      }

      const repeat = (every: Duration.Input, act: () => void) =>
        Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(every), Effect.sync(act))))
      yield* repeat(SWEEP_EVERY, () => {
        table.sweep()
        elsewhere.sweep()
      })
      let renewedAt = now()
      yield* repeat(heartbeatMs / PARTS, () => {
        // By the clock, so that a machine that is late catches up.
        const at = now()
        own.renew(Math.min(1, Math.max(0, at - renewedAt) / heartbeatMs))
        renewedAt = at
      })
      for (const listen of [
        () => link.onConnected(() => own.renewAll()),
        () => link.channels.onLoss(() => elsewhere.suspectAll()),
      ])
        yield* Effect.acquireRelease(Effect.sync(listen), (end) => Effect.sync(end))

      /** As Redis has it now: who is connected, and where. */
      const connectedNow = (user: string) =>
        Effect.tryPromise({
          try: async () => known(user, await elsewhere.ofNow(user)).filter(({ ended }) => !ended),
          catch: () => new Unavailable({ reason: "the routing table does not answer" }),
        })

      const presence: Presence["Service"] = {
        connect: (connection) => own.connect(connection),
        say: (connection, status) => own.say(connection, status),
        beat: table.beat,
        end: (connection, how) => own.end(connection, how),
        of: (users) =>
          Effect.promise(() =>
            Promise.all(users.map(async (user) => presenceOf(user, await elsewhere.of(user)))),
          ),
        foreground: (user) =>
          Effect.promise(async () =>
            known(user, await elsewhere.of(user)).flatMap(({ ended, name, status }) =>
              !ended && status === "online" ? [name] : [],
            ),
          ),
        connected: (user) =>
          Effect.map(connectedNow(user), (devices) => [...new Set(devices.map(({ name }) => name))]),
        watch: (user, changed) =>
          Effect.suspend(() => {
            const [here, there] = [table.watch(user, changed), elsewhere.watch(user, changed)]
            const end = (): void => {
              here()
              there.end()
            }
            return Effect.promise(() => there.standing).pipe(
              Effect.as(end),
              Effect.onInterrupt(() => Effect.sync(end)),
            )
          }),
      }
      const routing: Routing["Service"] = {
        self: gateway,
        gatewaysOf: (user) =>
          Effect.map(connectedNow(user), (devices) => [...new Set(devices.map((one) => one.gateway))]),
      }
      return Context.empty().pipe(Context.add(Presence, presence), Context.add(Routing, routing))
    }),
  )
