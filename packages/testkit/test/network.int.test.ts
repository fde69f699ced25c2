/** The network of the failure drills: what a cut is, and that nothing of it stays behind. */
import { type ChildProcess, spawn } from "node:child_process"
import { readdirSync } from "node:fs"
import { connect } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Network, networkIsHere, startNetwork } from "../src/nodes/network.ts"

const port = 20_000
const echo = `require("node:net").createServer((socket) => socket.pipe(socket)).listen(${port}, process.argv[1])`
/** What comes on its input goes to the server, and what the server says to its output. */
const talk = `const socket = require("node:net").connect(${port}, process.argv[1]); process.stdin.pipe(socket).pipe(process.stdout)`

/** Whether the server answers this process, which is in no namespace. */
const answersHere = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host, () => socket.end("here"))
    socket.on("data", () => resolve(true))
    socket.on("error", () => resolve(false))
  })

describe.runIf(networkIsHere())("two processes, each in a network namespace of its own", () => {
  let network: Network
  const children: Array<ChildProcess> = []
  const started = (name: string, program: string, host: string): ChildProcess => {
    const [command, ...args] = [...network.place(name).under, process.execPath, "-e", program, host]
    const child = spawn(command!, args, { stdio: ["pipe", "pipe", "inherit"] })
    children.push(child)
    return child
  }
  beforeAll(() => {
    network = startNetwork(["server", "client"])
  })
  afterAll(() => {
    network?.stop()
    for (const child of children) child.kill("SIGKILL")
  })

  it("that are cut off from each other hear nothing, of what is new either, while others reach both; healed, they go on where they were", async () => {
    const { host } = network.place("server")
    started("server", echo, host)
    await expect.poll(() => answersHere(host), { timeout: 10_000 }).toBe(true)
    const client = started("client", talk, host)
    let heard = ""
    client.stdout!.on("data", (data) => (heard += String(data)))
    client.stdin!.write("one")
    await expect.poll(() => heard, { timeout: 10_000 }).toBe("one")

    network.cut("server", "client")
    client.stdin!.write(" two")
    const late = started("client", talk, host)
    late.stdin!.write("three")
    let lateHeard = ""
    late.stdout!.on("data", (data) => (lateHeard += String(data)))
    expect(await answersHere(host)).toBe(true)
    expect([heard, lateHeard, client.exitCode, late.exitCode]).toEqual(["one", "", null, null])

    network.heal()
    await expect.poll(() => [heard, lateHeard], { timeout: 20_000 }).toEqual(["one two", "three"])
  }, 60_000)

  it("that is stopped takes its processes along and leaves no namespace", async () => {
    const server = started("server", "setInterval(() => undefined, 1000); console.log(1)", "")
    await new Promise((resolve) => server.stdout!.once("data", resolve))
    const ended = new Promise((resolve) => server.once("exit", (_code, signal) => resolve(signal)))
    network.stop()
    expect(await ended).toBe("SIGKILL")
    expect(readdirSync("/run/netns").filter((name) => name.startsWith(`parley-${process.pid}-`))).toEqual([])
  })
})
