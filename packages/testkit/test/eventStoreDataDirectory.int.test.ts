/** One directory, one process. */
import { spawn } from "node:child_process"
import { statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { DataDirectory, layer } from "@parley/runtime/DataDirectory"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const appender = fileURLToPath(new URL("./eventStoreAppender.ts", import.meta.url))
const held = (directory: string) => Effect.scoped(Effect.provide(DataDirectory, layer(directory)))

describe("data directory", () => {
  it.live("it is made for its owner alone, and names the files in it", () =>
    Effect.gen(function* () {
      const root = `${yield* temporaryDirectory}/a/b`
      const directory = yield* held(root)
      expect(directory.root).toBe(root)
      expect(directory.path("events.db")).toBe(`${root}/events.db`)
      expect(statSync(root).mode & 0o777).toBe(0o700)
      expect(statSync(`${root}/parley.lock`).mode & 0o777).toBe(0o600)
    }),
  )
  it.live("a second process is refused, naming the directory, until the first is gone, however it goes", () =>
    Effect.gen(function* () {
      const root = yield* temporaryDirectory
      const child = spawn(process.execPath, [appender, root], { stdio: ["ignore", "pipe", "inherit"] })
      yield* Effect.promise(() => new Promise((resolve) => child.stdout.once("data", resolve)))
      const refused = yield* Effect.flip(held(root))
      expect(refused).toMatchObject({ _tag: "StoreRefused", reason: "in_use", path: root })
      expect((refused as { readonly detail: string }).detail).toContain(root)
      const ended = Effect.promise(() => new Promise((resolve) => child.once("exit", resolve)))
      child.kill("SIGKILL")
      yield* ended
      expect((yield* held(root)).root).toBe(root)
    }),
  )
  it.live("within a process a second owner is refused too, and may have it when the first lets go", () =>
    Effect.gen(function* () {
      const root = yield* temporaryDirectory
      const refused = yield* Effect.scoped(Effect.provide(Effect.flip(held(root)), layer(root)))
      expect(refused).toMatchObject({ _tag: "StoreRefused", reason: "in_use" })
      expect((yield* held(root)).root).toBe(root)
    }),
  )
})
