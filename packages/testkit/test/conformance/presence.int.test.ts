/** Presence and typing of the product as a process, seen by clients written from the protocol page alone. */
import { afterAll, beforeAll, expect, it } from "vitest"
import { RawUser } from "../../src/raw/RawClient.ts"
import { type RunningParley, startParley } from "../../src/startParley.ts"

let parley: RunningParley
beforeAll(async () => {
  parley = await startParley()
})
afterAll(() => parley.stop())

it("a third person sees two others come, look away and go; a stranger sees nobody", async () => {
  const [ann, ben, cleo, stranger] = await Promise.all(
    ["ann", "ben", "cleo", "stranger"].map((name) => RawUser.login(parley.url, name)),
  )
  await ann!.post("/v1/groups", { name: "Three", member_ids: ["ben", "cleo"] })
  const [anns, strangers] = [await ann!.live(), await stranger!.live()]
  const user_ids = ["ben", "cleo"]
  const nobody = await strangers.request("presence.watch", { user_ids })
  expect(nobody.payload.presences).toEqual(user_ids.map((user_id) => ({ user_id, status: "unknown" })))
  const asked = await anns.request("presence.watch", { user_ids })
  expect(asked.payload.presences).toEqual(user_ids.map((user_id) => ({ user_id, status: "offline" })))

  /** Told after what has been told so far. */
  const seen = (user: string, status: string) => {
    const from = anns.frames.length
    return anns.wait(
      (frame) =>
        frame.type === "presence" &&
        frame.payload.user_id === user &&
        frame.payload.status === status &&
        anns.frames.indexOf(frame) >= from,
    )
  }
  const [phone, laptop, cleos] = [await ben!.live("phone"), await ben!.live("laptop"), await cleo!.live()]
  const came = [seen("ben", "online"), seen("cleo", "online")]
  for (const socket of [phone, cleos]) socket.send("presence.ping", { status: "online" })
  await Promise.all(came)

  // Ben's laptop stays behind, in nobody's foreground; Cleo has no other device.
  const before = Date.now()
  const going = [seen("ben", "away"), seen("cleo", "offline")]
  await Promise.all([phone.close(), cleos.close()])
  const gone = await Promise.all(going)
  expect(Date.parse(gone[1]!.payload.last_seen)).toBeGreaterThanOrEqual(before)
  expect(strangers.frames.filter(({ type }) => type === "presence")).toEqual([])
  await Promise.all([anns, laptop, strangers].map((socket) => socket.close()))
})

it("typing is told to the other's device and not to one's own, and is in no history", async () => {
  const [dora, emil] = [await RawUser.login(parley.url, "dora"), await RawUser.login(parley.url, "emil")]
  const { id } = (await dora.post("/v1/conversations", { kind: "direct", user_id: "emil" })).body
  const [doras, tablet, emils] = [await dora.live("phone"), await dora.live("tablet"), await emil.live()]
  const heard = ({ frames }: typeof emils) => frames.filter(({ type }) => type === "typing")
  // A machine that has no time sheds it: whoever goes on typing is told of later.
  const typed = { timeout: 60_000, interval: 500 }
  await expect
    .poll(() => {
      doras.send("typing", { state: "start" }, { conversation_id: id })
      return heard(emils).length
    }, typed)
    .toBeGreaterThan(0)
  const [frame] = heard(emils)
  expect(frame).toMatchObject({ conversation_id: id, payload: { user_id: "dora", expires_in_ms: 6_000 } })
  expect(frame).not.toHaveProperty("seq")
  await doras.request(
    "message.send",
    { text: "Hello" },
    { conversation_id: id, client_msg_id: "after-typing" },
  )
  await Promise.all([doras, tablet, emils].map((one) => one.wait(({ type }) => type === "message.new")))
  expect([heard(doras), heard(tablet)]).toEqual([[], []])
  expect((await emil.history(id)).map(({ text }) => text)).toEqual(["Hello"])
  await Promise.all([doras, tablet, emils].map((socket) => socket.close()))
})
