import { expect, it } from "vitest"
import { parley } from "./command.ts"

const commands = ["start", "token", "tail", "doctor", "backup", "restore", "rebuild"]

it("help that is asked for goes to stdout, names every command and the exit codes, and ends with 0", async () => {
  for (const args of [[], ["help"], ["--help"]]) {
    const { status, stdout, stderr } = await parley(args)
    expect([status, stderr]).toEqual([0, ""])
    for (const command of commands) expect(stdout).toContain(`  ${command}`)
    expect(stdout).toContain("Exit codes: 0 done, 1 it failed")
  }
})

it.each(commands)("the help of %s says what it does and shows an example", async (command) => {
  const { status, stdout } = await parley([command, "--help"])
  expect(status).toBe(0)
  expect(stdout).toMatch(new RegExp(`EXAMPLES\\n(.*\\n)*.*parley ${command}`))
  expect(stdout.length).toBeGreaterThan(600)
})

it("help tail is the help of tail", async () => {
  expect((await parley(["help", "tail"])).stdout).toBe((await parley(["tail", "--help"])).stdout)
})

it.each([
  [["stop"]],
  [["start", "now"]],
  [["--loud"]],
  [["token"]],
  [["token", "no spaces, please"]],
  [["token", "ann", "--ttl", "soon"]],
  [["tail", "lunch"]],
  [["tail", "--limit", "0"]],
  [["backup", "somewhere"]],
  [["restore", "somewhere"]],
  [["rebuild"]],
])("%j is a mistake of usage: 2, what was wrong on stderr, nothing on stdout", async (args) => {
  const { status, stdout, stderr } = await parley(args)
  expect([status, stdout]).toEqual([2, ""])
  expect(stderr).toMatch(/ERRORS?\n {2}\S/)
  expect(stderr).toMatch(/\nUsage: parley/)
  expect(stderr).not.toMatch(/ {4}at /)
})

it("a bad configuration ends start and every command that reads it with 78 and every reason", async () => {
  const env = { PARLEY_HTTP_PORT: "no", PARLEY_NO_SUCH: "x" }
  for (const args of [["start"], ["tail"], ["token", "ann"], ["backup", "a", "--keys", "b"]]) {
    const { status, stdout, stderr } = await parley(args, env)
    expect([args, status, stdout]).toEqual([args, 78, ""])
    for (const key of Object.keys(env)) expect(stderr).toContain(key)
  }
})

it("with --json a failure is JSON on stderr", async () => {
  const { status, stdout, stderr } = await parley(["tail", "--json", "--data-dir", "/nowhere/at/all"])
  expect([status, stdout]).toEqual([1, ""])
  expect(JSON.parse(stderr)).toEqual({
    error: expect.stringContaining("/nowhere"),
    remedy: expect.any(String),
  })
})
