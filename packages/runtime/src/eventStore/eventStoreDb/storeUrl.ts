/**
 * Where an EventStoreDB is and how to connect: an `esdb://` or `esdb+discover://` URL, read by ourselves, because the official client puts the whole
 * text into its errors and debug lines.
 *
 *     esdb://[user:password@]host[:port][,host[:port]…][?tls=false&tlsCAFile=…&userCertFile=…&userKeyFile=…&connectionName=…]
 *
 * Always true: what is thrown names the option or the part, never its value. TLS is on unless `tls=false` says otherwise.
 */
export interface StoreHost {
  readonly address: string
  readonly port: number
}

export interface StoreUrl {
  /** One: dialled. Several: any of them tells who leads. */
  readonly hosts: ReadonlyArray<StoreHost>
  /** The one host is a DNS name that stands for several nodes. */
  readonly discover: boolean
  readonly tls: boolean
  readonly credentials: { readonly username: string; readonly password: string } | undefined
  /** Paths of PEM files. */
  readonly tlsCAFile: string | undefined
  readonly userCertFile: string | undefined
  readonly userKeyFile: string | undefined
  readonly connectionName: string | undefined
}

export class UnreadableUrl extends Error {}

const defaultPort = 2113

/** Options of the client's own URLs that must be what they are anyway, and what that is. */
const fixed: Readonly<Record<string, string>> = {
  nodepreference: "leader",
  throwonappendfailure: "true",
  tlsverifycert: "true",
}

const hostOf = (text: string): StoreHost => {
  const { address, port } =
    /^(?<address>\[[0-9a-fA-F:.]+\]|[^:\s]+)(?::(?<port>\d{1,5}))?$/.exec(text)?.groups ?? {}
  if (address === undefined) throw new UnreadableUrl("a host is host or host:port")
  const number = port === undefined ? defaultPort : Number(port)
  if (number < 1 || number > 65_535) throw new UnreadableUrl("a port is between 1 and 65535")
  return { address, port: number }
}

const decoded = (part: string, text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new UnreadableUrl(`${part} is not percent-encoded text`)
  }
}

const credentialsOf = (text: string | undefined): StoreUrl["credentials"] => {
  if (text === undefined) return undefined
  const colon = text.indexOf(":")
  if (colon < 1) throw new UnreadableUrl("credentials are user:password")
  return {
    username: decoded("the user", text.slice(0, colon)),
    password: decoded("the password", text.slice(colon + 1)),
  }
}

const optionsOf = (query: string): ReadonlyMap<string, string> => {
  const options = new Map<string, string>()
  for (const pair of query.split("&").filter((one) => one !== "")) {
    const equals = pair.indexOf("=")
    if (equals < 1) throw new UnreadableUrl("an option is key=value")
    options.set(pair.slice(0, equals).toLowerCase(), decoded("an option", pair.slice(equals + 1)))
  }
  return options
}

/** Throws `UnreadableUrl`. */
export const readStoreUrl = (url: string): StoreUrl => {
  const parts =
    /^esdb(?<discover>\+discover)?:\/\/(?:(?<user>[^/?]*)@)?(?<hosts>[^@/?]+)\/?(?:\?(?<query>.*))?$/.exec(
      url.trim(),
    )?.groups
  if (parts === undefined) throw new UnreadableUrl("it is not esdb://host:port")
  const options = new Map(optionsOf(parts["query"] ?? ""))
  const take = (name: string): string | undefined => {
    const value = options.get(name.toLowerCase())
    options.delete(name.toLowerCase())
    return value
  }
  for (const [name, value] of Object.entries(fixed))
    if ((take(name) ?? value).toLowerCase() !== value) throw new UnreadableUrl(`${name} is always ${value}`)
  const tls = take("tls") ?? "true"
  if (tls !== "true" && tls !== "false") throw new UnreadableUrl("tls is true or false")
  const read: StoreUrl = {
    hosts: parts["hosts"]!.split(",").map(hostOf),
    discover: parts["discover"] !== undefined,
    tls: tls === "true",
    credentials: credentialsOf(parts["user"]),
    tlsCAFile: take("tlsCAFile"),
    userCertFile: take("userCertFile"),
    userKeyFile: take("userKeyFile"),
    connectionName: take("connectionName"),
  }
  const [unknown] = options.keys()
  if (unknown !== undefined) throw new UnreadableUrl("it has an option that is not known here")
  if (read.discover && read.hosts.length > 1) throw new UnreadableUrl("discovery is by one name")
  if (read.credentials !== undefined && !read.tls)
    throw new UnreadableUrl("credentials need TLS: without it the client does not send them")
  if ((read.userCertFile === undefined) !== (read.userKeyFile === undefined))
    throw new UnreadableUrl("userCertFile and userKeyFile belong together")
  return read
}

/** For people: hosts and nothing else. */
export const addressOf = ({ hosts, discover }: StoreUrl): string =>
  `esdb${discover ? "+discover" : ""}://${hosts.map(({ address, port }) => `${address}:${port}`).join(",")}`
