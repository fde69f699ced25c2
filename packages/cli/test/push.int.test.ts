/** The commands against an operations port whose queue and devices are as the test says. */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { opsListener } from "@parley/gateway/ops/OpsServer"
import { pushRoutes } from "@parley/gateway/ops/pushes"
import { rebuildRoutes } from "@parley/gateway/ops/rebuilds"
import { type PushDecision, PushQueue } from "@parley/projections/push/PushQueue"
import { layer as queueInMemory } from "@parley/projections/push/PushQueueMemory"
import { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, expect, it } from "vitest"
import { parley } from "./command.ts"

const conversation = "cnv_00000000000000000000000001"
const at = Date.parse("2026-11-24T13:05:09.000Z")
const message = { user: "ann", device: "phone-1", conversation, ts: at, kind: "message" } as const
const sealed = { owner: "ann", box: "a-secret-token" }
const devices = new Map([
  ["phone-1", { platform: "android", registeredAt: at, provider: "fcm", push: sealed, pushMac: "m" }],
  ["tablet", { platform: "ios", registeredAt: at }],
] as const)
const notSent = (seq: number, reason: string): PushDecision => ({
  ...{ user: "ann", kind: "message", conversation, seq, at, outcome: "suppressed", reason },
})

const scope = Scope.makeUnsafe()
let server: Server
let ops: string
let job: number
beforeAll(async () => {
  const users = { devices: (user: string) => Effect.succeed(user === "ann" ? devices : new Map()) }
  const parts = Layer.merge(
    queueInMemory({ mostJobs: 100, gatherMs: 0, restMs: 0, budget: { burst: 10, everyMs: 30_000 } }),
    Layer.succeed(Users, users as unknown as Users["Service"]),
  )
  const context = await Effect.runPromise(Layer.buildWithScope(parts, scope))
  const routes = await Effect.runPromise(
    Effect.gen(function* () {
      const queue = yield* PushQueue
      yield* queue.resume("e", 0)
      yield* queue.enqueue({
        ...{ epoch: "e", from: 0, to: 9, now: at, read: [] },
        wanted: [{ ...message, seq: 5 }],
        suppressed: [notSent(3, "muted"), notSent(4, "foreground")],
      })
      const { jobs } = yield* queue.lease({ now: at + 60_000, limit: 1, leaseMs: 1_000 })
      job = jobs[0]!.id
      const parked = { id: job, lease: jobs[0]!.lease, outcome: "parked", reason: "status 403" } as const
      yield* queue.settle(at, [parked])
      return yield* pushRoutes
    }).pipe(Effect.provide(context)),
  )
  const rebuild = Effect.runSync(rebuildRoutes)
  server = createServer(
    opsListener(
      [],
      () => [],
      rebuild,
      () => [],
      routes,
    ),
  )
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  ops = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await Effect.runPromise(Scope.close(scope, Exit.void))
})

const push = (...args: ReadonlyArray<string>) => parley(["push", ...args, "--ops", ops])

it("doctor tells for each device why the last messages did or did not reach it, and no token", async () => {
  const { status, stdout } = await push("doctor", "ann")
  expect(status).toBe(0)
  expect(stdout).toContain("phone-1 (android, fcm)")
  expect(stdout).toContain("tablet (ios, registered for no push)")
  expect(stdout).toContain(
    `2026-11-24 13:05:09  message ${conversation} #3  not sent: the conversation is muted`,
  )
  expect(stdout).toContain(`#4  not sent: it was seen in the foreground`)
  expect(stdout).toMatch(/#5 {2}parked: status 403 \(the subscription was made with another VAPID key/)
  expect(stdout).not.toContain("secret")
})

it("doctor --json says all of it as the server does, of who has no device too", async () => {
  const { stdout } = await push("doctor", "ann", "--json")
  expect(JSON.parse(stdout)).toMatchObject({
    user_id: "ann",
    devices: [{ device_id: "phone-1", provider: "fcm" }, { device_id: "tablet" }],
    parked: [{ job, reason: "status 403", seq: 5 }],
  })
  const nobody = await (await fetch(`${ops}/push/users/nobody`)).json()
  expect(nobody).toEqual({ user_id: "nobody", devices: [], lines: [], parked: [] })
})

it("a parked push is listed, tried again once, and then listed no more", async () => {
  expect((await push("parked")).stdout).toMatch(new RegExp(`^${job} .*ann phone-1 .*status 403`))
  const retried = await push("retry", String(job))
  expect([retried.status, retried.stdout]).toEqual([0, `Push ${job} waits to be sent again.\n`])
  const again = await push("retry", String(job))
  expect([again.status, again.stderr]).toEqual([1, expect.stringContaining(`No push ${job} is parked.`)])
  expect(await (await fetch(`${ops}/push/parked`)).json()).toEqual({ items: [] })
})

it("says that no server answers, and what to do; and that a page in a browser may not ask", async () => {
  const { status, stderr } = await parley(["push", "parked", "--ops", "http://127.0.0.1:1"])
  expect([status, stderr]).toEqual([1, expect.stringMatching(/no server answers at http:\/\/127\.0\.0\.1:1/)])
  const page = await fetch(`${ops}/push/users/ann`, { headers: { origin: "https://evil.example" } })
  expect([page.status, await page.text()]).toEqual([403, expect.not.stringContaining("phone-1")])
  expect((await fetch(`${ops}/push/parked/1/retry`)).status).toBe(405)
})
