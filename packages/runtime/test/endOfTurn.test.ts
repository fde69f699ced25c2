import { setImmediate as nextTurn } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { atEndOfTurn, endTurn } from "../src/endOfTurn.ts"

describe("the end of a turn", () => {
  it("comes after the turn, with everything in the order given", async () => {
    const done: Array<number> = []
    for (const n of [1, 2, 3]) atEndOfTurn(() => done.push(n))
    await Promise.resolve()
    expect(done).toEqual([])
    await nextTurn()
    expect(done).toEqual([1, 2, 3])
  })

  it("can be brought about, and then comes once; what is given meanwhile waits for the next", async () => {
    const done: Array<string> = []
    atEndOfTurn(() => {
      done.push("first")
      atEndOfTurn(() => done.push("second"))
    })
    endTurn()
    expect(done).toEqual(["first"])
    endTurn()
    endTurn()
    await nextTurn()
    expect(done).toEqual(["first", "second"])
  })

  it("keeps nobody from his turn because another one failed, and is loud about it", async () => {
    const done: Array<string> = []
    const defect = new Promise((resolve) => {
      const others = process.listeners("uncaughtException")
      process.removeAllListeners("uncaughtException")
      process.once("uncaughtException", (cause) => {
        for (const other of others) process.on("uncaughtException", other)
        resolve(cause)
      })
    })
    const planted = new Error("planted")
    atEndOfTurn(() => {
      throw planted
    })
    atEndOfTurn(() => done.push("the next one"))
    endTurn()
    expect(done).toEqual(["the next one"])
    expect(await defect).toBe(planted)
  })
})
