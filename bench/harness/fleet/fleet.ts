/**
 * Thousands of connections in a process of their own, so that neither the server's nor the sender's event loop waits for them.
 *
 * Always true: what is told of them was counted there, by one clock.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import type { Identity } from "./Member.ts"

export type Asked =
  | { readonly _tag: "Open"; readonly base: string; readonly identities: ReadonlyArray<Identity> }
  /** Cuts everybody at once. */
  | { readonly _tag: "Cut" }
  /** From now on: who comes back by himself. */
  | { readonly _tag: "Watch" }
  | { readonly _tag: "Report"; readonly heads: Readonly<Record<string, number>> }
  | { readonly _tag: "End" }

export type Told =
  | { readonly _tag: "Opened" }
  | { readonly _tag: "AllCaughtUp" }
  | { readonly _tag: "Report"; readonly report: Report }

export interface Report {
  /** From the cut, or from `Watch`, until the first frame and until the sync was answered, for each connection. */
  readonly helloMs: ReadonlyArray<number>
  readonly caughtUpMs: ReadonlyArray<number>
  /** What each was told to wait, and how much later than that it had its first frame. */
  readonly advisedMs: ReadonlyArray<number>
  readonly lateMs: ReadonlyArray<number>
  readonly frames: number
  readonly repeated: number
  readonly skipped: number
  readonly refused: number
  /** Events up to `heads` that somebody lacks. */
  readonly lacking: number
  /** Of all connections together. */
  readonly conversations: number
  /** How connections ended, by code. */
  readonly codes: Readonly<Record<string, number>>
}

export interface Fleet {
  readonly pid: number
  /** Returns when everybody is connected and synced. */
  readonly open: (base: string, identities: ReadonlyArray<Identity>) => Promise<void>
  /** Returns when everybody is back and has caught up. */
  readonly cut: () => Promise<void>
  readonly watch: () => Promise<void>
  readonly report: (heads: ReadonlyMap<string, number>) => Promise<Report>
  readonly end: () => Promise<void>
}

export const startFleet = (): Fleet => {
  const child = fork(new URL("fleetProcess.ts", import.meta.url).pathname, { serialization: "advanced" })
  const until = <Tag extends Told["_tag"]>(tag: Tag): Promise<Extract<Told, { _tag: Tag }>> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the fleet ended with ${code}`))
      const listen = (told: Told): void => {
        if (told._tag !== tag) return
        child.off("message", listen)
        child.off("exit", ended)
        resolve(told as Extract<Told, { _tag: Tag }>)
      }
      child.on("message", listen)
      child.once("exit", ended)
    })
  const ask = <Tag extends Told["_tag"]>(asked: Asked, answer: Tag) => {
    const told = until(answer)
    child.send(asked)
    return told
  }
  return {
    pid: child.pid!,
    open: async (base, identities) => void (await ask({ _tag: "Open", base, identities }, "Opened")),
    cut: async () => void (await ask({ _tag: "Cut" }, "AllCaughtUp")),
    watch: async () => void (await ask({ _tag: "Watch" }, "AllCaughtUp")),
    report: async (heads) =>
      (await ask({ _tag: "Report", heads: Object.fromEntries(heads) }, "Report")).report,
    end: async () => {
      child.send({ _tag: "End" } satisfies Asked)
      await once(child, "exit")
    },
  }
}
