/** The command against an operations port whose rebuilds do as the test says. */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { opsListener } from "@parley/gateway/ops/OpsServer"
import { rebuildRoutes } from "@parley/gateway/ops/rebuilds"
import {
  ProjectionIsEffect,
  type RebuildProgress,
  RebuildRunning,
  Rebuilds,
  UnknownProjection,
} from "@parley/projections/Rebuilds"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { parley, start } from "./command.ts"

const at = (
  applied: number,
  state: RebuildProgress["state"] = "running",
  detail?: string,
): RebuildProgress => ({
  projection: "history",
  state,
  applied,
  total: 1_000,
  rate_per_second: 250,
  ...(state === "running" ? { eta_seconds: (1_000 - applied) / 250 } : {}),
  ...(detail === undefined ? {} : { detail }),
})

let answers: Array<RebuildProgress>
let running: boolean
beforeEach(() => {
  answers = [at(0), at(400), at(1_000, "done")]
  running = false
})
const next = (): RebuildProgress => (answers.length > 1 ? answers.shift()! : answers[0]!)
const refuse = (projection: string) =>
  projection === "push"
    ? Effect.fail(new ProjectionIsEffect({ projection }))
    : Effect.fail(new UnknownProjection({ projection, known: ["history", "membership"] }))
const rebuilds: Rebuilds["Service"] = {
  start: (projection) => {
    if (projection !== "history") return refuse(projection)
    return running ? Effect.fail(new RebuildRunning({ projection })) : Effect.sync(next)
  },
  progress: (projection) => (projection === "history" ? Effect.sync(next) : refuse(projection)),
}
let server: Server
let ops: string
beforeAll(async () => {
  const routes = Effect.runSync(Effect.provideService(rebuildRoutes, Rebuilds, rebuilds))
  server = createServer(opsListener([], () => [], routes))
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  ops = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const rebuild = (...args: ReadonlyArray<string>) => parley(["rebuild", ...args, "--ops", ops])

it("starts, shows how far it is with rate and time left, and ends when it is done", async () => {
  const { status, stdout, stderr } = await rebuild("history")
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^history is rebuilt: 1,000 positions/)])
  expect(stderr).toMatch(/history ░+ 0 % {2}0 of 1,000, 250\/s, 4 s left/)
})

it("with --json says the last progress and nothing else; --detach does not wait", async () => {
  const waited = await rebuild("history", "--json")
  expect([waited.status, waited.stderr, JSON.parse(waited.stdout)]).toEqual([0, "", at(1_000, "done")])
  answers = [at(7)]
  const detached = await rebuild("history", "--detach", "--json")
  expect([detached.status, JSON.parse(detached.stdout)]).toEqual([0, at(7)])
})

it("watches one that is running already", async () => {
  running = true
  const { status, stdout, stderr } = await rebuild("history")
  expect([status, stderr]).toEqual([0, expect.stringContaining("is being rebuilt already")])
  expect(stdout).toContain("is rebuilt")
})

it("fails with the server's reason: a failed rebuild, an effect, an unknown name", async () => {
  answers = [at(0), at(12, "failed", "PollOpened at position 12 cannot be applied")]
  const failed = await rebuild("history")
  expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("PollOpened at position 12")])
  const effect = await rebuild("push")
  expect([effect.status, effect.stderr]).toEqual([1, expect.stringContaining("is never rebuilt")])
  const unknown = await rebuild("histroy")
  expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining("history, membership")])
})

it("says that no server answers, and what to do", async () => {
  const { status, stdout, stderr } = await parley(["rebuild", "history", "--ops", "http://127.0.0.1:1"])
  expect([status, stdout]).toEqual([1, ""])
  expect(stderr).toMatch(/no server answers at http:\/\/127\.0\.0\.1:1\.\nA rebuild needs the running server/)
})

it("Ctrl-C ends the watching, not the rebuild", async () => {
  answers = [at(100)]
  const watching = start(["rebuild", "history", "--ops", ops])
  await new Promise<void>((resolve) => {
    const look = (): void =>
      watching.stderr().includes("100 of 1,000") ? resolve() : void setTimeout(look, 20)
    look()
  })
  watching.child.kill("SIGINT")
  const { status, stderr } = await watching.ended
  expect([status, stderr]).toEqual([130, expect.stringContaining("goes on in the server")])
})
