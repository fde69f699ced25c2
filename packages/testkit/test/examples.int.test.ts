/** What stands under examples/ and in the client's README does what it says, against a server. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { connect } from "@parley/client/connect"
import type { Parley } from "@parley/client/connect"
import { devLogin } from "@parley/client/devLogin"
import { build } from "vite"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type RunningParley, startParley } from "../src/startParley.ts"
import { codeOf } from "./embeddedApp.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const secret = "a secret for this test that is long enough"
const patienceMs = 30_000

let parley: RunningParley
const directory = mkdtempSync(join(tmpdir(), "parley-examples-"))
const running: Array<ChildProcess> = []
const open: Array<Parley> = []

beforeAll(async () => {
  parley = await startParley({ env: { PARLEY_JWT_SECRET: secret } })
})

afterAll(async () => {
  for (const one of open) one.close()
  for (const child of running) child.kill()
  await parley.stop()
  rmSync(directory, { recursive: true, force: true })
})

interface Program {
  /** Resolves with all that it wrote, once that holds. */
  readonly wrote: (enough: (text: string) => boolean) => Promise<string>
}

const run = (file: string, env: Readonly<Record<string, string>> = {}): Program => {
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env: { ...process.env, PARLEY_URL: parley.url, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  running.push(child)
  let text = ""
  const heard = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      for (const look of heard) look()
    })
  return {
    wrote: (enough) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`It only wrote:\n${text}`)), patienceMs)
        const look = (): void => {
          if (!enough(text)) return
          clearTimeout(timer)
          heard.delete(look)
          resolve(text)
        }
        heard.add(look)
        look()
      }),
  }
}

/** Looks after every change until it holds. */
const until = (client: Parley, holds: () => boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("it did not come to pass")), patienceMs)
    const look = (): void => {
      if (!holds()) return
      clearTimeout(timer)
      stop()
      resolve()
    }
    const stop = client.subscribe(look)
    look()
  })

const textsOf = (client: Parley, id: string): ReadonlyArray<string> =>
  client.entries(id).flatMap((entry) => (entry.kind === "message" ? [entry.text ?? ""] : []))

const enter = async (userId: string): Promise<Parley> => {
  const token = async () => (await devLogin(parley.url, { userId })).access_token
  const client = connect({ url: parley.url, token, userId })
  open.push(client)
  await until(client, () => client.status.phase === "live")
  return client
}

it("the bot answers what came while it was away, and what comes while it is there, once", async () => {
  const ada = await enter("ada")
  const { id } = await ada.startDirect("echo-bot")
  ada.send(id, "early")
  await until(ada, () => ada.entries(id).some((one) => one.kind === "message" && one.state === "sent"))
  run(join(root, "examples/bot/bot.ts"))
  await until(ada, () => textsOf(ada, id).includes("You said: early"))
  ada.send(id, "late")
  await until(ada, () => textsOf(ada, id).includes("You said: late"))
  expect(textsOf(ada, id)).toEqual(["early", "You said: early", "late", "You said: late"])
})

it("the back end gives a token to who is signed in to it, Parley takes it, and who is not signed in gets none", async () => {
  const backEnd = run(join(root, "examples/tokens/server.ts"), { PARLEY_JWT_SECRET: secret, PORT: "0" })
  const url = (await backEnd.wrote((text) => text.includes("http://"))).trim()
  const ask = (cookie: string) => fetch(`${url}/chat-token`, { method: "POST", headers: { cookie } })
  expect((await ask("session=somebody")).status).toBe(401)
  const { token } = (await (await ask("session=ada-s3cret")).json()) as { token: string }
  const ada = connect({ url: parley.url, token })
  open.push(ada)
  expect(ada.userId).toBe("ada")
  await until(ada, () => ada.status.phase === "live")
  expect((await ada.people.ownProfile()).user_id).toBe("ada")
})

it("the widget is built by Vite", async () => {
  await build({
    root: join(root, "examples/widget"),
    configFile: false,
    logLevel: "error",
    build: { outDir: join(directory, "widget"), emptyOutDir: true },
  })
  const names = readdirSync(join(directory, "widget"), { recursive: true, encoding: "utf8" })
  expect(names.filter((name) => name.endsWith(".js") || name.endsWith(".html"))).toHaveLength(2)
})

it("the fifteen lines of the client's README sign in, send, and show the message pending, then sent", async () => {
  const code = codeOf("packages/client/README.md", "ts")
  const lines = code
    .trim()
    .split("\n")
    .filter((line) => line !== "")
  expect(lines.length).toBeLessThanOrEqual(15)
  const file = join(directory, "readme.mts")
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"))
  writeFileSync(file, code.replace("http://127.0.0.1:8080", parley.url))
  const text = await run(file).wrote((said) => said.includes("ada: Hello, Bob! (sent)"))
  expect(text.indexOf("Hello, Bob! (pending)")).toBeGreaterThanOrEqual(0)
  expect(text.indexOf("Hello, Bob! (pending)")).toBeLessThan(text.indexOf("Hello, Bob! (sent)"))
})
