/** Frames that were dropped, by class and by reason, for `/metrics`. */
import { droppable, type FrameClass } from "../limits/shedOrder.ts"

/** `slow`: too much waits for the connection. `shed`: the server is under pressure. */
export const dropReasons = ["slow", "shed"] as const
export type DropReason = (typeof dropReasons)[number]

export class Drops {
  readonly #counts = new Map<string, number>()

  add(what: FrameClass, why: DropReason): void {
    const key = `${what} ${why}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  of(what: FrameClass, why: DropReason): number {
    return this.#counts.get(`${what} ${why}`) ?? 0
  }

  /** Every pair, those that never happened too. */
  all(): ReadonlyArray<{ readonly what: FrameClass; readonly why: DropReason; readonly count: number }> {
    return droppable.flatMap((what) => dropReasons.map((why) => ({ what, why, count: this.of(what, why) })))
  }
}
