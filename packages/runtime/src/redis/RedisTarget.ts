/**
 * Which Redis: read from a URL, so that a bad one is refused at the start.
 *
 *   redis://user:password@host:6379/0        rediss:// for TLS
 *   redis+cluster://host:7000,host:7001      rediss+cluster:// likewise; a few of its nodes are enough
 *
 * Always true: the password stands in `Redacted`, and no reason for a refusal repeats a part of the URL.
 */
import * as Redacted from "effect/Redacted"

export interface RedisTarget {
  /** One, or nodes of a cluster. */
  readonly nodes: ReadonlyArray<{ readonly host: string; readonly port: number }>
  readonly cluster: boolean
  readonly tls: boolean
  readonly username?: string
  readonly password?: Redacted.Redacted
  /** Always 0 in a cluster. */
  readonly db: number
  /** Before every key and channel. Databases share their channels, so it names the database. */
  readonly prefix: string
}

const DEFAULT_PORT = 6_379
const shape = /^(rediss?)(\+cluster)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^/?#]*))?$/i
const nodeShape = /^(\[[0-9a-f:.]+\]|[^:[\],]+)(?::(\d{1,5}))?$/i

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** The target, or why there is none. */
export const parseRedisUrl = (url: string): RedisTarget | string => {
  const [whole, scheme, cluster, userinfo, hosts = "", path = ""] = shape.exec(url) ?? []
  if (whole === undefined) return "expected a URL such as redis://host:6379 or rediss+cluster://host:7000"
  const nodes: Array<{ host: string; port: number }> = []
  for (const one of hosts.split(",")) {
    const [, host, port] = nodeShape.exec(one) ?? []
    const number = port === undefined ? DEFAULT_PORT : Number(port)
    if (host === undefined || number < 1 || number > 65_535)
      return "expected a host and a port from 1 to 65535"
    nodes.push({ host: host.replace(/^\[|\]$/g, ""), port: number })
  }
  if (nodes.length > 1 && cluster === undefined) return "several hosts are a cluster: redis+cluster://…"
  if (!/^\d{0,5}$/.test(path)) return "expected the number of a database after the host"
  const db = Number(path)
  if (db !== 0 && cluster !== undefined) return "a cluster has database 0 alone"
  const colon = userinfo?.indexOf(":") ?? -1
  const username = userinfo === undefined ? "" : decoded(colon < 0 ? userinfo : userinfo.slice(0, colon))
  const password = userinfo === undefined || colon < 0 ? "" : decoded(userinfo.slice(colon + 1))
  if (username === undefined || password === undefined) return "user and password must be percent-encoded"
  return {
    nodes,
    cluster: cluster !== undefined,
    tls: scheme!.toLowerCase() === "rediss",
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password: Redacted.make(password) }),
    db,
    prefix: db === 0 ? "parley:" : `parley:${db}:`,
  }
}
