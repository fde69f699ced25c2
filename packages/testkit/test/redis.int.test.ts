/** The product with its soft state on a Redis that is killed while people talk. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { Account } from "../src/independent/Account.ts"
import { Client } from "../src/independent/Client.ts"
import { RawUser } from "../src/raw/RawClient.ts"
import { type RunningParley, startParley } from "../src/startParley.ts"
import { redisIsHere, startRedis, type ThrowawayRedis } from "../src/throwawayRedis.ts"

const password = "a-password-that-nobody-may-see"
const messages = 300

let redis: ThrowawayRedis
let parley: RunningParley
const within = { timeout: 15_000, interval: 20 }

const gauge = async (name: string): Promise<number> => {
  const text = await (await fetch(`${parley.opsUrl}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1])
}

describe.runIf(redisIsHere())("Parley on a Redis", () => {
  beforeAll(async () => {
    redis = await startRedis({ password })
    parley = await startParley({
      env: {
        PARLEY_REDIS_URL: redis.url,
        PARLEY_LIMIT_MESSAGES_PER_SECOND: "1000",
        PARLEY_LIMIT_MESSAGES_BURST: "1000",
        PARLEY_LIMIT_CONVERSATION_MESSAGES_PER_SECOND: "1000",
        PARLEY_LIMIT_CONVERSATION_MESSAGES_BURST: "1000",
      },
    })
  }, 60_000)
  afterAll(async () => {
    await parley?.stop()
    await redis?.stop()
  })

  it("that is killed while two chat: everything acknowledged arrives once and in order, presence follows, newcomers come in", async () => {
    const got: Array<string> = []
    const ann = new Client(new Account(parley.url, "ann"), "phone")
    const ben = new Client(new Account(parley.url, "ben"), "phone", {
      frame: ({ payload, type }, fresh) => {
        if (fresh && type === "message.new") got.push((payload as { readonly text: string }).text)
      },
    })
    const watching = await (await RawUser.login(parley.url, "ann")).live("laptop")
    // Development logins are refused while nobody can count them.
    const cleo = await RawUser.login(parley.url, "cleo")
    const { id } = (await ann.account.direct("ben")).body
    await Promise.all([ann.connect(), ben.connect()])

    const bens = await (await RawUser.login(parley.url, "ben")).live("laptop")
    await watching.request("presence.watch", { user_ids: ["ben"] })
    const says = async (status: string): Promise<void> => {
      const before = watching.frames.length
      bens.send("presence.ping", { status })
      await watching.wait(
        (frame) => watching.frames.indexOf(frame) >= before && frame.payload?.status === status,
      )
    }

    const outcomes: Array<ReturnType<Client["send"]>> = []
    const talk = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index++) {
        const outcome = ann.send(id, `m-${index}`, `${index}`)
        outcomes.push(outcome)
        if (index % 10 === 0) await outcome
      }
    }
    await talk(0, 100)
    await says("online")
    expect(await gauge("parley_redis_connected")).toBe(1)
    await redis.kill9()
    await talk(100, 200)
    await expect.poll(() => gauge("parley_redis_connected"), within).toBe(0)
    await says("away")
    const late = await cleo.live()
    await redis.restart()
    await talk(200, messages)
    await expect.poll(() => gauge("parley_redis_connected"), within).toBe(1)
    await says("online")

    const answers = await Promise.all(outcomes)
    expect(answers.map(({ _tag }) => _tag)).toEqual(answers.map(() => "Acked"))
    const all = Array.from({ length: messages }, (_, index) => `${index}`)
    await expect.poll(() => got.length, within).toBeGreaterThanOrEqual(messages)
    expect(got).toEqual(all)
    expect((await ben.account.wholeHistory(id)).map(({ text }) => text)).toEqual(all)
    expect(parley.output()).not.toContain(password)
    expect(parley.output()).toContain("Redis does not answer")
    ann.close()
    ben.close()
    await Promise.all([watching, bens, late].map((socket) => socket.close()))
  }, 60_000)

  it("that is gone for good: it stops like any other", async () => {
    // A busy machine may have Redis answer too late once more.
    const dan = await vi.waitFor(() => RawUser.login(parley.url, "dan"), within)
    const socket = await dan.live()
    await redis.kill9()
    const before = performance.now()
    expect(await parley.stop()).toBe(0)
    expect(performance.now() - before).toBeLessThan(10_000)
    expect((await socket.closed).code).toBe(1012)
  })
})
