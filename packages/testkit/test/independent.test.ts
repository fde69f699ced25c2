/** The independent client: written from the protocol page alone, and doing what that page asks of a client. */
import { readdirSync, readFileSync } from "node:fs"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Account } from "@parley/testkit/independent/Account"
import { Client } from "@parley/testkit/independent/Client"
import type { Frame } from "@parley/testkit/independent/Frame"
import { FakeServer, type Got } from "./FakeServer.ts"

const folder = new URL("../src/independent/", import.meta.url)

it("imports nothing of the project", () => {
  const imports = readdirSync(folder).flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
      (match) => match[1]!,
    ),
  )
  expect(imports).toContain("ws")
  expect(imports.filter((name) => name !== "ws" && !/^\.\/[A-Za-z]+\.ts$/.test(name))).toEqual([])
})

const talk = "cnv_1"

describe("a client that stays connected", () => {
  let server: FakeServer
  let client: Client
  let fresh: Array<Frame>
  let arrived: () => void
  let closed: () => void

  beforeEach(async () => {
    server = new FakeServer()
    fresh = []
    arrived = () => undefined
    closed = () => undefined
    const watcher = {
      frame: (frame: Frame, isFresh: boolean) => {
        if (isFresh) fresh.push(frame)
        arrived()
      },
      closed: () => closed(),
    }
    client = new Client(new Account(await server.listen(), "ada"), "phone", watcher)
    server.answer = ackSync
  })
  afterEach(async () => {
    client.close()
    await server.close()
  })

  const ackSync = ({ type, id }: Got, say: (frame: object) => void): void => {
    if (type === "sync")
      say({ type: "ack", reply_to: id, payload: { cursor: `after-${server.connections}` } })
  }

  /** The server's frames have come in. */
  const received = (type: string): Promise<void> =>
    new Promise((resolve) => {
      arrived = () => {
        if (fresh.at(-1)?.type === type) resolve()
      }
    })

  const ack = (frame: Got, seq: number, duplicate: boolean): object => ({
    type: "ack",
    reply_to: frame.id,
    payload: { message_id: `msg_${seq}`, seq, ts: "", duplicate },
  })

  it("sends an unknown outcome again under the same client_msg_id, and the answer is that of the second try", async () => {
    server.answer = (frame, say, socket) => {
      ackSync(frame, say)
      if (frame.type !== "message.send") return
      if (server.connections === 1) socket.terminate()
      else say(ack(frame, 7, true))
    }
    await client.connect()
    const outcome = await client.send(talk, "c-1", "hello")
    expect(outcome).toMatchObject({ _tag: "Acked", ack: { seq: 7, duplicate: true } })
    const sends = server.sends()
    expect(sends.map(({ client_msg_id, payload }) => [client_msg_id, payload.text])).toEqual([
      ["c-1", "hello"],
      ["c-1", "hello"],
    ])
    expect(client.waiting).toBe(0)
  })

  it("keeps what is written while it is away, and sends it in order after the reconnect", async () => {
    await client.connect()
    const cut = new Promise<void>((resolve) => (closed = resolve))
    client.cut()
    await cut
    server.answer = (frame, say) => {
      ackSync(frame, say)
      if (frame.type === "message.send") say(ack(frame, server.sends().length, false))
    }
    await Promise.all(["c-1", "c-2", "c-3"].map((id) => client.send(talk, id, id)))
    expect(server.sends().map(({ client_msg_id }) => client_msg_id)).toEqual(["c-1", "c-2", "c-3"])
  })

  it("repeats a send that was answered unavailable, and takes every other error as final", async () => {
    server.answer = (frame, say) => {
      ackSync(frame, say)
      if (frame.type !== "message.send") return
      const first = server.sends().length === 1
      if (frame.client_msg_id === "c-1" && !first) say(ack(frame, 1, false))
      else
        say({
          type: "error",
          reply_to: frame.id,
          payload: { code: first ? "unavailable" : "rate_limited", retry_after_ms: 1 },
        })
    }
    await client.connect()
    expect((await client.send(talk, "c-1", "one"))._tag).toBe("Acked")
    expect(await client.send(talk, "c-2", "two")).toMatchObject({
      _tag: "Rejected",
      problem: { code: "rate_limited" },
    })
    expect(server.sends()).toHaveLength(3)
  })

  it("resumes with its cursor and what it holds of each conversation", async () => {
    await client.connect()
    const came = received("cursor")
    server.say({ type: "message.new", conversation_id: talk, seq: 4 })
    server.say({ type: "sync.gap", conversation_id: "cnv_2", payload: { to_seq: 80 } })
    server.say({ type: "message.new", conversation_id: "cnv_3", seq: 9 })
    server.say({ type: "inbox.removed", conversation_id: "cnv_3" })
    server.say({ type: "cursor", payload: { cursor: "kept" } })
    await came
    server.socket!.close(1012)
    await resynced()
    expect(server.syncs()).toEqual([{}, { cursor: "kept", known: { [talk]: 4, cnv_2: 80 } }])
  })

  /** The next connection's sync was acked. */
  const resynced = async (): Promise<void> => {
    await new Promise<void>((resolve) => (closed = resolve))
    await client.connect()
  }

  it("drops frames at or below what it holds, also of a conversation that it has left", async () => {
    await client.connect()
    const came = received("cursor")
    for (const seq of [1, 2, 2, 1, 3]) server.say({ type: "message.new", conversation_id: talk, seq })
    server.say({ type: "inbox.removed", conversation_id: talk })
    for (const seq of [2, 3]) server.say({ type: "message.new", conversation_id: talk, seq })
    server.say({ type: "cursor", payload: { cursor: "kept" } })
    await came
    expect(fresh.filter(({ type }) => type === "message.new").map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  it("starts from nothing when its cursor is of another log", async () => {
    await client.connect()
    server.answer = (frame, say) => {
      if (frame.payload.cursor === undefined) ackSync(frame, say)
      else say({ type: "error", reply_to: frame.id, payload: { code: "gone" } })
    }
    server.socket!.close(4001)
    await resynced()
    expect(server.syncs()).toEqual([{}, { cursor: "after-1", known: {} }, {}])
  })

  it.each([1012, 4001, 4002, 4003, 4008, 4009])("comes back after %i", async (code) => {
    await client.connect()
    server.socket!.close(code)
    await resynced()
    expect(server.connections).toBe(2)
    expect(client.reconnects).toBe(1)
    expect(server.logins).toBe(code === 4003 ? 2 : 1)
  })

  it.each([1002, 1007, 1009, 4500, 4501, 4503, 4504, 4506, 4511, 4513])(
    "does not come back after %i",
    async (code) => {
      await client.connect()
      const gone = new Promise<void>((resolve) => (closed = resolve))
      server.socket!.close(code)
      await gone
      expect(client.state).toBe("ended")
      expect(client.reason).toBe(`closed with ${code}`)
    },
  )

  it("waits as long as a full server says, and signs in again when its token is refused", async () => {
    server.refuse.push({ status: 503, retryAfter: 0 }, { status: 401 })
    await client.connect()
    expect([server.connections, server.tokens, server.logins]).toEqual([1, 3, 2])
  })

  it("gives up where its origin or version is refused", async () => {
    server.refuse.push({ status: 426 })
    await expect(client.connect()).rejects.toThrow("refused with 426")
    expect(client.state).toBe("ended")
  })
})
