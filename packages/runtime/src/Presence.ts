/**
 * The presence port: which devices of a person are connected, and whether he is looking at one of them.
 *
 * Always true: never stored, and never more than what connections say. A device's status stands as long as its connection beats; a
 * person is `online` if any of his devices is, else `away` if any is connected, else `offline`. A device that said nothing is `away`:
 * `online` means in the foreground, and nobody knows that of it.
 *
 *   connect, say, beat ──► device ──end──► grace ──► gone      a reconnect within the grace changes nothing
 *                             └───no beat for 60 s──► gone
 *
 * Not for: who may see it, and whether it is shown at all; that is the gateway's affair.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Unavailable } from "./errors.ts"

/** `online`: in the foreground. */
export type DeviceStatus = "online" | "away"
export type MergedStatus = DeviceStatus | "offline"

/** `lastSeen`: with `offline`, when he was last connected, in milliseconds; absent when nobody remembers. */
export interface PresenceOf {
  readonly user: string
  readonly status: MergedStatus
  readonly lastSeen?: number
}

/** One connection. A device has one at a time: the latest to connect counts, what the others say is ignored. */
export interface Connection {
  readonly user: string
  readonly device: string
  readonly session: string
}

/**
 * How a connection ended: by a close of either side; without one, as when a process is killed or a network is left; without an answer
 * to a ping.
 */
export type Ending = "closed" | "cut" | "silent"

/** How long a device stays after its connection ended, in milliseconds. Who was silent has been waited for already. */
export const graceMs: Readonly<Record<Ending, number>> = { closed: 5_000, cut: 10_000, silent: 0 }

/** How long a device stays without a beat: what ended unheard, with its gateway. */
export const OFFLINE_WITHOUT_BEAT_MS = 60_000

/** Ends a subscription, at once and idempotently. */
export type Unwatch = () => void

export class Presence extends Context.Service<
  Presence,
  {
    // What connections say. Never fails and never waits; may be lost, until the next beat.

    /** Takes the device over from an earlier connection, with the status that it had. */
    readonly connect: (connection: Connection) => void
    readonly say: (connection: Connection, status: DeviceStatus) => void
    /** It is still there. To be called at least twice in `OFFLINE_WITHOUT_BEAT_MS`. */
    readonly beat: (connection: Connection) => void
    readonly end: (connection: Connection, how: Ending) => void

    // What is known of people.

    /** As of now, in the order given. */
    readonly of: (users: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<PresenceOf>, Unavailable>
    /** Devices of his that are connected, now and not by grace, and in the foreground; whether presence is shown to others or not. */
    readonly foreground: (user: string) => Effect.Effect<ReadonlyArray<string>, Unavailable>
    /** His devices that are connected, now and not by grace. */
    readonly connected: (user: string) => Effect.Effect<ReadonlyArray<string>, Unavailable>
    /**
     * Calls back whenever the person's merged status may have changed; `of` tells what it is. Returns when the subscription stands,
     * with its end: what changes from then on is told, several changes perhaps as one.
     */
    readonly watch: (user: string, changed: () => void) => Effect.Effect<Unwatch>
  }
>()("@parley/runtime/Presence") {}
