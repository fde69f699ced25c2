/** Two gateways behind HAProxy are one server: what happens at one is seen at the other, and one of them can leave. */
import { connect } from "@parley/client/connect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { haproxyIsHere, type RunningHaproxy, startHaproxy } from "../src/nodes/haproxy.ts"
import { type Nodes, nodesAreHere, startNodes } from "../src/nodes/startNodes.ts"
import { call, RawUser } from "../src/raw/RawClient.ts"

const patient = { timeout: 60_000, interval: 200 }

describe.runIf(nodesAreHere() && haproxyIsHere())("two gateways behind HAProxy", () => {
  let nodes: Nodes
  let haproxy: RunningHaproxy
  beforeAll(async () => {
    const env = {
      PARLEY_TRUSTED_PROXIES: "127.0.0.1",
      PARLEY_DRAIN_MS: "3000",
      PARLEY_LIMIT_MESSAGES_PER_SECOND: "1000",
      PARLEY_LIMIT_MESSAGES_BURST: "1000",
      PARLEY_LIMIT_CONVERSATION_MESSAGES_PER_SECOND: "1000",
      PARLEY_LIMIT_CONVERSATION_MESSAGES_BURST: "1000",
    }
    nodes = await startNodes({ env, runners: 1 })
    haproxy = await startHaproxy(nodes.gateways)
    await haproxy.uses(2)
  })
  afterAll(async () => {
    await haproxy?.stop()
    await nodes?.stop()
  })

  /** How many streams each gateway has. */
  const streams = () =>
    Promise.all(
      nodes.gateways.map(async ({ opsUrl }) =>
        Number(/^parley_connections (\d+)$/m.exec(await (await fetch(`${opsUrl}/metrics`)).text())?.[1]),
      ),
    )

  it("people at different gateways chat, and see each other come, type and read", async () => {
    const [ann, bob] = [await RawUser.login(haproxy.url, "ann"), await RawUser.login(haproxy.url, "bob")]
    const { id } = (await ann.post("/v1/conversations", { kind: "direct", user_id: "bob" })).body
    const anns = await ann.live()
    await anns.request("presence.watch", { user_ids: ["bob"] })
    const bobs = await bob.live()
    expect(await streams()).toEqual([1, 1])

    const types = ({ frames }: typeof anns) => frames.map(({ type }) => type)
    bobs.send("presence.ping", { status: "online" })
    await anns.wait(({ payload, type }) => type === "presence" && payload.status === "online")
    expect((await anns.say(id, "m1", "hello")).type).toBe("ack")
    expect(await bobs.wait(({ type }) => type === "message.new")).toMatchObject({
      payload: { text: "hello" },
    })
    await bobs.request("receipt.read", { up_to_seq: 1 }, { conversation_id: id })
    await anns.wait(({ payload, type }) => type === "receipt.read" && payload.up_to_seq === 1)
    // A machine that has no time sheds it: whoever goes on typing is told of later.
    await expect
      .poll(() => {
        bobs.send("typing", { state: "start" }, { conversation_id: id })
        return types(anns)
      }, patient)
      .toContain("typing")
    await Promise.all([anns.close(), bobs.close()])
  })

  it("a device that comes back at the other gateway replaces itself, and revoked at the other it is closed", async () => {
    const [one, other] = nodes.gateways as [Nodes["gateways"][0], Nodes["gateways"][0]]
    const eve = await RawUser.login(one.url, "eve")
    const there = new RawUser(other.url, "eve", eve.token)
    const old = await eve.live("tablet")
    const fresh = await there.live("tablet")
    expect((await old.closed).code).toBe(4511)
    expect((await fresh.request("sync", {})).type).toBe("ack")
    expect((await call(one.url, "DELETE", "/v1/devices/tablet", eve.token)).status).toBe(204)
    expect((await fresh.closed).code).toBe(4503)
  })

  it("a gateway that is told to stop sends its people to the other: every message once, in order", async () => {
    const [dan, fay] = [await RawUser.login(haproxy.url, "dan"), await RawUser.login(haproxy.url, "fay")]
    const { id } = (await dan.post("/v1/conversations", { kind: "direct", user_id: "fay" })).body
    const devices = ["phone", "laptop"].map((deviceId) =>
      connect({ url: haproxy.url, userId: "fay", deviceId, token: async () => fay.token }),
    )
    await expect.poll(() => devices.map(({ status }) => status.phase), patient).toEqual(["live", "live"])
    expect(await streams()).toEqual([1, 1])

    let said = 0
    const say = async (): Promise<void> => {
      const text = `${said++}`
      const { status } = await dan.post("/v1/messages", { conversation_id: id, client_msg_id: text, text })
      expect(status).toBe(201)
    }
    const leaves = nodes.gateways[0]!.terminate()
    let code: number | null | undefined
    while (code === undefined) code = await Promise.race([leaves, say().then(() => undefined)])
    expect(code).toBe(0)
    await say()
    const all = Array.from({ length: said }, (_, n) => `${n}`)
    const texts = () =>
      devices.map((one) => one.entries(id).flatMap((entry) => (entry.kind === "message" ? [entry.text] : [])))
    await expect.poll(texts, patient).toEqual([all, all])
    expect(await haproxy.inUse()).toBe(1)
    for (const device of devices) device.close()
  })
})
