/**
 * The clients of one group, and which of them gets the next event.
 *
 * Always true: a consumer has at most as many events in hand as it asked for, and none is sent to it while its connection has no room.
 */
import { hash } from "node:crypto"
import type { RecordedEvent } from "../../EventStore.ts"
import type { CallRefused } from "../failures.ts"
import type { Strategy } from "./definition.ts"

export interface Consumer {
  readonly slots: number
  readonly from: string
  readonly user: string
  readonly connection: string
  /** False: the connection has no room; `Group.room` is called when it has again. */
  readonly send: (event: RecordedEvent, retries: number) => boolean
  /** Ends its call. */
  readonly drop: (why: CallRefused) => void
  inHand: number
  room: boolean
  total: number
}

/** The events of one stream have one pin: with the strategy `Pinned` they go to the same consumer, while the same ones are there. */
export const pinOf = (stream: string): number => Number.parseInt(hash("md5", stream).slice(0, 8), 16)

const isFree = (consumer: Consumer): boolean => consumer.room && consumer.inHand < consumer.slots

export class Consumers {
  readonly #all: Array<Consumer> = []
  #turn = 0

  get all(): ReadonlyArray<Consumer> {
    return this.#all
  }

  add(consumer: Consumer): void {
    this.#all.push(consumer)
  }

  remove(consumer: Consumer): void {
    const at = this.#all.indexOf(consumer)
    if (at >= 0) this.#all.splice(at, 1)
  }

  /** Who gets the next event; `undefined`: nobody now. */
  next(strategy: Strategy, pin: number): Consumer | undefined {
    const count = this.#all.length
    if (count === 0) return undefined
    switch (strategy) {
      case "DispatchToSingle":
        return this.#all.find(isFree)
      case "Pinned": {
        const pinned = this.#all[pin % count]!
        return isFree(pinned) ? pinned : undefined
      }
      case "RoundRobin":
        for (let i = 0; i < count; i++) {
          const consumer = this.#all[(this.#turn + i) % count]!
          if (!isFree(consumer)) continue
          this.#turn = (this.#turn + i + 1) % count
          return consumer
        }
        return undefined
    }
  }
}
