/** Reads of a log that grows while it is read. */
import { Readable } from "node:stream"
import type { EventStoreDBClient } from "@eventstore/db-client"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { makeReads } from "../../src/eventStore/eventStoreDb/reads.ts"
import { StreamNames } from "../../src/eventStore/eventStoreDb/storedEvents.ts"

const eventAt = (position: number) => ({
  event: {
    id: `00000000-0000-4000-8000-${String(position).padStart(12, "0")}`,
    type: "Said",
    streamId: "conversation-1",
    revision: BigInt(position),
    position: { commit: BigInt(position), prepare: BigInt(position) },
    data: {},
    metadata: {},
    created: new Date(0),
  },
})

/** Places as dense as in the embedded store; `growth`: how many are committed after each read. */
const growing = (growth: ReadonlyArray<number>) => {
  let [committed, read] = [0, 0]
  const client = {
    readAll: ({
      fromPosition,
      maxCount,
    }: {
      fromPosition: { commit: bigint } | "start"
      maxCount: number
    }) => {
      const from = fromPosition === "start" ? 0 : Number(fromPosition.commit)
      const page = Array.from({ length: Math.max(0, committed - from) }, (_, n) => eventAt(from + n))
      committed += growth[read++] ?? 0
      return Object.assign(Readable.from(page.slice(0, maxCount)), { cancel: () => Promise.resolve() })
    },
  }
  return makeReads({
    client: client as unknown as EventStoreDBClient,
    address: "here",
    names: new StreamNames(""),
    patience: 5_000,
  })
}

it("a follower that reads on from behind its last event misses none that are committed while it reads", async () => {
  for (const growth of [[2], [0, 2], [0, 0, 2], [0, 0, 0, 2], [2, 0, 0, 2, 1], [1, 2, 3, 4, 5, 6]]) {
    const reads = growing(growth)
    const followed: Array<number> = []
    for (let round = 0; round < 5; round++) {
      const from = (followed.at(-1) ?? -1) + 1
      const page = reads.readAll({ direction: "forward", from, limit: 500, prefixes: ["conversation-"] })
      followed.push(...(await Effect.runPromise(page)).map(({ position }) => position))
    }
    const all = growth.reduce((sum, more) => sum + more, 0)
    expect(followed).toEqual(Array.from({ length: all }, (_, place) => place))
  }
})
