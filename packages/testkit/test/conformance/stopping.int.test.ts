import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Account } from "../../src/independent/Account.ts"
import { Client } from "../../src/independent/Client.ts"
import { RawUser } from "../../src/raw/RawClient.ts"
import { startParley, type RunningParley } from "../../src/startParley.ts"

let parley: RunningParley
beforeAll(async () => {
  parley = await startParley()
})
afterAll(() => parley.stop())

describe("a server told to stop", () => {
  it("leaves with 0 and soon, though a client that it sent away is back at once", async () => {
    const server = await startParley()
    const codes: Array<number> = []
    const client = new Client(new Account(server.url, "eve"), "phone", { closed: (code) => codes.push(code) })
    await client.connect()
    // The client dials again while the server closes its ports.
    expect([await server.stop(), codes]).toEqual([0, [1012]])
    client.close()
  })

  it("asks its clients to come back, closes 1012 who stays, and has stored every receipt that it acknowledged", async () => {
    const ann = await RawUser.login(parley.url, "ann")
    const readers = await Promise.all(["bob", "cid", "dan"].map((name) => RawUser.login(parley.url, name)))
    const { id } = (await ann.post("/v1/groups", { name: "g", member_ids: readers.map((one) => one.userId) }))
      .body
    for (let i = 0; i < 5; i++)
      await ann.post("/v1/messages", { conversation_id: id, client_msg_id: `m${i}`, text: `${i}` })
    const sockets = await Promise.all(readers.map((reader) => reader.live()))
    const acks = await Promise.all(
      sockets.map((socket, index) =>
        socket.request("receipt.read", { up_to_seq: index + 1 }, { conversation_id: id }),
      ),
    )
    expect(acks.map((ack) => ack.type)).toEqual(["ack", "ack", "ack"])
    await parley.restart()
    for (const socket of sockets) {
      expect(socket.frames.some((frame) => frame.type === "draining")).toBe(true)
      expect((await socket.closed).code).toBe(1012)
    }
    const stored = await Promise.all(
      readers.map(async (reader) => {
        const again = await RawUser.login(parley.url, reader.userId)
        return (await again.get("/v1/conversations")).body.items[0]
      }),
    )
    expect(stored.map(({ read_seq, unread }) => [read_seq, unread])).toEqual([
      [1, 4],
      [2, 3],
      [3, 2],
    ])
  })
})
