/**
 * A network for the processes of a test: each in a network namespace of its own, all on one bridge, any two of which can be cut off from
 * each other while both live.
 *
 * Always true: a cut loses every packet between the two, in both directions, and tells nobody: what is connected stays connected, what is
 * dialled waits. `stop` leaves nothing of it behind; what a killed run has left is removed by the next.
 */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { networkInterfaces } from "node:os"

export interface Place {
  readonly host: string
  /** What a process is started under, to be here. */
  readonly under: ReadonlyArray<string>
}

export interface Network {
  readonly place: (name: string) => Place
  /** One cut at a time. */
  readonly cut: (one: string, other: string) => void
  readonly heal: () => void
  /** When the processes have ended. */
  readonly stop: () => void
}

const ip = (...args: ReadonlyArray<string>): string =>
  execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

/** Many commands by one process. */
const ipAll = (lines: ReadonlyArray<string>, within: ReadonlyArray<string> = []): void =>
  void execFileSync("ip", [...within, "-batch", "-"], {
    input: `${lines.join("\n")}\n`,
    stdio: ["pipe", "ignore", "pipe"],
  })

const attempt = (act: () => unknown): void => {
  try {
    act()
  } catch {
    // Of what is half there the rest is removed.
  }
}

/** Names tell the process that made them; an interface's has at most 15 characters. */
const namespaceOf = (owner: number, name: string): string => `parley-${owner}-${name}`
const bridgeOf = (owner: number): string => `pl${owner}`
const portOf = (owner: number, place: number): string => `pl${owner}p${place}`

const namespaces = (): ReadonlyArray<string> =>
  ip("netns", "list")
    .split("\n")
    .map((line) => line.split(" ")[0]!)

/** Of this form alone. */
const links = (): ReadonlyArray<string> =>
  ip("-o", "link", "show")
    .split("\n")
    .flatMap((line) => /^\d+: (pl\d+(?:p\d+)?)[@:]/.exec(line)?.[1] ?? [])

const remove = (owner: number): void => {
  for (const namespace of namespaces().filter((one) => one.startsWith(namespaceOf(owner, "")))) {
    attempt(() => {
      for (const pid of ip("netns", "pids", namespace).split("\n").filter(Boolean))
        attempt(() => process.kill(Number(pid), "SIGKILL"))
    })
    attempt(() => ip("netns", "del", namespace))
  }
  // Connections that had not ended keep a namespace for a while, and its cable with it.
  for (const link of links().filter((one) => new RegExp(`^pl${owner}(p|$)`).test(one)))
    attempt(() => ip("link", "del", link))
}

const removeLeftovers = (): void => {
  const owners = [
    ...namespaces().map((name) => /^parley-(\d+)-/.exec(name)?.[1]),
    ...links().map((link) => /^pl(\d+)/.exec(link)?.[1]),
  ]
  for (const owner of new Set(owners))
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) remove(Number(owner))
}

/** Of 198.18.0.0/15, kept free for measurements: three bytes that no interface of this machine has. */
const freeNet = (): string => {
  const taken = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))
  // Another process may be looking for one just now.
  for (let next = process.pid; next < process.pid + 256; next++)
    if (!taken.some((address) => address.startsWith(`198.18.${next % 256}.`))) return `198.18.${next % 256}`
  throw new Error("No free network below 198.18.0.0/16")
}

/** The bridge has the first address. */
const numberOf = (place: number): number => place + 2
const macOf = (place: number): string => `02:00:c6:12:00:${numberOf(place).toString(16).padStart(2, "0")}`

/** Names in the order of their places: at most 200. Whoever starts it stops it. */
export const startNetwork = (names: ReadonlyArray<string>): Network => {
  removeLeftovers()
  const owner = process.pid
  const net = freeNet()
  const hostOf = (place: number): string => `${net}.${numberOf(place)}`
  const placeOf = (name: string): number => {
    const place = names.indexOf(name)
    if (place < 0) throw new Error(`${name} has no place in this network`)
    return place
  }
  const isolate = (places: ReadonlyArray<number>, state: "on" | "off"): void =>
    ipAll(places.map((place) => `link set dev ${portOf(owner, place)} type bridge_slave isolated ${state}`))

  const make = (): void => {
    const bridge = bridgeOf(owner)
    ipAll([
      `link add ${bridge} type bridge`,
      `addr add ${net}.1/24 dev ${bridge}`,
      `link set ${bridge} up`,
      ...names.flatMap((name, place) => [
        `netns add ${namespaceOf(owner, name)}`,
        `link add ${portOf(owner, place)} type veth peer name eth0 netns ${namespaceOf(owner, name)} address ${macOf(place)}`,
        `link set ${portOf(owner, place)} master ${bridge} up`,
      ]),
    ])
    for (const [place, name] of names.entries()) {
      // Known for good: nobody who is cut off is told that nobody has such an address.
      const others = names
        .map((_, other) => `neigh replace ${hostOf(other)} lladdr ${macOf(other)} dev eth0 nud permanent`)
        .filter((_, other) => other !== place)
      ipAll(
        [`link set lo up`, `addr add ${hostOf(place)}/24 dev eth0`, `link set eth0 up`, ...others],
        ["-n", namespaceOf(owner, name)],
      )
    }
  }

  const stop = (): void => {
    process.off("exit", stop)
    remove(owner)
  }
  let apart: Array<number> = []
  process.once("exit", stop)
  try {
    make()
  } catch (cause) {
    stop()
    throw cause
  }
  return {
    place: (name) => ({
      host: hostOf(placeOf(name)),
      under: ["ip", "netns", "exec", namespaceOf(owner, name)],
    }),
    // Two isolated ports of a bridge do not reach each other, and everybody else does. (A blackhole route would refuse what is dialled.)
    cut: (one, other) => {
      if (apart.length > 0) throw new Error("One cut at a time")
      apart = [placeOf(one), placeOf(other)]
      isolate(apart, "on")
    },
    heal: () => isolate(apart.splice(0), "off"),
    stop,
  }
}

/**
 * Whether this process may make such a network: Linux, root, iproute2, and a kernel and a container that let it. What needs one is left
 * out otherwise, with one line that says why, also where `PARLEY_TEST_REQUIRE=all`: no package brings the right to.
 */
export const networkIsHere = (): boolean => {
  try {
    const network = startNetwork(["probe", "other"])
    network.cut("probe", "other")
    network.stop()
    return true
  } catch (cause) {
    const reason = String(cause instanceof Error ? cause.message : cause)
      .split("\n")
      .filter(Boolean)
      .join("; ")
    console.warn(`Left out: network cuts, for which this process cannot make network namespaces: ${reason}`)
    return false
  }
}
