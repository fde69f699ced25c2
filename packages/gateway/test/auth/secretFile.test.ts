/** The server's own secrets on disk. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterEach, beforeEach, expect, it } from "vitest"
import { secretFile } from "../../src/auth/secretFile.ts"

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "parley-secret-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

const read = async (name: string): Promise<string> =>
  Redacted.value(await Effect.runPromise(secretFile(join(directory, name))))

it("a secret is made once, for its owner alone, different for each name", async () => {
  const first = await read("a.secret")
  expect(Buffer.byteLength(first)).toBeGreaterThanOrEqual(32)
  expect(await read("a.secret")).toBe(first)
  expect(await read("b.secret")).not.toBe(first)
  expect(statSync(join(directory, "a.secret")).mode & 0o777).toBe(0o600)
})

it("what a crash left unfinished is no secret", async () => {
  writeFileSync(join(directory, "a.secret.new"), "half")
  expect(await read("a.secret")).not.toContain("half")
  expect(readdirSync(directory)).toEqual(["a.secret"])
})

it("a file that holds no secret is refused, and left as it is", async () => {
  writeFileSync(join(directory, "a.secret"), "short")
  const failure = await Effect.runPromise(Effect.flip(secretFile(join(directory, "a.secret"))))
  expect(failure._tag).toBe("StoreRefused")
})

it("a directory that is not there: a failure with its reason", async () => {
  const failure = await Effect.runPromise(Effect.flip(secretFile(join(directory, "no/a.secret"))))
  expect([failure._tag, (failure as { reason: string }).reason]).toEqual([
    "StoreUnavailable",
    expect.stringContaining("ENOENT"),
  ])
})
