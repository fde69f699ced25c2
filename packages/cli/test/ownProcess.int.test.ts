/** A process of `parley up`: what is told when it ends unasked, and how it is stopped. */
import { mkdirSync, readFileSync } from "node:fs"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import type { CommandFailed } from "../src/CommandFailed.ts"
import { type Around, start } from "../src/up/OwnProcess.ts"
import { ownDirectory } from "./directories.ts"

const path = ownDirectory()

const around = (): Around => {
  mkdirSync(path("logs"), { recursive: true })
  return { logs: path("logs"), watch: () => {}, failed: Deferred.makeUnsafe<never, CommandFailed>() }
}
const shell = (script: string) => ({
  name: "one",
  command: "/bin/sh",
  args: ["-c", script],
  env: { PATH: process.env["PATH"] },
  ready: "serves",
})

it("one that ends unasked is told of, with its last words, and one that cannot be started too", async () => {
  const failureOf = (wanted: Parameters<typeof start>[0]) =>
    Effect.gen(function* () {
      const parts = around()
      return yield* Effect.raceFirst(start(wanted, parts), Deferred.await(parts.failed))
    }).pipe(Effect.scoped, Effect.flip, Effect.runPromise)
  expect((await failureOf(shell("echo no disk; exit 3"))).reason).toBe(
    "one ended unasked (exit code 3). Its last words:\nno disk",
  )
  const absent = { ...shell(""), command: path("absent") }
  expect((await failureOf(absent)).reason).toMatch(/^one ended unasked \(spawn .* ENOENT\)/)
})

it("is told to stop when its scope ends, and what it says until then is in its file", async () => {
  const parts = around()
  const script = 'trap "echo stops; exit 0" TERM; echo serves; while :; do read -r _ || sleep 0.05; done'
  await Effect.runPromise(Effect.scoped(start(shell(script), parts)))
  expect(Deferred.isDoneUnsafe(parts.failed)).toBe(false)
  await expect.poll(() => readFileSync(path("logs/one.log"), "utf8")).toBe("serves\nstops\n")
})
