import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type RunningParley, startParley } from "../src/startParley.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const patienceMs = 20_000

let parley: RunningParley
beforeAll(async () => {
  parley = await startParley()
})
afterAll(() => parley.stop())

it("the client of the README signs in, sends, and gets its ack and its message", async () => {
  const [, code] = /```js\n([\s\S]*?)```/.exec(readFileSync(`${root}README.md`, "utf8"))!
  const program = code!.replace("http://127.0.0.1:8080", parley.url)
  expect(program).not.toBe(code)
  const child = spawn(process.execPath, ["--input-type=module", "-"], {
    cwd: root,
    stdio: ["pipe", "pipe", "pipe"],
  })
  child.stdin.end(program)
  const output = await new Promise<string>((resolve) => {
    let text = ""
    const finish = (): void => {
      clearTimeout(timer)
      child.kill()
      resolve(text)
    }
    const take = (chunk: Buffer): void => {
      text += chunk.toString()
      if (text.includes('"type":"message.new"') && text.includes('"reply_to":"2"')) finish()
    }
    const timer = setTimeout(finish, patienceMs)
    child.stdout.on("data", take)
    child.stderr.on("data", take)
    child.once("exit", finish)
  })
  expect(output).toMatch(/"type":"ack","reply_to":"2".*"duplicate":false/)
  expect(output).toMatch(/"type":"message.new".*"text":"Hello, Bob!"/)
})
